"""Server-sent events: an incremental parser, bytes in, the data of whole events out. No network, no JSON.

After the WHATWG HTML standard, "Interpreting an event stream": lines end in LF, CRLF or CR, an event at an empty line.
"""

from __future__ import annotations

import re

_LINE_END = re.compile(rb"\r\n|\n|\r")
_EVENT_LIMIT = 32 * 1024 * 1024


class SSEParser:
    """Parses a stream that is fed in pieces of any size; the events are the same at any split."""

    def __init__(self, limit: int = _EVENT_LIMIT) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0
        self._at_start = True
        self._data: list[str] = []
        self._held = 0

    def feed(self, piece: bytes) -> list[str]:
        """The data of every event that `piece` completes. Raises ValueError for an event beyond the limit."""
        self._buffer += piece
        events = []
        begin = 0
        while (end := self._next_line_end(begin)) is not None:
            data = self._take(bytes(self._buffer[begin : end.start()]))
            if data is not None:
                events.append(data)
            begin = self._searched = end.end()
        self._searched = max(len(self._buffer) - 1, begin) - begin
        del self._buffer[:begin]
        if self._held + len(self._buffer) > self._limit:
            raise ValueError(f"an event of more than {self._limit} bytes")
        return events

    def _next_line_end(self, begin: int) -> re.Match[bytes] | None:
        end = _LINE_END.search(self._buffer, max(begin, self._searched))
        # A CR at the very end may be the first half of a CRLF.
        if end is not None and end[0] == b"\r" and end.end() == len(self._buffer):
            return None
        return end

    def _take(self, raw: bytes) -> str | None:
        if self._at_start:
            self._at_start = False
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not raw:
            return self.end()
        name, _, value = raw.partition(b":")
        if name == b"data":
            self._held += len(value)
            self._data.append(value.removeprefix(b" ").decode("utf-8", "replace"))
        return None

    def end(self) -> str | None:
        """The data of the event that stands open after its last whole line, None when there is none."""
        data, self._data, self._held = self._data, [], 0
        return "\n".join(data) if data else None
