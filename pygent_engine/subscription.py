"""One reader of a session's envelopes: a queue that stays small although its reader may stop for hours."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from io import StringIO

from .events import Envelope, OutputDelta, ReasoningDelta, TextDelta

BOUND = 2000  # envelopes; past that, deltas merge into the last one of their kind
LONGEST_OUTPUT = 262_144  # characters of one merged OutputDelta; what came before is counted in `skipped`

_Delta = TextDelta | ReasoningDelta | OutputDelta
_Kind = tuple[type[_Delta], str]  # and for output, the call


class Subscription:
    """Envelopes for one reader, in order.

    Deltas merge only while the reader is `bound` envelopes behind: a merged one keeps the number of the first of them,
    and the numbers that it swallowed are missing. Nothing else is ever dropped.
    """

    def __init__(self, bound: int = BOUND) -> None:
        self._bound = bound
        self._changed = threading.Condition()  # guards the fields below
        self._pending: deque[Envelope | _Growing] = deque()
        self._open: dict[str, dict[_Kind, _Growing]] = {}  # by task: the deltas that take more
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether nothing more will come; what is pending can still be drained."""
        return self._closed

    def drain(self, timeout: float | None = None) -> list[Envelope]:
        """Everything that came since the last call; waits `timeout` seconds for the first, for ever when None.

        Empty when nothing came in time, or when the subscription is closed and read to its end.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._closed, timeout)
            envelopes = [entry if isinstance(entry, Envelope) else entry.envelope() for entry in self._pending]
            self._pending.clear()
            self._open.clear()
            return envelopes

    def close(self) -> None:
        """Take nothing more, and wake the reader."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def put(self, envelope: Envelope) -> None:
        """Queue an envelope; never blocks."""
        with self._changed:
            if self._closed:
                return
            match envelope.event:
                case TextDelta() | ReasoningDelta() | OutputDelta() as delta:
                    self._put_delta(envelope, delta)
                case _:
                    self._pending.append(envelope)
                    self._open.pop(envelope.task_id, None)  # no delta of this task merges past this event
            self._changed.notify()

    def _put_delta(self, envelope: Envelope, delta: _Delta) -> None:
        kind = (type(delta), delta.call_id if isinstance(delta, OutputDelta) else "")
        growing = self._open.setdefault(envelope.task_id, {})
        if len(self._pending) >= self._bound and kind in growing:
            growing[kind].merge(delta)
            return
        growing[kind] = _Growing(envelope, delta)
        self._pending.append(growing[kind])


class _Growing:
    """A delta that waits, and takes later ones of its kind: what merges is appended, so that each costs what it adds."""

    __slots__ = ("_delta", "_envelope", "_skipped", "_text")

    def __init__(self, envelope: Envelope, delta: _Delta) -> None:
        self._envelope = envelope
        self._delta = delta
        self._text: StringIO | None = None
        self._skipped = 0

    def merge(self, delta: _Delta) -> None:
        """Take a later delta."""
        if self._text is None:
            self._text = StringIO()
            self._append(self._text, self._delta)
        self._append(self._text, delta)

    def envelope(self) -> Envelope:
        """The first envelope with the text of all."""
        if self._text is None:
            return self._envelope
        if not isinstance(self._delta, OutputDelta):
            return replace(self._envelope, event=replace(self._delta, text=self._text.getvalue()))
        self._cut(self._text)
        return replace(self._envelope, event=replace(self._delta, text=self._text.getvalue(), skipped=self._skipped))

    def _append(self, text: StringIO, delta: _Delta) -> None:
        text.write(delta.text)
        if isinstance(delta, OutputDelta):
            self._skipped += delta.skipped
            if text.tell() > 2 * LONGEST_OUTPUT:  # not at each delta past the limit: cutting copies
                self._cut(text)

    def _cut(self, text: StringIO) -> None:
        """Keep the last LONGEST_OUTPUT characters and count the others."""
        cut = max(0, text.tell() - LONGEST_OUTPUT)
        kept = text.getvalue()[cut:]
        self._skipped += cut
        text.seek(0)
        text.truncate()
        text.write(kept)
