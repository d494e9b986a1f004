"""What a turn may spend, and which limit ends it."""

from __future__ import annotations

import pytest

from pygent_engine.turn import Turn
from pygent_engine.values import INTERRUPTED, Limits, Usage


class Clock:
    """Tells the time that the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_turn_without_limits_is_never_exhausted(clock: Clock) -> None:
    turn = Turn(Limits(), clock)
    assert [turn.begin_step() for _ in range(3)] == [1, 2, 3]
    turn.usage = Usage(10**9, 10**9)
    clock.now += 10**9
    assert (turn.exhausted(), turn.deadline) == ("", None)


@pytest.mark.parametrize("steps", [0, 1, 3])
def test_steps_are_allowed_up_to_their_limit(steps: int) -> None:
    turn = Turn(Limits(steps=steps))
    for _ in range(steps):
        assert turn.exhausted() == ""
        turn.begin_step()
    assert turn.exhausted() == "steps"


@pytest.mark.parametrize(
    ("usage", "limit"),
    [
        (Usage(), ""),
        (Usage(60, 39), ""),
        (Usage(60, 40), "tokens"),
        (Usage(None, 100), "tokens"),
        (Usage(101, None), "tokens"),
    ],
)
def test_tokens_of_both_directions_count_and_unknown_ones_do_not(usage: Usage, limit: str) -> None:
    turn = Turn(Limits(tokens=100))
    turn.usage = usage
    assert turn.exhausted() == limit


def test_seconds_count_from_the_beginning_of_the_turn(clock: Clock) -> None:
    turn = Turn(Limits(seconds=5), clock)
    clock.now += 4.5
    assert turn.exhausted() == ""
    clock.now += 0.5
    assert turn.exhausted() == "seconds"


def test_the_first_limit_in_order_is_named(clock: Clock) -> None:
    turn = Turn(Limits(steps=0, tokens=0, seconds=0), clock)
    assert turn.exhausted() == "steps"


@pytest.mark.parametrize(
    ("limits", "deadline", "late"),
    [
        (Limits(), None, "seconds"),
        (Limits(seconds=5), 1005.0, "seconds"),
        (Limits(step_seconds=2), 1003.0, "step_seconds"),
        (Limits(seconds=5, step_seconds=2), 1003.0, "step_seconds"),
        (Limits(seconds=5, step_seconds=4), 1005.0, "seconds"),
        (Limits(seconds=5, step_seconds=9), 1005.0, "seconds"),
        (Limits(seconds=0, step_seconds=2), 1000.0, "seconds"),
    ],
)
def test_the_nearer_of_both_deadlines_holds_in_a_step_and_says_what_it_stands_for(
    limits: Limits, deadline: float | None, late: str, clock: Clock
) -> None:
    turn = Turn(limits, clock)
    clock.now += 1
    turn.begin_step()
    assert (turn.deadline, turn.late) == (deadline, late)


def test_each_step_has_its_own_deadline(clock: Clock) -> None:
    turn = Turn(Limits(step_seconds=2), clock)
    turn.begin_step()
    clock.now += 1.5
    assert turn.deadline == clock.now + 0.5
    turn.begin_step()
    assert turn.deadline == clock.now + 2


def test_an_interrupt_ends_a_turn_as_interrupted_whatever_comes_after_it() -> None:
    turn = Turn(Limits(seconds=5))
    turn.cancel.because(INTERRUPTED)
    turn.cancel.because("seconds")
    assert turn.cut_short() == ("interrupted", "Interrupted.", "")


def test_a_plain_set_of_the_flag_ends_a_turn_as_interrupted() -> None:
    turn = Turn(Limits())
    turn.cancel.set()
    assert turn.cut_short() == ("interrupted", "Interrupted.", "")


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        ("seconds", "The time limit of 90 s is reached."),
        ("step_seconds", "The time limit of 0.5 s for one step is reached."),
    ],
)
def test_a_deadline_ends_a_turn_by_its_limit(limit: str, reason: str) -> None:
    turn = Turn(Limits(seconds=90, step_seconds=0.5))
    turn.cancel.because(limit)
    assert turn.cut_short() == ("limit", reason, limit)


def test_every_limit_is_explained_in_a_sentence() -> None:
    turn = Turn(Limits(steps=3, tokens=1000, seconds=90.0, step_seconds=30.0))
    assert [turn.explain(limit) for limit in ("steps", "tokens", "seconds", "step_seconds")] == [
        "The limit of 3 steps is reached.",
        "The limit of 1000 tokens is reached.",
        "The time limit of 90 s is reached.",
        "The time limit of 30 s for one step is reached.",
    ]
