"""A task in words: what is told is true, and what needs the user is told before all else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent_engine import task_fold
from pygent_engine.events import TaskCreated
from pygent_engine.task_fold import count_unapplied
from pygent_engine.task_values import TaskState, TaskView
from pygent_engine.values import Limits, Persona, Usage
from pygent_tui.views.board_keys import valid
from pygent_tui.views.task_words import box, doing, needs_user, seconds, span, spent, summary, word

NOW = 1_000.0
BASE = task_fold.created("t1", TaskCreated("Docs", "write docs", Persona("writer"), "demo", "main", "docker"), NOW - 50)
RUNNING = replace(BASE, state=TaskState.running, status="running", started_at=NOW - 45, active_at=NOW - 5, container="1f0c9a2b7d3e")
PAUSED = replace(RUNNING, state=TaskState.paused, status="paused: the limit of 2 steps is reached")


def test_every_state_has_a_sign_and_a_word_of_its_own() -> None:
    told = {word(replace(BASE, state=state, active_at=NOW), NOW)[0:3:2] for state in TaskState}
    assert len(told) == len(TaskState)


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (replace(RUNNING, asks=("c",), active_at=NOW - 900), "needs you"),
        (replace(BASE, state=TaskState.failed, asks=("c",)), "failed"),
        (replace(RUNNING, active_at=NOW - 40), "stalled 40 s"),
        (replace(RUNNING, active_at=NOW - 240), "stalled 4 min"),
        (replace(RUNNING, active_at=NOW - 29), "running"),
        (replace(RUNNING, pausing=True), "pauses before its next step"),
        (PAUSED, "paused"),
        (replace(PAUSED, limits=Limits(steps=2), steps=2), "paused: limit of 2 steps"),
        (replace(PAUSED, limits=Limits(tokens=1000), usage=Usage(900, 200)), "paused: limit of 1.0k tokens"),
        (replace(PAUSED, resumes_at=NOW + 12, limits=Limits(steps=2), steps=2), "retries in 12 s"),
        (replace(PAUSED, resumes_at=NOW - 3), "retries in 0 s"),
    ],
)
def test_what_is_said_of_how_a_task_stands(view: TaskView, said: str) -> None:
    assert word(view, NOW).whole == said


def test_who_needs_the_user() -> None:
    views = (replace(RUNNING, asks=("c",)), replace(PAUSED, limits=Limits(steps=2), steps=2), PAUSED, RUNNING)
    assert [needs_user(view, ()) for view in views] == [True, True, False, False]
    assert needs_user(RUNNING, {"t1"})


@pytest.mark.parametrize(
    ("view", "want", "said"),
    [
        (RUNNING, "rm -rf build", ("rm -rf build", "text")),
        (replace(RUNNING, error="it broke", last_action="make"), "", ("it broke", "error")),
        (replace(PAUSED, last_action="make"), "", ("the limit of 2 steps is reached", "muted")),
        (replace(PAUSED, status="paused", last_action="make"), "", ("make", "muted")),
        (replace(BASE, state=TaskState.finished, answer="Done.", last_action="make"), "", ("Done.", "muted")),
    ],
)
def test_what_is_said_of_what_a_task_does(view: TaskView, want: str, said: tuple[str, str]) -> None:
    assert doing(view, want) == said


def test_what_was_spent_is_a_number_and_beside_a_cap_a_bar() -> None:
    assert spent(3, None, True) == (("3", "muted"),)
    assert spent(0, None, True) == ()
    assert spent(10, 20, False) == (("10/20", "muted"),)
    assert spent(10, 20, True) == (("━━", "agent"), ("╌╌ ", "muted"), ("10/20", "muted"))
    assert spent(30, 20, True)[0] == ("━━━━", "warn")
    assert spent(1, 0, True)[0] == ("━━━━", "warn")


def test_times_are_said_in_one_number() -> None:
    assert [span(each) for each in (0, 99, 100, 5999, 7200)] == ["0 s", "99 s", "1 min", "99 min", "2 h"]
    assert (seconds(BASE, NOW), seconds(RUNNING, NOW), seconds(replace(RUNNING, ended_at=NOW - 40), NOW)) == (None, 45.0, 5.0)


def test_where_it_works() -> None:
    views = (RUNNING, replace(RUNNING, network=True), replace(BASE, mode="local"), BASE)
    assert [box(view) for view in views] == ["1f0c9a2b7d3e no net", "1f0c9a2b7d3e net", "LOCAL", ""]


def test_a_summary_tells_what_was_done_and_what_came_of_it() -> None:
    view = replace(RUNNING, recent=("ls", "make"), error="it broke", changed=("a.py",), answer="No.")
    assert summary(view).splitlines()[-5:] == ["did: ls", "did: make", "error: it broke", "changed: a.py", "answer: No."]


def test_what_can_be_done_follows_the_state() -> None:
    queued, over = valid(BASE), valid(replace(RUNNING, state=TaskState.finished, ended_at=NOW, changes=2, applied=("a.py",), group="g"))
    assert {"cancel", "limits"} <= queued and not {"pause", "retry", "remove", "diff", "shell", "output"} & queued
    assert {"retry", "remove", "diff", "apply", "take-back", "compare"} <= over and not {"cancel", "pause", "limits", "allow"} & over
    assert "pause" in valid(RUNNING) and "allow" in valid(replace(RUNNING, asks=("c",)))
    assert count_unapplied(replace(RUNNING, changes=1, applied=("a.py",))) == 0


def test_a_task_at_its_limit_goes_on_when_that_is_raised_and_not_before() -> None:
    stands = replace(RUNNING, state=TaskState.paused, status="paused")
    met = replace(stands, steps=5, limits=Limits(steps=5))
    assert [{"pause", "limits"} & valid(view) for view in (RUNNING, stands, met)] == [{"pause", "limits"}, {"pause", "limits"}, {"limits"}]


def test_what_was_applied_besides_and_what_changed_since_are_told_apart() -> None:
    applied = replace(RUNNING, changes=2, changed=("a", "b"), applied=("a", "build/"))
    assert [count_unapplied(applied), count_unapplied(replace(applied, renewed=("a",)))] == [1, 2]
    assert count_unapplied(replace(RUNNING, changes=300, changed=("a", "b"), applied=("a", "b", *map(str, range(250))))) == 48
