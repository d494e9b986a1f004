"""A text file as lines by number. Only an index of blocks and the block last asked for are held, however large the file is."""

from __future__ import annotations

import os
import stat
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from threading import Event, Lock

_BLOCK = 1 << 15
_PIECE = 1 << 12  # bytes that are shown as a line of one that is longer than a block


class TextFile:
    """Opened for reading until `close`; its lines are known as far as `index` has come.

    Any thread may read. Raises OSError when there is no such file, or no regular one.
    """

    def __init__(self, path: str) -> None:
        self._lock = Lock()  # guards the descriptor, so that none is read that was closed and is another file's now
        self._file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        self._offsets = array("Q", [0])
        self._firsts = array("Q", [0])
        self.indexed = Event()
        """Set when all lines are known."""
        try:
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                raise OSError(f"{path} is not a regular file")
            self.bytes = os.fstat(self._file).st_size
        except BaseException:
            self.close()
            raise
        self._shown: tuple[int, list[str]] = (-1, [])

    @property
    def lines(self) -> int:
        return self._firsts[-1]

    @property
    def blocks(self) -> int:
        return len(self._firsts) - 1

    def first(self, block: int) -> int:
        """The number of the first line of a block."""
        return self._firsts[block]

    def block(self, line: int) -> int:
        """The block that the line with this number is in."""
        return bisect_right(self._firsts, line) - 1

    def size(self, block: int) -> int:
        """The bytes of a block."""
        return self._offsets[block + 1] - self._offsets[block]

    def read(self, block: int) -> str:
        """The text of a block; "" when it is not there any more."""
        return self._pread(self.size(block), self._offsets[block]).decode("utf-8", "replace").removesuffix("\n")

    def line(self, number: int) -> str:
        """The line `number`, counted from 0, without its newline; "" where there is none (any more)."""
        block = self.block(number)
        if not 0 <= number < self.lines:
            return ""
        if self._shown[0] != block:
            self._shown = (block, self.read(block).split("\n"))
        found = self._shown[1]
        at = number - self._firsts[block]
        return found[at] if at < len(found) else ""

    def close(self) -> None:
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def index(self) -> Iterator[float]:
        """Look where lines begin; each step says how far it is, as a part of 1."""
        while data := self._pread(_BLOCK, self._offsets[-1]):
            size = len(data) if len(data) < _BLOCK else data.rfind(b"\n") + 1 or _piece(data)
            end = self._offsets[-1] + size
            self._offsets.append(end)
            # Last, for a block is known by its first line.
            self._firsts.append(self._firsts[-1] + data.count(b"\n", 0, size) + (data[size - 1 : size] != b"\n"))
            yield min(1.0, end / max(1, self.bytes))
        self.indexed.set()

    def _pread(self, size: int, offset: int) -> bytes:
        with self._lock:
            return os.pread(self._file, size, offset) if self._file >= 0 else b""


def _piece(data: bytes) -> int:
    """How much of a line without an end is a piece: no character is cut."""
    size = _PIECE
    while size > _PIECE - 4 and data[size] & 0xC0 == 0x80:
        size -= 1
    return size
