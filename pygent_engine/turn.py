"""One turn as it runs: what it has spent, what it may spend, and whether it must end."""

from __future__ import annotations

import time
from collections.abc import Callable

from .cancel import Cancel
from .values import INTERRUPTED, Limits, Outcome, Usage


class Turn:
    """The bookkeeping of one turn. Deadlines are in `time.monotonic` seconds, None when there is none."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._ends = None if limits.seconds is None else clock() + limits.seconds
        self.cancel = Cancel()
        self.steps = 0
        self.usage = Usage()
        self.stopped = False
        self.deadline: float | None = None
        self.late = ""

    def begin_step(self) -> int:
        """Count a step and set the deadline that holds during it; `late` is the limit that it stands for."""
        self.steps += 1
        step_ends = None if self._limits.step_seconds is None else self._clock() + self._limits.step_seconds
        if step_ends is not None and (self._ends is None or step_ends < self._ends):
            self.deadline, self.late = step_ends, "step_seconds"
        else:
            self.deadline, self.late = self._ends, "seconds"
        return self.steps

    def exhausted(self) -> str:
        """The limit that forbids another step; empty when there is none."""
        if self._limits.steps is not None and self.steps >= self._limits.steps:
            return "steps"
        if self._limits.tokens is not None and self.usage.total >= self._limits.tokens:
            return "tokens"
        if self._ends is not None and self._clock() >= self._ends:
            return "seconds"
        return ""

    def cut_short(self) -> tuple[Outcome, str, str]:
        """Outcome, reason and limit of a turn whose cancel is set."""
        if self.cancel.reason == INTERRUPTED:
            return "interrupted", "Interrupted.", ""
        return "limit", self.explain(self.cancel.reason), self.cancel.reason

    def explain(self, limit: str) -> str:
        """A sentence that says which limit was met."""
        limits = self._limits
        return {
            "steps": f"The limit of {limits.steps} steps is reached.",
            "tokens": f"The limit of {limits.tokens} tokens is reached.",
            "seconds": f"The time limit of {limits.seconds or 0:g} s is reached.",
            "step_seconds": f"The time limit of {limits.step_seconds or 0:g} s for one step is reached.",
        }[limit]
