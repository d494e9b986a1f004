"""What a task may still spend, over all its turns. The time that it stands still is not counted."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

from ..errors import PygentError
from ..values import Limits, RunResult

_LEAST_S = 0.001


def checked(limits: Limits) -> Limits:
    """The same limits. Raises PygentError when one is none, for a model may have made it up."""
    for name in ("steps", "tokens", "seconds", "step_seconds"):
        most: object = getattr(limits, name)
        whole = name in ("steps", "tokens")
        if most is not None and not (isinstance(most, int if whole else int | float) and 0 < most < math.inf):
            kind = "a whole number" if whole else "a number"
            raise PygentError(f"A task's limit of {name.replace('_', ' ')} is {kind} above 0, not {most!r:.80}.")
    return limits


class Allowance:
    """`limits` hold in all; seconds count from `begin`. A deadline that may be moved (see `worker.Blocking`)."""

    late = "seconds"

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._steps = 0
        self._tokens = 0
        self.begin()

    def begin(self) -> None:
        """Count the seconds from now."""
        self._began = self._clock()
        self._held_s = 0.0
        self._before_s = 0.0

    @property
    def deadline(self) -> float | None:
        """When its time is over, if it stands still no more; in seconds of the clock."""
        seconds = self.limits.seconds
        return None if seconds is None else self._began + self._held_s + seconds

    def begin_turn(self) -> None:
        """What is `left` is for a turn that begins now."""
        self._before_s = self._clock() - self._began - self._held_s

    def end_turn(self, result: RunResult, held_s: float) -> None:
        """Count what a turn has spent, which stood still for `held_s` of its seconds."""
        self._steps += result.steps
        self._tokens += result.usage.total
        self._held_s += held_s

    def left(self) -> Limits:
        """The limits of the turn."""
        limits = self.limits
        return replace(
            limits,
            steps=None if limits.steps is None else max(0, limits.steps - self._steps),
            tokens=None if limits.tokens is None else max(0, limits.tokens - self._tokens),
            seconds=None if limits.seconds is None else max(_LEAST_S, limits.seconds - self._before_s),
        )
