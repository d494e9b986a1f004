"""One turn as it runs: what it has spent, what it may spend, and whether it must end."""

from __future__ import annotations

import time
from collections.abc import Callable

from .cancel import Cancel
from .values import INTERRUPTED, Limits, Outcome, Usage


class Turn:
    """The bookkeeping of one turn. Times are in `time.monotonic` seconds. `limits` may be replaced while it runs."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._began = clock()
        self._step_began = 0.0
        self._held_s = 0.0
        self.cancel = Cancel()
        self.steps = 0
        self.faults = 0
        """How many steps in a row the model had no reply for."""
        self.usage = Usage()
        self.stopped = False

    def begin_step(self) -> int:
        """Count a step; its deadline counts from now."""
        self.steps += 1
        self._step_began = self._clock()
        return self.steps

    def hold(self, seconds: float) -> None:
        """Let `seconds` not count in which the turn stood still between two steps."""
        self._held_s += seconds

    @property
    def deadline(self) -> float | None:
        """When the turn or its step must end, whichever is sooner; None when there is no such time."""
        ends, step_ends = self._ends, self._step_ends
        if step_ends is None or ends is None:
            return step_ends if ends is None else ends
        return min(ends, step_ends)

    @property
    def late(self) -> str:
        """The limit that `deadline` stands for."""
        ends, step_ends = self._ends, self._step_ends
        return "step_seconds" if step_ends is not None and (ends is None or step_ends < ends) else "seconds"

    @property
    def _ends(self) -> float | None:
        seconds = self.limits.seconds
        return None if seconds is None else self._began + self._held_s + seconds

    @property
    def _step_ends(self) -> float | None:
        seconds = self.limits.step_seconds
        return None if seconds is None or not self.steps else self._step_began + seconds

    def exhausted(self) -> str:
        """The limit that forbids another step; empty when there is none."""
        limits, ends = self.limits, self._ends
        if limits.steps is not None and self.steps >= limits.steps:
            return "steps"
        if limits.tokens is not None and self.usage.total >= limits.tokens:
            return "tokens"
        if ends is not None and self._clock() >= ends:
            return "seconds"
        return ""

    def cut_short(self) -> tuple[Outcome, str, str]:
        """Outcome, reason and limit of a turn whose cancel is set."""
        if self.cancel.reason == INTERRUPTED:
            return "interrupted", "Interrupted.", ""
        return "limit", self.explain(self.cancel.reason), self.cancel.reason

    def explain(self, limit: str) -> str:
        """A sentence that says which limit was met."""
        limits = self.limits
        return {
            "steps": f"The limit of {limits.steps} steps is reached.",
            "tokens": f"The limit of {limits.tokens} tokens is reached.",
            "seconds": f"The time limit of {limits.seconds or 0:g} s is reached.",
            "step_seconds": f"The time limit of {limits.step_seconds or 0:g} s for one step is reached.",
        }[limit]
