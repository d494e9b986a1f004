"""Reads a range of a text file's lines, numbered; memory stays flat whatever the file holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from .encodings import HEAD, Encoding, NotText, candidates

_CHUNK = 1 << 16
LINE_LIMIT = 2_000
TEXT_LIMIT = 100_000
SCAN_LIMIT = 1 << 28


def numbered_range(file: BinaryIO, offset: int, limit: int) -> str:
    """Lines `offset` (from 1) to `offset + limit - 1` as "number, tab, line", then a note when there is more to read.

    An encoding that is not plain UTF-8 is said first, as far as what was read tells it. Long lines are cut at LINE_LIMIT
    characters, the whole at about TEXT_LIMIT. Raises NotText.
    """
    for encoding in candidates(file.read(HEAD)):
        file.seek(0)
        try:
            shown = _range(file, encoding, max(1, offset), limit)
        except NotText:
            continue
        return shown if encoding.plain else f"[the file is {encoding.name}]\n{shown}"
    raise NotText("binary")


def _range(file: BinaryIO, encoding: Encoding, offset: int, limit: int) -> str:
    shown, size, number = [], 0, 0
    for number, line, scanned in _lines(file, encoding, offset):
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


def _lines(file: BinaryIO, encoding: Encoding, offset: int) -> Iterator[tuple[int, str, int]]:
    """Each line's number, its text from `offset` on ("" before), and the bytes read so far."""
    number, line, scanned = 1, _Line(offset <= 1), 0
    for text, scanned in _texts(file, encoding):
        *ended, rest = text.split("\n")
        for piece in ended:
            line.add(piece)
            yield number, line.text, scanned
            number += 1
            line = _Line(number >= offset)
        line.add(rest)
    if line.length or scanned > SCAN_LIMIT:
        yield number, line.text, scanned


def _texts(file: BinaryIO, encoding: Encoding) -> Iterator[tuple[str, int]]:
    """The file's text in pieces, each with the bytes read so far, until a little more than SCAN_LIMIT were."""
    decoder, scanned = encoding.decoder(), 0
    while scanned <= SCAN_LIMIT and (chunk := file.read(_CHUNK)):
        scanned += len(chunk)
        yield decoder.feed(chunk), scanned
    if scanned <= SCAN_LIMIT:
        yield decoder.feed(b"", final=True), scanned


class _Line:
    """One line's text, as far as it is shown; what is not shown is only counted."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._kept = ""
        self.length = 0

    def add(self, text: str) -> None:
        self.length += len(text)
        if self._wanted and len(self._kept) < LINE_LIMIT:
            self._kept += text[: LINE_LIMIT - len(self._kept)]

    @property
    def text(self) -> str:
        if self._wanted and self.length > LINE_LIMIT:
            return f"{self._kept} [... {self.length - LINE_LIMIT} more characters in this line ...]"
        return self._kept
