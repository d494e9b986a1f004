"""Folds envelopes into the live output of tool calls. Pure; built for 200,000 lines a second.

Text stays in raw chunks of whole lines; they are split by whoever draws them, and only the visible ones.
Carriage returns are folded when they arrive: of a line that was rewritten only its last writing is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pygent_engine.events import CallEnded, CallStarted, Envelope, OutputDelta
from pygent_engine.frozen import frozen
from pygent_engine.values import ROOT_TASK, ToolResult

from .sgr import carried, reset_in

MAX_LINES = 10_000
MAX_CHARS = 2_000_000
MAX_LINE = 20_000
MAX_CALLS = 20
MAX_TOTAL = 8_000_000
_CHUNK = 32_768

_REWRITTEN = re.compile(r"^[^\n]*\r(?=[^\r\n])", re.MULTILINE)
_LINE_END = re.compile(r"\r+\n")


@frozen
class Chunk:
    """Whole lines, each with its newline; `note` when they are Pygent's own words, not the command's.

    `closing` are the colour sequences written in it that are open at its end; with `resets` no others are.
    """

    text: str
    lines: int
    note: bool = False
    closing: str = ""
    resets: bool = False


@frozen
class Buffer:
    """The output of one call. `dropped` lines before the first chunk are no longer kept; `tail` is the unfinished line.

    `opened` are the colour sequences that what was dropped left open.
    """

    call_id: str
    task_id: str
    name: str
    summary: str
    started_at: float
    chunks: tuple[Chunk, ...] = ()
    tail: str = ""
    lines: int = 0
    chars: int = 0
    dropped: int = 0
    opened: str = ""
    arguments: str = "{}"
    result: ToolResult | None = None

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks) + self.tail

    @property
    def shown(self) -> bool:
        """Whether there is something to look at: a command, or any output."""
        return self.name == "bash" or bool(self.chunks or self.tail)


@frozen
class Outputs:
    """The buffers of the last calls, oldest first; `selected` is a call id, None to follow what runs."""

    buffers: tuple[Buffer, ...] = ()
    selected: str | None = None

    @property
    def shown(self) -> tuple[Buffer, ...]:
        """Those that there is something to look at in."""
        return tuple(buffer for buffer in self.buffers if buffer.shown)

    def of(self, call_id: str | None) -> Buffer | None:
        """The buffer of a call; None when it is not kept (any more)."""
        return next((buffer for buffer in self.buffers if buffer.call_id == call_id), None)

    @property
    def current(self) -> Buffer | None:
        """The selected buffer, else the newest that runs (the root agent's first), else the newest."""
        chosen = self.of(self.selected)
        if chosen is not None:
            return chosen
        shown = self.shown
        running = [buffer for buffer in shown if buffer.result is None]
        own = [buffer for buffer in running if buffer.task_id == ROOT_TASK]
        return next((some[-1] for some in (own, running, shown) if some), None)


EMPTY = Outputs()


def select(state: Outputs, call_id: str | None) -> Outputs:
    """Show the output of one call, or (None) follow the newest running one again."""
    return replace(state, selected=call_id)


def fold(state: Outputs, envelope: Envelope) -> Outputs:
    """The outputs after `envelope`; the same object when nothing in them changed."""
    return fold_batch(state, (envelope,))


def fold_batch(state: Outputs, batch: Iterable[Envelope]) -> Outputs:
    """The outputs after all of `batch`; the same object when nothing in them changed. A thousand calls may run at once."""
    folding: _Folding | None = None
    for envelope in batch:
        if isinstance(envelope.event, OutputDelta | CallStarted | CallEnded):
            folding = folding or _Folding(state)
            folding.take(envelope, envelope.event)
    return state if folding is None or not folding.changed else replace(state, buffers=tuple(folding.buffers.values()))


class _Folding:
    """What a batch makes of the buffers, by call id in their order."""

    def __init__(self, state: Outputs) -> None:
        self.buffers = {buffer.call_id: buffer for buffer in state.buffers}
        self.changed = False
        self._selected = state.selected
        self._total = sum(buffer.chars for buffer in state.buffers)
        self._ended = sum(buffer.result is not None for buffer in state.buffers)

    def take(self, envelope: Envelope, event: OutputDelta | CallStarted | CallEnded) -> None:
        if isinstance(event, CallStarted):
            call = event.call
            begun = Buffer(call.id, envelope.task_id, call.name, event.action, envelope.at, arguments=call.arguments)
            self.buffers[call.id] = begun
            self.changed = True
            self._evict()
            return
        call_id = event.call_id if isinstance(event, OutputDelta) else event.result.call_id
        before = self.buffers.get(call_id)
        if before is None:
            return
        self.changed = True
        if isinstance(event, OutputDelta):
            after = self.buffers[call_id] = append(before, event.text, event.skipped)
            self._total += after.chars - before.chars
        elif not before.shown:  # a call that is no command and put nothing out would only push others away
            del self.buffers[call_id]
        else:
            self.buffers[call_id] = replace(before, result=event.result)
            self._ended += before.result is None
            self._evict()

    def _evict(self) -> None:
        """Forget the oldest ended calls beyond the limits."""
        if not self._ended or not self._over:
            return
        for buffer in tuple(self.buffers.values()):
            if buffer.result is not None and buffer.call_id != self._selected:
                del self.buffers[buffer.call_id]
                self._total -= buffer.chars
                self._ended -= 1
                if not self._over:
                    return

    @property
    def _over(self) -> bool:
        return len(self.buffers) > MAX_CALLS or self._total > MAX_TOTAL


def append(buffer: Buffer, text: str, skipped: int = 0) -> Buffer:
    """`buffer` with more output; `skipped` characters before it are stated on a line of their own."""
    if skipped:
        buffer = _note(buffer, f"… {skipped:,} characters skipped …")
    whole, tail = _split(buffer.tail + text)
    buffer = replace(buffer, tail=tail)
    start = 0
    while start < len(whole):
        end = whole.rfind("\n", start, start + _CHUNK) + 1
        buffer = _with_chunk(buffer, whole[start:end])
        start = end
    return _trimmed(buffer)


def _note(buffer: Buffer, text: str) -> Buffer:
    if buffer.tail:
        buffer = _with_chunk(buffer, buffer.tail.rstrip("\r") + "\n")
    return replace(_with_chunk(buffer, text + "\n", note=True), tail="")


def _split(text: str) -> tuple[str, str]:
    """The whole lines of `text` and what follows the last newline, long lines broken and rewritten ones folded."""
    text = broken(text, MAX_LINE)
    if "\r" in text:
        text = _REWRITTEN.sub("", _LINE_END.sub("\n", text))
    end = text.rfind("\n") + 1
    return text[:end], text[end:]


def broken(text: str, limit: int) -> str:
    """`text` with a newline put in wherever `limit` characters have neither a newline nor a carriage return."""
    pieces: list[str] = []
    start = 0
    while len(text) - start > limit:
        stop = start + limit
        end = max(text.rfind("\n", start, stop + 1), text.rfind("\r", start, stop + 1)) + 1
        pieces.append(text[start:end] if end else text[start:stop] + "\n")
        start = end or stop
    return "".join((*pieces, text[start:])) if pieces else text


def _with_chunk(buffer: Buffer, text: str, *, note: bool = False) -> Buffer:
    """Small chunks are joined, so that output which drips does not make many."""
    chunks = buffer.chunks
    added = text.count("\n")
    last = Chunk("", 0, note, resets=note)
    if chunks and chunks[-1].note == note and len(chunks[-1].text) + len(text) <= _CHUNK:
        last, chunks = chunks[-1], chunks[:-1]
    resets = last.resets or reset_in(text) >= 0
    chunk = Chunk(last.text + text, last.lines + added, note, carried(last.closing, text), resets)
    return replace(buffer, chunks=(*chunks, chunk), lines=buffer.lines + added, chars=buffer.chars + len(text))


def _trimmed(buffer: Buffer) -> Buffer:
    """`buffer` without the oldest chunks that lie beyond the limits."""
    lines, chars, first = buffer.lines, buffer.chars, 0
    for chunk in buffer.chunks:
        if lines - chunk.lines < MAX_LINES and chars - len(chunk.text) < MAX_CHARS:
            break
        lines, chars, first = lines - chunk.lines, chars - len(chunk.text), first + 1
    if not first:
        return buffer
    opened = buffer.opened
    for chunk in buffer.chunks[:first]:
        opened = after(opened, chunk)
    kept = buffer.chunks[first:]
    return replace(buffer, chunks=kept, lines=lines, chars=chars, dropped=buffer.dropped + buffer.lines - lines, opened=opened)


def after(opened: str, chunk: Chunk) -> str:
    """The colour sequences that are open after `chunk`; after characters that were skipped none is known to be."""
    return chunk.closing if chunk.resets else carried(opened, chunk.closing)
