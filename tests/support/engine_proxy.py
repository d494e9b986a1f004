"""A loopback proxy before an engine or a registry: adds delay, holds the rate, and shows that what it carries is remote."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

ENGINE_SOCKET = "/var/run/docker.sock"
_CHUNK = 1 << 16
_START_S = 10
_LOOK_S = 0.01


@dataclass(frozen=True, slots=True)
class Upstream:
    """Where a proxy leads: a Unix socket, or a TCP port on loopback."""

    path: str = ENGINE_SOCKET
    port: int = 0


class Proxy:
    """Carries TCP connections on `port` to `upstream` from a thread of its own, until it is closed.

    `delay`: seconds that each way takes. `rate`: bytes a second towards the client, for each connection; 0: no limit.
    `silent`: accepts, and never answers. While `held` is set, all that it carries stands still.
    """

    def __init__(self, upstream: Upstream, *, delay: float = 0.0, rate: int = 0, silent: bool = False) -> None:
        self._upstream = upstream
        self._delay = delay
        self._rate = rate
        self._silent = silent
        self.port = 0
        self.accepted = 0
        self.held = False
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="test-proxy")
        self._thread.start()
        assert self._ready.wait(_START_S)

    @property
    def address(self) -> str:
        """The proxy as a DOCKER_HOST."""
        return f"tcp://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Cut what it carries, and stop."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._serving.cancel)
            self._thread.join(_START_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        with contextlib.closing(self._loop):
            self._serving = self._loop.create_task(self._serve())
            with contextlib.suppress(asyncio.CancelledError):
                self._loop.run_until_complete(self._serving)

    async def _serve(self) -> None:
        carried: set[asyncio.Task[None]] = set()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.accepted += 1
            task = self._loop.create_task(self._carry(reader, writer))
            carried.add(task)
            task.add_done_callback(carried.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            server.close()
            left = list(carried)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers = [writer]
        try:
            if self._silent:
                await asyncio.Event().wait()
            inner_reader, inner_writer = await self._connect()
            writers.append(inner_writer)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass(reader, inner_writer, 0))
                group.create_task(self._pass(inner_reader, writer, self._rate))
        except* OSError:
            pass  # one side is gone: so is the other
        finally:
            for each in writers:
                each.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._upstream.port:
            return await asyncio.open_connection("127.0.0.1", self._upstream.port)
        return await asyncio.open_unix_connection(self._upstream.path)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rate: int) -> None:
        """One way: what comes leaves `delay` later, in order, and the end of it does, too."""
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(64)

        async def take() -> None:
            data = b"-"
            while data:
                data = await reader.read(min(_CHUNK, rate // 20 or _CHUNK))
                await queue.put((self._loop.time() + self._delay, data))
                if rate:
                    await asyncio.sleep(len(data) / rate)

        async def give() -> None:
            while True:
                due, data = await queue.get()
                if (early := due - self._loop.time()) > 0:
                    await asyncio.sleep(early)
                while self.held:  # noqa: ASYNC110 - set on another thread: no event of this loop
                    await asyncio.sleep(_LOOK_S)
                if not data:
                    writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()

        async with asyncio.TaskGroup() as group:
            group.create_task(take())
            group.create_task(give())


@contextmanager
def proxy(upstream: Upstream | None = None, *, delay: float = 0.0, rate: int = 0, silent: bool = False) -> Iterator[Proxy]:
    """A proxy before the engine, else before `upstream`; closed after the block."""
    made = Proxy(upstream or Upstream(), delay=delay, rate=rate, silent=silent)
    try:
        yield made
    finally:
        made.close()
