"""A text file as lines by number. Only an index of blocks and the block last asked for are held, however large the file is."""

from __future__ import annotations

import os
import stat
from array import array
from bisect import bisect_right

_BLOCK = 1 << 15
_PIECE = 1 << 12  # bytes that are shown as a line of one that is longer than a block


class TextFile:
    """Opened for reading until `close`. Raises OSError when there is no such file, or no regular one."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                raise OSError(f"{path} is not a regular file")
            self._offsets = array("Q", [0])
            self._firsts = array("Q", [0])
            self._index()
        except BaseException:
            self.close()
            raise
        self._shown: tuple[int, list[str]] = (-1, [])

    @property
    def lines(self) -> int:
        return self._firsts[-1]

    def line(self, number: int) -> str:
        """The line `number`, counted from 0, without its newline; "" where there is none (any more)."""
        block = bisect_right(self._firsts, number) - 1
        if not 0 <= number < self.lines:
            return ""
        if self._shown[0] != block:
            self._shown = (block, self._read(block))
        found = self._shown[1]
        at = number - self._firsts[block]
        return found[at] if at < len(found) else ""

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _index(self) -> None:
        while data := os.pread(self._file, _BLOCK, self._offsets[-1]):
            size = len(data) if len(data) < _BLOCK else data.rfind(b"\n") + 1 or _piece(data)
            self._offsets.append(self._offsets[-1] + size)
            self._firsts.append(self._firsts[-1] + data.count(b"\n", 0, size) + (data[size - 1 : size] != b"\n"))

    def _read(self, block: int) -> list[str]:
        start, end = self._offsets[block], self._offsets[block + 1]
        return os.pread(self._file, end - start, start).decode("utf-8", "replace").split("\n")


def _piece(data: bytes) -> int:
    """How much of a line without an end is a piece: no character is cut."""
    size = _PIECE
    while size > _PIECE - 4 and data[size] & 0xC0 == 0x80:
        size -= 1
    return size
