"""One reader of a session's envelopes: a queue that stays small although its reader may stop for hours."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace

from .events import Envelope, OutputDelta, ReasoningDelta, TextDelta

BOUND = 2000  # envelopes; past that, deltas merge into the last one of their kind
LONGEST_OUTPUT = 262_144  # characters of one merged OutputDelta; what came before is counted in `skipped`

_Key = tuple[str, ...]


class Subscription:
    """Envelopes for one reader, in order.

    Deltas merge only while the reader is BOUND envelopes behind: a merged one keeps the number of the first of them,
    and the numbers that it swallowed are missing. Nothing else is ever dropped.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()  # guards all fields
        self._pending: deque[list[Envelope]] = deque()
        self._open: dict[_Key, list[Envelope]] = {}
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
            envelopes = [holder[0] for holder in self._pending]
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
            key = _key(envelope)
            if key is not None and (holder := self._open.get(key)) is not None and len(self._pending) >= BOUND:
                holder[0] = _merged(holder[0], envelope)
                return
            holder = [envelope]
            self._pending.append(holder)
            if key is not None:
                self._open[key] = holder
            else:
                self._forget(envelope.task_id)
            self._changed.notify()

    def _forget(self, task_id: str) -> None:
        """Let no delta of this task merge past an event that came between."""
        for key in [key for key in self._open if key[0] == task_id]:
            del self._open[key]


def _key(envelope: Envelope) -> _Key | None:
    match envelope.event:
        case OutputDelta(call_id=call_id):
            return envelope.task_id, "output", call_id
        case TextDelta():
            return envelope.task_id, "text"
        case ReasoningDelta():
            return envelope.task_id, "reasoning"
        case _:
            return None


def _merged(first: Envelope, second: Envelope) -> Envelope:
    match first.event, second.event:
        case OutputDelta() as old, OutputDelta() as new:
            text = old.text + new.text
            cut = max(0, len(text) - LONGEST_OUTPUT)
            return replace(first, event=OutputDelta(old.call_id, text[cut:], old.skipped + new.skipped + cut))
        case (TextDelta() | ReasoningDelta()) as old, (TextDelta() | ReasoningDelta()) as new:
            return replace(first, event=replace(old, text=old.text + new.text))
        case _:
            raise AssertionError("only deltas of one kind are merged")
