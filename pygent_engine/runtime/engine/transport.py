"""Carries HTTP requests to an engine over the streams of a dialer, whatever leads there; with deadlines, and an end for all of it.

docker brings adapters of its own, one for each way, without deadlines for ssh and attached streams, and blind to what is open.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

from .dial import Dialer

_KEPT = 4  # idle streams: an ssh server allows ten sessions a login


class EngineAdapter(HTTPAdapter):
    """Sends every request to the one engine; no answer may keep silent for longer than `seconds`."""

    def __init__(self, dialer: Dialer, seconds: float) -> None:
        super().__init__()
        self._dialer = dialer
        self._seconds = seconds
        self._guard = threading.Lock()  # of _streams and _ended
        self._streams: list[Any] = []
        self._ended = False
        self._pool = _Pool(self._dial)

    def send(self, request: Any, stream: bool = False, timeout: Any = None, *arguments: Any, **options: Any) -> Any:
        return super().send(request, stream, self._seconds if timeout is None else timeout, *arguments, **options)

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> HTTPConnectionPool:
        return self._pool

    def request_url(self, request: Any, proxies: Any) -> str:
        return str(request.path_url)

    def shut(self) -> None:
        """End every stream, from any thread: what waits for an answer fails at once, and no other is opened."""
        with self._guard:
            self._ended = True
            streams, self._streams = self._streams, []
        for stream in streams:
            with contextlib.suppress(OSError, EOFError):
                _shut(stream)

    def close(self) -> None:
        self.shut()
        super().close()
        self._pool.close()
        self._dialer.close()

    def _dial(self) -> Any:
        stream = self._dialer.dial()
        with self._guard:
            self._streams = [known for known in self._streams if not _closed(known)]
            if not self._ended:
                self._streams.append(stream)
                return stream
        stream.close()
        raise ConnectionAbortedError("the connection was ended")


class _Connection(HTTPConnection):
    def __init__(self, dial: Callable[[], Any]) -> None:
        super().__init__("localhost")
        self._dial = dial

    def connect(self) -> None:
        self.sock = self._dial()

    @property
    def is_connected(self) -> bool:
        """An idle ssh session has no descriptor to ask: paramiko would make one, and keep it."""
        return super().is_connected if isinstance(self.sock, socket.socket) else not _closed(self.sock)


class _Pool(HTTPConnectionPool):
    def __init__(self, dial: Callable[[], Any]) -> None:
        super().__init__("localhost", maxsize=_KEPT)
        self._dial = dial

    def _new_conn(self) -> _Connection:
        return _Connection(self._dial)


def _closed(stream: Any) -> bool:
    if isinstance(stream, socket.socket):
        return stream.fileno() < 0
    return stream is None or bool(stream.closed or stream.eof_received)


def _shut(stream: Any) -> None:
    if isinstance(stream, socket.socket):
        socket.socket.shutdown(stream, socket.SHUT_RDWR)
    stream.close()
