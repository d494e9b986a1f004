"""Hosts a session for the browser until it ends or a signal comes, and leaves nothing behind.

The front end that the engine finds by entry point. Binds the loopback only; whoever wants more builds a tunnel.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web

from pygent_engine.errors import PygentError
from pygent_engine.events import Shutdown
from pygent_engine.frontends import WebLaunch

from .gate import Gate
from .server import Server

_HOST = "127.0.0.1"
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LAST_S = 0.5


def show_in_browser(launch: WebLaunch) -> int:
    """Print where the session is shown, and show it until it ends (0) or signal n comes (128 + n). Raises PygentError."""
    with _listener(launch.port) as listener:
        return asyncio.run(_host(launch, listener))


def _listener(port: int) -> socket.socket:
    try:
        return socket.create_server((_HOST, port))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise PygentError(f"Port {port} of {_HOST} cannot be used ({reason}); name another one, or none for a free one.") from error


async def _host(launch: WebLaunch, listener: socket.socket) -> int:
    loop = asyncio.get_running_loop()
    ending: asyncio.Future[int] = loop.create_future()

    def end(code: int) -> None:
        if not ending.done():
            ending.set_result(code)

    gate = Gate(listener.getsockname()[1])
    server = Server(launch, gate)
    runner = web.AppRunner(server.application(), access_log=None, shutdown_timeout=_LAST_S)
    await runner.setup()
    with _signals_taken(loop, end):
        try:
            await web.SockSite(runner, listener).start()
            launch.when_closed(lambda: _from_another_thread(loop, lambda: end(0)))
            print(gate.link, flush=True)  # noqa: T201 - what was asked for
            return await ending
        finally:
            launch.send(Shutdown())
            await server.close()
            await runner.cleanup()


def _from_another_thread(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        return  # the loop has ended


@contextmanager
def _signals_taken(loop: asyncio.AbstractEventLoop, end: Callable[[int], None]) -> Iterator[None]:
    """Within the block a signal ends the hosting. What was ignored stays ignored; only the main thread hears of signals."""
    heard = _SIGNALS if threading.current_thread() is threading.main_thread() else ()
    before = {number: signal.getsignal(number) for number in heard if signal.getsignal(number) not in (signal.SIG_IGN, None)}
    for number in before:
        loop.add_signal_handler(number, end, 128 + number)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)
