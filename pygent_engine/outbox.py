"""Numbers the events of one session and hands them on, in order."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from .events import Envelope, Event

Sink = Callable[[Envelope], None]
Post = Callable[[Event], None]


class Outbox:
    """Puts events into envelopes: gapless `seq` from 1, in the order in which the sink gets them.

    The sink is called under a lock, on the thread of the event: it must be quick. When it raises, the failure is
    logged and the session goes on.
    """

    def __init__(self, sink: Sink | None, clock: Callable[[], float] = time.time) -> None:
        self._sink = sink
        self._clock = clock
        self._guard = threading.RLock()  # of _seq and the order of the sink's calls; a sink may cause further events
        self._seq = 0

    def post(self, task_id: str, event: Event) -> None:
        """Report `event` of task `task_id`."""
        if self._sink is None:
            return
        with self._guard:
            self._seq += 1
            try:
                self._sink(Envelope(self._seq, self._clock(), task_id, event))
            except Exception:
                logging.getLogger("pygent").exception("a receiver of events failed")

    def of(self, task_id: str) -> Post:
        """`post` for one task."""
        return lambda event: self.post(task_id, event)
