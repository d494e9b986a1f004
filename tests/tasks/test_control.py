"""A task under the user's hand: paused, resumed, and kept within limits that can be moved."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from pygent_engine import Limits, Message, PygentError, TaskState, Usage
from pygent_engine.events import TaskEnded, TaskLimited, TaskPausing, TaskStateChanged
from tests.support.agents import DEADLINE_S

from .hall import Chat, Hall
from .turnstile import STEP, Turnstile, reaches, same

# ---------------------------------------------------------------- refused


def test_what_only_a_task_at_work_can_do_is_refused_when_it_is_over_with_the_way_out(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done")
    task_id = manager.start_task("go", hall.runtime)
    manager.wait(task_id, DEADLINE_S)
    for ask in (manager.pause, manager.resume, lambda task_id: manager.message(task_id, "hi"), lambda t: manager.set_limits(t, Limits())):
        with pytest.raises(PygentError, match="Task task-1 is finished; to have it go on, retry it"):
            ask(task_id)


def test_a_task_at_its_cap_is_not_resumed_before_that_is_raised(hall: Hall) -> None:
    manager = hall.manager(lambda messages: STEP)
    task_id = manager.start_task("go", hall.runtime, limits=Limits(steps=1))
    reaches(hall, TaskState.paused)
    with pytest.raises(PygentError, match="paused at its limit of 1 steps; raise that first, then resume it"):
        manager.resume(task_id)


# ---------------------------------------------------------------- pause and resume


def test_a_pause_takes_effect_before_the_next_step_and_gives_the_slot_to_another(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile(STEP, "done")
    manager = hall.manager(lambda messages: "other" if messages[1]["content"] == "other" else gate(messages), max_tasks=1)
    first = manager.start_task("first", hall.runtime)
    other = manager.start_task("other", hall.runtime)
    gate.wait()
    assert (manager.pause(first), manager.get(first).pausing, manager.status(first)) == (True, True, "running")
    assert manager.pause(first) is False
    gate.let()
    reaches(hall, TaskState.paused)
    assert (manager.status(first), manager.get(first).pausing, manager.pause(first)) == ("paused", False, False)
    assert manager.wait(other, DEADLINE_S).state is TaskState.finished
    assert manager.resume(first) is True
    gate.let()
    view = manager.wait(first, DEADLINE_S)
    assert (view.status, view.steps) == ("finished", 2)
    assert [event.state for event in hall.recorder.events(first) if isinstance(event, TaskStateChanged)] == [
        TaskState.starting,
        TaskState.running,
        TaskState.paused,
        TaskState.queued,
        TaskState.running,
    ]
    same(hall, manager)


def test_a_pause_that_is_taken_back_in_time_never_was(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile(STEP, "done")
    manager = hall.manager(gate)
    task_id = manager.start_task("go", hall.runtime)
    gate.wait()
    assert (manager.pause(task_id), manager.resume(task_id), manager.resume(task_id)) == (True, True, False)
    gate.let(2)
    assert manager.wait(task_id, DEADLINE_S).state is TaskState.finished
    assert [event.on for event in hall.recorder.of(TaskPausing)] == [True, False]
    assert TaskState.paused not in {event.state for event in hall.recorder.of(TaskStateChanged)}


def test_a_queued_task_that_is_to_pause_does_before_its_first_step(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile("first", "second")
    manager = hall.manager(gate, max_tasks=1)
    manager.start_task("first", hall.runtime)
    second = manager.start_task("second", hall.runtime)
    assert manager.pause(second)
    gate.let()
    reaches(hall, TaskState.paused, task_id=second)
    assert (manager.get(second).steps, manager.resume(second)) == (0, True)
    gate.let()
    assert manager.wait(second, DEADLINE_S).status == "finished"


def test_a_resumed_task_goes_ahead_of_those_that_never_started(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate, busy = turnstile(STEP, "done"), turnstile("busy")
    by_name: dict[str, Chat] = {"first": gate, "busy": busy, "late": lambda messages: "late"}
    manager = hall.manager(lambda messages: by_name[messages[1]["content"]](messages), max_tasks=1)
    first = manager.start_task("first", hall.runtime)
    gate.wait()
    manager.pause(first)
    manager.start_task("busy", hall.runtime)
    late = manager.start_task("late", hall.runtime)
    gate.let()
    busy.wait()
    manager.resume(first)
    assert manager.status(first) == "queued"
    busy.let()
    gate.let()
    for task_id in (first, late):
        manager.wait(task_id, DEADLINE_S)
    ends = [envelope.task_id for envelope in hall.recorder.envelopes if isinstance(envelope.event, TaskEnded)]
    assert ends == ["task-2", "task-1", "task-3"]


def test_a_paused_task_and_one_that_is_resumed_and_queued_are_cancelled_at_once(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate, busy = turnstile(STEP, STEP), turnstile("busy")
    manager = hall.manager(lambda messages: (busy if messages[1]["content"] == "busy" else gate)(messages), max_tasks=1)
    paused, resumed = (manager.start_task(name, hall.runtime) for name in ("paused", "resumed"))
    for task_id in (paused, resumed):
        gate.wait()
        manager.pause(task_id)
        gate.let()
        reaches(hall, TaskState.paused, task_id=task_id)
    last = manager.start_task("busy", hall.runtime)
    busy.wait()
    assert (manager.resume(resumed), manager.status(resumed)) == (True, "queued")
    assert [manager.cancel(task_id) for task_id in (paused, resumed)] == [True, True]
    assert [manager.wait(task_id, DEADLINE_S).status for task_id in (paused, resumed)] == ["cancelled"] * 2
    busy.let()
    assert manager.wait(last, DEADLINE_S).status == "finished"
    same(hall, manager)


def test_the_time_in_which_a_task_is_paused_is_none_of_its_own(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile(STEP, "done")
    manager = hall.manager(gate)
    began = time.monotonic()
    task_id = manager.start_task("go", hall.runtime)
    gate.wait()
    manager.pause(task_id)
    gate.let()
    reaches(hall, TaskState.paused)
    manager.set_limits(task_id, Limits(seconds=time.monotonic() - began + 3.0))
    assert manager.wait(task_id, 3.2).status == "paused"
    manager.resume(task_id)
    gate.let()
    assert manager.wait(task_id, DEADLINE_S).status == "finished"


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("cap", "raised", "status"),
    [
        (Limits(steps=2), Limits(steps=3), "paused: the limit of 2 steps is reached"),
        (Limits(tokens=20), Limits(tokens=25), "paused: the limit of 20 tokens is reached"),
    ],
)
def test_a_cap_pauses_a_task_which_goes_on_when_it_is_raised(hall: Hall, cap: Limits, raised: Limits, status: str) -> None:
    replies = iter([Message("assistant", None, STEP.tool_calls, usage=Usage(8, 2)) for _ in range(2)] + [Message("assistant", "done")])
    manager = hall.manager(lambda messages: next(replies))
    task_id = manager.start_task("go", hall.runtime, limits=cap)
    reaches(hall, TaskState.paused)
    view = manager.get(task_id)
    assert (view.status, view.steps, view.usage.total, view.stands) == (status, 2, 20, "paused")
    manager.set_limits(task_id, raised)
    manager.resume(task_id)
    assert (manager.wait(task_id, DEADLINE_S).status, manager.get(task_id).steps) == ("finished", 3)
    assert hall.recorder.of(TaskLimited) == [TaskLimited(raised)]
    same(hall, manager)


def test_a_deadline_is_moved_in_the_middle_of_a_call_both_ways(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile(STEP, "never")
    manager = hall.manager(gate)
    began = time.monotonic()
    task_id = manager.start_task("go", hall.runtime)
    gate.wait()
    for seconds in (time.monotonic() - began + 2.0, 60):
        manager.set_limits(task_id, Limits(seconds=seconds))
    assert not manager.wait(task_id, 2.2).state.ended
    gate.let()
    gate.wait()
    manager.set_limits(task_id, Limits(seconds=0.1))
    assert manager.wait(task_id, DEADLINE_S).status == "timeout after 0.1s"
