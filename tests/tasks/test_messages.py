"""What is said to a task at work: read in order, before its next step, and never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pygent_engine import PygentError
from pygent_engine.events import MessageSent, Steered, TurnEnded, TurnStarted
from pygent_engine.values import JsonDict
from tests.support.agents import DEADLINE_S

from .hall import Hall
from .turnstile import STEP, Turnstile

# ---------------------------------------------------------------- refused


def test_an_empty_message_is_refused(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile("done")
    manager = hall.manager(gate)
    task_id = manager.start_task("go", hall.runtime)
    with pytest.raises(PygentError, match="empty"):
        manager.message(task_id, " \n")
    gate.let()


# ---------------------------------------------------------------- messages


def test_messages_are_read_in_order_before_the_next_step_also_those_that_came_early(
    hall: Hall, turnstile: Callable[..., Turnstile]
) -> None:
    gate = turnstile("busy", STEP, "done")
    manager = hall.manager(gate, max_tasks=1)
    manager.start_task("busy", hall.runtime)
    gate.wait()
    task_id = manager.start_task("go", hall.runtime)
    manager.message(task_id, "early")
    gate.let()
    gate.wait()
    manager.message(task_id, "in between")
    gate.let()
    gate.wait()
    gate.let()
    manager.wait(task_id, DEADLINE_S)
    assert gate.asked[-1] == ["go", "early", "in between"]
    told = [event for event in hall.recorder.events(task_id) if isinstance(event, MessageSent | Steered)]
    assert told == [MessageSent("early"), Steered("early"), MessageSent("in between"), Steered("in between")]


def test_a_message_during_the_last_step_is_read_all_the_same(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile("I am done", "now I am")
    manager = hall.manager(gate)
    task_id = manager.start_task("go", hall.runtime)
    gate.wait()
    manager.message(task_id, "one more thing")
    gate.let(2)
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.status, view.answer, view.steps) == ("finished", "now I am", 2)


def test_a_message_in_the_turn_after_the_last_begins_another_one(hall: Hall) -> None:
    said = threading.Event()

    def work(messages: list[JsonDict]) -> str:
        return "done"

    manager = hall.manager(work)

    def late(event: object) -> None:
        if not said.is_set():
            said.set()
            manager.message("task-1", "too late for that turn")

    hall.recorder.then(TurnEnded, late)
    view = manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S)
    assert (view.status, view.steps) == ("finished", 2)
    assert [event.prompt for event in hall.recorder.of(TurnStarted)] == ["go", "too late for that turn"]
