"""A thread for what may block (files, programs, long searches): the UI's thread hands it work and gets the outcome back as a message.

Imports no textual.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic
from typing import TypeVar

from pygent_engine.frozen import frozen

T = TypeVar("T")
Then = Callable[[], object]
Wanted = Callable[[], bool]

_IDLE_S = 1.0


@frozen
class _Job:
    do: Callable[[], None]
    replaceable: bool = False


class Aside:
    """Does one thing after the other; the thread ends after a second without work, and comes back with the next.

    `deliver` is called on the thread, with what the UI's thread is to do with an outcome.
    """

    def __init__(self, name: str, deliver: Callable[[Then], object]) -> None:
        self._name = name
        self._deliver = deliver
        self._changed = Condition()  # guards the fields below
        self._waiting: deque[_Job] = deque()
        self._thread: Thread | None = None
        self._at_work = False
        self._newest = 0

    def do(self, work: Callable[[], T], then: Callable[[T], object] | None = None) -> None:
        """Do `work` after all that waits, then have `then` called with its outcome."""
        with self._changed:
            self._put(_Job(lambda: self._hand_over(work(), then)))

    def do_newest(self, work: Callable[[Wanted], T | None], then: Callable[[T], object]) -> None:
        """As `do`, in place of all that was asked for in this way: that is not begun any more, and its `wanted` becomes false.

        Without an outcome nothing is called, nor when another was asked for meanwhile.
        """
        with self._changed:
            self._newest += 1
            number = self._newest
            self._waiting = deque(job for job in self._waiting if not job.replaceable)
            self._put(_Job(lambda: self._do_wanted(work, then, lambda: self._newest == number), replaceable=True))

    def finish(self, timeout: float) -> bool:
        """Wait until all is done, `timeout` seconds at most; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._at_work, timeout)

    def _put(self, job: _Job) -> None:
        self._waiting.append(job)
        self._changed.notify_all()
        if self._thread is None:
            self._thread = Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def _do_wanted(self, work: Callable[[Wanted], T | None], then: Callable[[T], object], wanted: Wanted) -> None:
        outcome = work(wanted)
        if outcome is not None and wanted():
            self._hand_over(outcome, lambda found: then(found) if wanted() else None)

    def _hand_over(self, outcome: T, then: Callable[[T], object] | None) -> None:
        if then is not None:
            self._deliver(lambda: then(outcome))

    # ------------------------------------------------------------ on the thread

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job.do()
            except Exception:  # a fault of ours must not end what comes next
                logging.getLogger("pygent").exception("%s: a job failed", self._name)

    def _next(self) -> _Job | None:
        with self._changed:
            self._at_work = False
            self._changed.notify_all()
            end = monotonic() + _IDLE_S
            while not self._waiting:
                if not self._changed.wait(end - monotonic()) and not self._waiting:
                    self._thread = None
                    return None
            self._at_work = True
            return self._waiting.popleft()
