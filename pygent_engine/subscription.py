"""One reader of a session's envelopes: a queue that stays small although its reader may stop for hours."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

from .deltas import Delta, GrowingDelta, OutputBudget
from .events import Envelope, OutputDelta, ReasoningDelta, TextDelta

BOUND = 2000  # envelopes; past that, deltas merge into the last one of their kind

_Kind = tuple[type[Delta], str]  # and for output, the call


class Subscription:
    """Envelopes for one reader, in order; `first` is there to begin with.

    Deltas merge only while the reader is `bound` envelopes behind: a merged one keeps the number of the first of them,
    and the numbers that it swallowed are missing. Of output that waits, what came last is kept. Nothing else is ever dropped.
    """

    def __init__(self, bound: int = BOUND, first: Iterable[Envelope] = ()) -> None:
        self._bound = bound
        self._changed = threading.Condition()  # guards the fields below
        self._pending: deque[Envelope | GrowingDelta] = deque(first)
        self._open: dict[str, dict[_Kind, GrowingDelta]] = {}  # by task: the deltas that take more
        self._budget = OutputBudget()
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
            self._budget.clear()
            return envelopes

    def close(self) -> None:
        """Take nothing more, and wake the reader."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def put(self, envelope: Envelope) -> bool:
        """Queue an envelope, unless the subscription is closed; says whether. Never blocks."""
        with self._changed:
            if self._closed:
                return False
            match envelope.event:
                case TextDelta() | ReasoningDelta() | OutputDelta() as delta:
                    self._put_delta(envelope, delta)
                case _:
                    self._pending.append(envelope)
                    self._open.pop(envelope.task_id, None)  # no delta of this task merges past this event
            self._changed.notify()
            return True

    def _put_delta(self, envelope: Envelope, delta: Delta) -> None:
        kind = (type(delta), delta.call_id if isinstance(delta, OutputDelta) else "")
        growing = self._open.setdefault(envelope.task_id, {})
        if len(self._pending) >= self._bound and kind in growing:
            growing[kind].merge(delta, envelope.at)
        else:
            growing[kind] = GrowingDelta(envelope, delta)
            self._pending.append(growing[kind])
        if isinstance(delta, OutputDelta):
            self._budget.grew(growing[kind])
