"""Turns the bytes of a running command into bounded text. Pure: no processes, no clocks.

The text is what a terminal of LINE_WIDTH columns would show: a carriage return goes back to the start of the line, and
what follows covers what stood there. Head and tail are kept, the cut between them is stated, memory stays flat.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

OUTPUT_LIMIT = 30_000
LINE_WIDTH = 4096


class Capture:
    """Collects one command's output. `on_output` gets the decoded text as it comes, before it is folded."""

    def __init__(self, on_output: Callable[[str], None] | None = None, limit: int = OUTPUT_LIMIT) -> None:
        self._on_output = on_output
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._folded = _HeadAndTail(limit)
        self._shown = ""  # the current line, before its last carriage return
        self._line = ""  # the current line, after it

    def feed(self, data: bytes, final: bool = False) -> None:
        text = self._decoder.decode(data, final)
        if not text:
            return
        if self._on_output is not None:
            self._on_output(text)
        self._fold(text)

    def finish(self) -> tuple[str, bool]:
        """The kept text, and whether something was cut out of it."""
        self.feed(b"", final=True)
        self._folded.add(_cover(self._shown, self._line))
        self._shown = self._line = ""
        return self._folded.text()

    def _fold(self, text: str) -> None:
        if "\r" in text or self._shown:
            self._fold_lines(*text.split("\n"))
            return
        ended, newline, rest = text.rpartition("\n")
        if newline:
            self._folded.add(self._line + ended + newline)
            self._line = ""
        self._line += rest
        self._folded.add(self._wrap())

    def _fold_lines(self, *lines: str) -> None:
        done = []
        for line in lines[:-1]:
            done += [self._fold_line(line), _cover(self._shown, self._line), "\n"]
            self._shown = self._line = ""
        self._folded.add("".join(done) + self._fold_line(lines[-1]))

    def _fold_line(self, line: str) -> str:
        """Take a piece of the current line; what has wrapped beyond reach of a carriage return is returned."""
        wrapped = []
        for number, piece in enumerate(line.split("\r")):
            if number:
                self._shown, self._line = _cover(self._shown, self._line), ""
            self._line += piece
            wrapped.append(self._wrap())
        return "".join(wrapped)

    def _wrap(self) -> str:
        full = len(self._line) - len(self._line) % LINE_WIDTH
        if not full:
            return ""
        # A full row covers all that stood there.
        wrapped, self._line, self._shown = self._line[:full], self._line[full:], ""
        return wrapped


def _cover(shown: str, line: str) -> str:
    """What a line shows after `line` was written over `shown`; with escape sequences columns mean nothing."""
    if line and ("\x1b" in line or "\x1b" in shown):
        return line
    return line + shown[len(line) :]


class _HeadAndTail:
    """The first and the last half of `limit` characters of what was added."""

    def __init__(self, limit: int) -> None:
        self._head_limit = limit // 2
        self._tail_limit = limit - self._head_limit
        self._head = ""
        self._tail = ""
        self._total = 0

    def add(self, text: str) -> None:
        self._total += len(text)
        room = self._head_limit - len(self._head)
        if room > 0:
            self._head += text[:room]
            text = text[room:]
        if text:
            self._tail = (self._tail + text[-self._tail_limit :])[-self._tail_limit :]

    def text(self) -> tuple[str, bool]:
        cut = self._total - len(self._head) - len(self._tail)
        if not cut:
            return self._head + self._tail, False
        return f"{self._head}\n[... {cut} characters cut ...]\n{self._tail}", True
