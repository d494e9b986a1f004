"""One HTTP exchange on a thread of its own, so that its reader can leave at any moment. Knows no client and no format.

A blocking read cannot be interrupted, but its socket can be shut down from the side: that ends the read, and with it
the thread. While no connection is made yet there is no socket; such a thread ends at its connect timeout.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..values import Flag

if TYPE_CHECKING:
    import socket

_POLL_S = 0.05
_JOIN_S = 0.5
_WAITING = 256 * 1024  # bytes that may wait for a slow reader
_REST_S = 0.005  # between two takes: a reader that took each piece by itself would change threads with every one

Give = Callable[[bytes], bool]


class Line:
    """The socket of one exchange, shut down from any thread. A line that was hung up stays so."""

    def __init__(self) -> None:
        self._guard = threading.Lock()  # of _socket and _hung_up
        self._socket: socket.socket | None = None
        self._hung_up = False

    @property
    def hung_up(self) -> bool:
        return self._hung_up

    def connected(self, through: socket.socket) -> None:
        """The exchange has (another) socket; TLS replaces the one below it."""
        with self._guard:
            self._socket = through
            if self._hung_up:
                _shut(through)

    def let_go(self) -> bool:
        """The exchange is over and its socket is free for another; False when the line was hung up before."""
        with self._guard:
            self._socket = None
            return not self._hung_up

    def hang_up(self) -> None:
        """End whatever is read or written on the line."""
        with self._guard:
            self._hung_up = True
            if self._socket is not None:
                _shut(self._socket)


def _shut(open_socket: socket.socket) -> None:
    from socket import SHUT_RDWR  # noqa: PLC0415 - 10 ms of import that only a real request needs

    with contextlib.suppress(OSError):  # it was closed before
        open_socket.shutdown(SHUT_RDWR)


class Exchange:
    """Runs `talk(give)` on a thread and iterates what it gives, joined where more came than was taken; `talk` stops when
    `give` says False.

    Iterating ends when `talk` returns or `cancel` is set, and raises what `talk` raised.
    """

    def __init__(self, talk: Callable[[Give], None], line: Line, cancel: Flag) -> None:
        self._talk = talk
        self._line = line
        self._cancel = cancel
        self._changed = threading.Condition()  # guards the three below
        self._pieces = bytearray()
        self._ended = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="pygent-model-request", daemon=True)

    def __iter__(self) -> Iterator[bytes]:
        rest = 0.0
        while not self._cancel.is_set():
            time.sleep(rest)
            with self._changed:
                if not self._changed.wait_for(lambda: self._pieces or self._ended, _POLL_S):
                    rest = 0.0
                    continue
                pieces = bytes(self._pieces)
                self._pieces.clear()
                self._changed.notify()
            if not pieces:
                if self._failure is not None:
                    raise self._failure
                return
            rest = _REST_S
            yield pieces

    def __enter__(self) -> Exchange:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._line.hang_up()
        if threading.current_thread() is not self._thread:  # a reader that was dropped ends wherever it is collected
            self._thread.join(_JOIN_S)

    def drain(self, seconds: float) -> None:
        """Let the exchange come to its end by itself: a connection that was read to the end can be used again."""
        self._thread.join(seconds)

    def _run(self) -> None:
        failure: Exception | None = None
        try:
            self._talk(self._give)
        except Exception as error:
            failure = error
        with self._changed:
            self._ended, self._failure = True, failure
            self._changed.notify()

    def _give(self, piece: bytes) -> bool:
        with self._changed:
            while len(self._pieces) >= _WAITING and not self._line.hung_up:
                self._changed.wait(_POLL_S)
            self._pieces += piece
            self._changed.notify()
        return not self._line.hung_up
