"""Numbers the events of one session and hands them on, in order."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from .events import Envelope, Event

Sink = Callable[[Envelope], None]
Post = Callable[[Event], None]


class Outbox:
    """Puts events into envelopes: gapless `seq` from 1, and every sink gets them in that order.

    Sinks are called under a lock, on the thread of the event: they must be quick. An event that a sink causes goes out
    after the one at hand. When a sink raises, the failure is logged and the session goes on. Nothing is numbered while
    there is no sink.
    """

    def __init__(self, sink: Sink | None = None, clock: Callable[[], float] = time.time) -> None:
        self._sinks: tuple[Sink, ...] = () if sink is None else (sink,)
        self._clock = clock
        self._guard = threading.RLock()  # of the fields below and the order of the sinks' calls; a sink may cause further events
        self._seq = 0
        self._pending: deque[Envelope] = deque()
        self._delivering: int | None = None  # by which thread

    def post(self, task_id: str, event: Event, at: float | None = None) -> None:
        """Report `event` of task `task_id`, which happened at `at` (Unix seconds) or now."""
        if not self._sinks:
            return
        with self._guard:
            self._seq += 1
            self._pending.append(Envelope(self._seq, self._clock() if at is None else at, task_id, event))
            if self._delivering is None:
                self._deliver()

    def _deliver(self) -> None:
        self._delivering = threading.get_ident()
        try:
            while self._pending:
                envelope = self._pending.popleft()
                for sink in self._sinks:
                    _hand(sink, envelope)
        finally:
            self._delivering = None

    @property
    def delivers_here(self) -> bool:
        """Whether the caller is a receiver, or was called by one: then no other thread can report anything until it returns."""
        return self._delivering == threading.get_ident()

    def of(self, task_id: str) -> Post:
        """`post` for one task."""
        return lambda event: self.post(task_id, event)

    def add(self, sink: Sink) -> None:
        """Hand events to `sink` too, from now on."""
        with self._guard:
            self._sinks = (*self._sinks, sink)

    def remove(self, sink: Sink) -> None:
        """Hand events to `sink` no longer."""
        with self._guard:
            self._sinks = tuple(other for other in self._sinks if other != sink)


def _hand(sink: Sink, envelope: Envelope) -> None:
    try:
        sink(envelope)
    except Exception:
        logging.getLogger("pygent").exception("a receiver of events failed")
