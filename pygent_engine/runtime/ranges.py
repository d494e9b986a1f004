"""Reads a range of a text file's lines, numbered; memory stays flat whatever the file holds."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

_CHUNK = 1 << 16
LINE_LIMIT = 2_000
TEXT_LIMIT = 100_000
SCAN_LIMIT = 1 << 28


def numbered_range(file: BinaryIO, offset: int, limit: int) -> str:
    """Lines `offset` (from 1) to `offset + limit - 1` as "number, tab, line", then a note when there is more to read.

    Long lines are cut at LINE_LIMIT characters, the whole at about TEXT_LIMIT. Raises UnicodeDecodeError.
    """
    offset, shown, size, number = max(1, offset), [], 0, 0
    for number, line, scanned in _lines(file, offset):
        if scanned > SCAN_LIMIT:
            shown.append(f"[stopped after {SCAN_LIMIT:,} bytes, in line {number}]")
            break
        if number < offset:
            continue
        if number >= offset + limit or size > TEXT_LIMIT:
            shown.append(f"[more lines follow; read on with offset={number}]")
            break
        shown.append(f"{number:6d}\t{line}")
        size += len(line)
    if not shown:
        return "[the file is empty]" if not number else f"[the file has {number} lines]"
    return "\n".join(shown)


def _lines(file: BinaryIO, offset: int) -> Iterator[tuple[int, str, int]]:
    """Each line's number, its text from `offset` on ("" before), and the bytes read so far."""
    number = scanned = 0
    while chunk := file.readline(_CHUNK):
        number += 1
        text = _Line(number >= offset)
        text.add(chunk)
        scanned += len(chunk)
        while not chunk.endswith(b"\n") and scanned <= SCAN_LIMIT and (chunk := file.readline(_CHUNK)):
            scanned += len(chunk)
            text.add(chunk)
        yield number, text.finish(), scanned


class _Line:
    """One line's text, as far as it is shown; what is not shown is only counted."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._kept = ""
        self._length = 0

    def add(self, chunk: bytes) -> None:
        if not self._wanted:
            return
        text = self._decoder.decode(chunk.removesuffix(b"\n"), final=chunk.endswith(b"\n"))
        self._length += len(text)
        self._kept += text[: LINE_LIMIT - len(self._kept)]

    def finish(self) -> str:
        if self._length > LINE_LIMIT:
            return f"{self._kept} [... {self._length - LINE_LIMIT} more characters in this line ...]"
        return self._kept + self._decoder.decode(b"", final=True)
