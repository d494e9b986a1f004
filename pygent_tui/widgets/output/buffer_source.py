"""The output that is kept of a call, as sections of lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable
from itertools import accumulate

from ...views.output import Buffer, Chunk, after


class BufferSource:
    """A section is a chunk of the buffer; the unfinished line is the last one."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._chunks = (*buffer.chunks, Chunk(buffer.tail + "\n", 1)) if buffer.tail else buffer.chunks
        self._starts = list(accumulate((chunk.lines for chunk in self._chunks), initial=buffer.dropped))

    @property
    def call(self) -> Hashable:
        return self._buffer.call_id

    @property
    def first(self) -> int:
        return self._buffer.dropped

    @property
    def sections(self) -> int:
        return len(self._chunks)

    def start(self, section: int) -> int:
        return self._starts[section]

    def section(self, line: int) -> int:
        return bisect_right(self._starts, line) - 1

    def text(self, section: int) -> str:
        return self._chunks[section].text[:-1]

    def key(self, section: int) -> Hashable:
        return self._chunks[section].text

    def size(self, section: int) -> int:
        return len(self._chunks[section].text)

    def note(self, section: int) -> bool:
        return self._chunks[section].note

    def opened(self, section: int) -> str:
        begin = section
        while begin and not self._chunks[begin - 1].resets:
            begin -= 1
        opened = "" if begin else self._buffer.opened
        for chunk in self._chunks[max(0, begin - 1) : section]:
            opened = after(opened, chunk)
        return opened
