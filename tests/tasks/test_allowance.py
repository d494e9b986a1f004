"""What a task may still spend: over all its turns, without the time in which it stands still, whatever its limits become."""

from __future__ import annotations

import math
from typing import cast

import pytest

from pygent_engine import Limits, PygentError, RunResult, Usage
from pygent_engine.tasks.allowance import Allowance, checked


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    "limits",
    [
        Limits(steps=0),
        Limits(steps=-1),
        Limits(tokens=-1),
        Limits(seconds=0.0),
        Limits(seconds=-5),
        Limits(seconds=math.nan),
        Limits(step_seconds=math.inf),
        Limits(steps=cast("int", 1.5)),
        Limits(seconds=cast("float", "5")),
    ],
)
def test_what_is_no_limit_is_refused(limits: Limits) -> None:
    with pytest.raises(PygentError, match="above 0, not"):
        checked(limits)


def test_limits_may_be_any_numbers_above_zero_or_none() -> None:
    assert [checked(limits) for limits in (Limits(), Limits(1, 1, 0.001, 1e300))] == [Limits(), Limits(1, 1, 0.001, 1e300)]


def test_without_limits_nothing_is_ever_used_up(clock: Clock) -> None:
    allowance = Allowance(Limits(), clock)
    allowance.end_turn(RunResult("finished", None, 9, Usage(5, 5)), 3.0)
    assert (allowance.left(), allowance.deadline) == (Limits(), None)


def test_what_a_turn_spent_is_not_there_for_the_next(clock: Clock) -> None:
    allowance = Allowance(Limits(steps=5, tokens=100, seconds=60, step_seconds=9), clock)
    allowance.begin_turn()
    clock.now += 20
    allowance.end_turn(RunResult("finished", None, 3, Usage(30, 10)), 0.0)
    allowance.begin_turn()
    assert allowance.left() == Limits(2, 60, 40, 9)
    allowance.end_turn(RunResult("finished", None, 9, Usage(99, 1)), 0.0)
    clock.now += 100
    allowance.begin_turn()
    assert allowance.left() == Limits(0, 0, 0.001, 9)


def test_the_time_in_which_a_turn_stood_still_is_none_of_the_task_s(clock: Clock) -> None:
    allowance = Allowance(Limits(seconds=60), clock)
    allowance.begin_turn()
    clock.now += 50
    allowance.end_turn(RunResult("finished", None, 1, Usage()), 45.0)
    allowance.begin_turn()
    assert (allowance.left().seconds, allowance.deadline) == (55.0, 1_105.0)


def test_limits_that_change_in_mid_turn_are_told_as_what_the_turn_has(clock: Clock) -> None:
    allowance = Allowance(Limits(seconds=60), clock)
    clock.now += 10
    allowance.begin_turn()
    clock.now += 30
    allowance.limits = Limits(steps=4, seconds=100)
    assert (allowance.left(), allowance.late) == (Limits(steps=4, seconds=90), "seconds")


def test_another_attempt_has_its_seconds_anew_and_its_steps_not(clock: Clock) -> None:
    allowance = Allowance(Limits(steps=5, seconds=60), clock)
    allowance.begin_turn()
    clock.now += 50
    allowance.end_turn(RunResult("limit", None, 3, Usage()), 0.0)
    allowance.begin()
    allowance.begin_turn()
    assert allowance.left() == Limits(steps=2, seconds=60)
