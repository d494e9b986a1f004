"""Where a task stands still before a step: because it was asked to, at a cap, or until a fault of its model has passed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

from ..cancel import Cancel
from ..errors import ModelError
from ..events import TaskStateChanged
from ..outbox import Post
from ..seat import Hold
from ..task_values import TaskState
from ..turn import Turn
from ..untrusted import clean_line
from ..values import Limits

BACK_OFF_S = (10.0, 30.0, 60.0, 120.0, 300.0)
"""How long a fault is waited out that comes for the first time, the second time ..."""
_LONGEST_REASON = 500


class Stand:
    """`limits` are the task's own, for a reason to be told; `paused` is called once that is told, and may take its time."""

    def __init__(
        self,
        post: Post,
        limits: Callable[[], Limits],
        container: Callable[[], str | None],
        paused: Callable[[], None],
        back_off: tuple[float, ...] = BACK_OFF_S,
    ) -> None:
        self._back_off = back_off
        self._post = post
        self._limits = limits
        self._container = container
        self._paused = paused
        self._pausing = False
        self._changed = threading.Condition()  # guards _go
        self._go = False
        self.held_s = 0.0

    def pause(self, on: bool) -> None:
        """Stand still before the next step, or not after all."""
        self._pausing = on

    def go_on(self) -> None:
        """It may go on: there is a slot for it."""
        with self._changed:
            self._go = True
            self._changed.notify_all()

    def due(self, turn: Turn, fault: ModelError | None = None) -> Hold | None:
        """Why to stand still now."""
        if fault is not None:
            return partial(self._hold, str(fault), self._delay(turn.faults, fault)) if fault.transient else None
        limit = turn.exhausted()
        if limit in ("steps", "tokens"):
            limits = self._limits()
            most = limits.steps if limit == "steps" else limits.tokens
            return partial(self._hold, f"the limit of {most} {limit} is reached", None)
        return partial(self._hold, "", None) if self._pausing else None

    def _hold(self, reason: str, seconds: float | None, cancel: Cancel) -> None:
        began = time.monotonic()
        resumes_at = None if seconds is None else time.time() + seconds
        with self._changed:
            self._go = False
        cancel.listen(self._wake)
        try:
            self._tell(TaskState.paused, clean_line(reason, _LONGEST_REASON), resumes_at)
            self._paused()
            if seconds is not None and not self._wait(cancel, began + seconds):
                self._tell(TaskState.queued)
            self._wait(cancel, None)
            if not cancel.is_set():
                self._tell(TaskState.running)
        finally:
            cancel.unlisten(self._wake)
            self.held_s += time.monotonic() - began

    def _delay(self, faults: int, fault: ModelError) -> float:
        """Seconds until it is tried again, after so many steps in a row without a reply."""
        usual = self._back_off[min(max(faults, 1), len(self._back_off)) - 1]
        return max(usual, fault.retry_after_s or 0.0)

    def _tell(self, state: TaskState, reason: str = "", resumes_at: float | None = None) -> None:
        self._post(TaskStateChanged(state, self._container(), reason, resumes_at))

    def _wait(self, cancel: Cancel, until: float | None) -> bool:
        """Wait until it may go on or is cancelled; False when `until` (monotonic seconds) came first."""
        with self._changed:
            left = None if until is None else max(0.0, until - time.monotonic())
            return self._changed.wait_for(lambda: self._go or cancel.is_set(), left)

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
