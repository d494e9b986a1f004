"""Turns the bytes of a running command into bounded text. Pure but for the spool: no processes, no clocks.

The text is what a terminal of `row.WIDTH` columns would show: what a line was rewritten to, not how. Head and tail are
kept, the cut between them is stated, memory stays flat; all of it goes to the spool once something had to be cut.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from .row import Row, cut_off

OUTPUT_LIMIT = 30_000

_ACTS = re.compile(r"[\r\b]|\x1b\[[0-2]?K")


class Sink(Protocol):
    """Where text that is too long to be kept goes; `path` names it, "" while there is none."""

    @property
    def path(self) -> str: ...

    def write(self, text: str) -> None: ...


class Captured(NamedTuple):
    """The kept text, whether something was cut out of it, and the file that holds all of it ("": there is none)."""

    text: str
    truncated: bool
    full: str


class Capture:
    """Collects one command's output. `on_output` gets the decoded text as it comes, before it is folded."""

    def __init__(self, on_output: Callable[[str], None] | None = None, limit: int = OUTPUT_LIMIT, spool: Sink | None = None) -> None:
        self._on_output = on_output
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._folded = _HeadAndTail(limit, spool)
        self._row = Row()
        self._held = ""  # a control sequence, or a carriage return, whose rest is still to come

    def feed(self, data: bytes, final: bool = False) -> None:
        text = self._decoder.decode(data, final)
        if text and self._on_output is not None:
            self._on_output(text)
        if text or final:
            self._fold(text, final)

    def finish(self) -> Captured:
        self.feed(b"", final=True)
        self._folded.add(self._row.end())
        return self._folded.captured()

    def _fold(self, text: str, final: bool) -> None:
        text = self._held + text
        held = 0 if final else cut_off(text)
        if held:
            text, self._held = text[:-held], text[-held:]
        else:
            self._held = ""
        if "\r" in text:
            text = text.replace("\r\n", "\n")  # at its end a line shows all that was written, wherever the next would begin
        if any(sign in text for sign in "\r\b\x1b") and _ACTS.search(text):
            self._folded.add("".join(self._lines(text)))
        else:
            self._folded.add(self._verbatim(text))

    def _verbatim(self, text: str) -> str:
        """Nothing in `text` changes what was written: whole lines need no row."""
        first, newline, rest = text.partition("\n")
        shown = self._row.write(first)
        if not newline:
            return shown
        whole, newline, last = rest.rpartition("\n")
        return "".join((shown, self._row.end(), "\n", whole, newline, self._row.write(last)))

    def _lines(self, text: str) -> list[str]:
        first, *rest = text.split("\n")
        shown = [self._row.write(first)]
        for line in rest:
            shown += (self._row.end(), "\n", self._row.write(line))
        return shown


class _HeadAndTail:
    """The first and the last half of `limit` characters of what was added; all of it goes to `spool` once they are full."""

    def __init__(self, limit: int, spool: Sink | None) -> None:
        self._head_limit = limit // 2
        self._tail_limit = limit - self._head_limit
        self._spool = spool
        self._head = ""
        self._tail = ""
        self._total = 0

    @property
    def _cut(self) -> int:
        return self._total - len(self._head) - len(self._tail)

    def add(self, text: str) -> None:
        if not text:
            return
        if self._spool is not None:
            self._pass_on(self._spool, text)
        self._total += len(text)
        room = self._head_limit - len(self._head)
        if room > 0:
            self._head += text[:room]
            text = text[room:]
        if text:
            self._tail = (self._tail + text[-self._tail_limit :])[-self._tail_limit :]

    def _pass_on(self, spool: Sink, text: str) -> None:
        if self._cut:
            spool.write(text)
        elif self._total + len(text) > self._head_limit + self._tail_limit:
            spool.write(self._head + self._tail + text)

    def captured(self) -> Captured:
        if not self._cut:
            return Captured(self._head + self._tail, False, "")
        text = f"{self._head}\n[... {self._cut} characters cut ...]\n{self._tail}"
        return Captured(text, True, "" if self._spool is None else self._spool.path)
