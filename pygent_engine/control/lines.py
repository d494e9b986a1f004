"""Lines over a socket: whole ones, bounded in length, and with a deadline where one is wanted."""

from __future__ import annotations

import socket
import time

_PIECE = 65_536


class Lines:
    """Reads the lines that come over `connection`. For one thread."""

    def __init__(self, connection: socket.socket, longest: int) -> None:
        self._connection = connection
        self._longest = longest
        self._pieces: list[bytes] = []  # of the line that is not whole yet
        self._length = 0
        self._ready: list[bytes] = []  # whole lines, the next one last

    def next(self, deadline: float | None = None) -> bytes | None:
        """The next line without its newline, None at the end; what follows the last newline is no line.

        Raises ValueError for a line that is too long, OSError (TimeoutError when it has not come by `deadline`, a time of
        time.monotonic) when the connection breaks.
        """
        while not self._ready:
            if deadline is not None:
                self._connection.settimeout(max(0.001, deadline - time.monotonic()))
            piece = self._connection.recv(_PIECE)
            if not piece:
                return None
            self._take(piece)
            if deadline is not None and not self._ready and time.monotonic() > deadline:
                raise TimeoutError
        return self._ready.pop()

    def _take(self, piece: bytes) -> None:
        *whole, rest = piece.split(b"\n")
        if whole:
            whole[0] = b"".join((*self._pieces, whole[0]))
            self._pieces, self._length = [], 0
            self._ready = whole[::-1]
        self._pieces.append(rest)
        self._length += len(rest)
        if self._length > self._longest or any(len(line) > self._longest for line in whole):
            raise ValueError(f"a line is longer than {self._longest:,} bytes")
