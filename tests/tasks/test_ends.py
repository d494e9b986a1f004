"""How tasks end: deadlines and cancels that fire in the middle of anything, crashes and limits, each without a harm to others."""

from __future__ import annotations

import threading
import time

import pytest

from pygent_engine import (
    Agent,
    Limits,
    Message,
    Persona,
    Runtime,
    ScriptedModel,
    Settings,
    TaskState,
)
from pygent_engine.events import TaskStateChanged
from pygent_engine.values import JsonDict
from tests.runtime.owned import carriers, gone, own_seconds
from tests.runtime.waiting import within_patience
from tests.support.agents import DEADLINE_S, bash

from .hall import Hall


@pytest.mark.parametrize(("step_s", "task_s"), [(None, 0.3), (0.3, None), (0.3, 60)])
def test_a_timeout_fires_while_the_model_blocks(hall: Hall, step_s: float | None, task_s: float | None) -> None:
    let_go = threading.Event()
    manager = hall.manager(lambda messages: "late" if let_go.wait(DEADLINE_S) else "never")
    task_id = manager.start_task("go", hall.runtime, None, step_s, task_s)
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.state, view.status) == (TaskState.timed_out, "timeout after 0.3s")
    let_go.set()


def test_a_timeout_fires_while_a_command_runs_and_kills_it(hall: Hall) -> None:
    seconds = own_seconds()
    manager = hall.manager(lambda messages: bash(f"sleep {seconds}"))
    task_id = manager.start_task("go", hall.runtime, task_timeout=60)
    assert within_patience(lambda: carriers(seconds))
    manager.set_limits(task_id, Limits(seconds=0.1))
    assert manager.wait(task_id, DEADLINE_S).status == "timeout after 0.1s"
    assert gone(seconds)


def test_a_timeout_fires_while_the_factory_blocks(hall: Hall) -> None:
    let_go = threading.Event()

    def factory(persona: Persona | None) -> Agent:
        let_go.wait(DEADLINE_S)
        return Agent(ScriptedModel(["late"]), Runtime(use_docker=False), settings=Settings())

    manager = hall.manager_of(factory)
    task_id = manager.start_task("go", hall.runtime, task_timeout=0.2)
    assert manager.wait(task_id, DEADLINE_S).status == "timeout after 0.2s"
    let_go.set()


def test_the_settings_give_the_timeouts_that_a_start_does_not(hall: Hall) -> None:
    let_go = threading.Event()
    manager = hall.manager(lambda messages: "late" if let_go.wait(DEADLINE_S) else "never", settings=Settings(task_timeout=0.2))
    task_id = manager.start_task("go", hall.runtime)
    assert manager.wait(task_id, DEADLINE_S).status == "timeout after 0.2s"
    let_go.set()


def test_cancel_ends_a_blocked_model_a_running_command_and_a_queued_task(hall: Hall) -> None:
    asked, let_go = threading.Event(), threading.Event()

    def work(messages: list[JsonDict]) -> Message | str:
        if messages[1]["content"] == "command":
            return bash("sleep 60")
        asked.set()
        let_go.wait(DEADLINE_S)
        return "late"

    manager = hall.manager(work, max_tasks=2)
    blocked = manager.start_task("model", hall.runtime)
    command = manager.start_task("command", hall.runtime)
    queued = manager.start_task("queued", hall.runtime)
    assert asked.wait(DEADLINE_S)
    hall.recorder.wait_for(TaskStateChanged, lambda event: event.state is TaskState.running)
    assert manager.status(queued) == "queued"
    began = time.monotonic()
    assert [manager.cancel(task_id) for task_id in (queued, blocked, command)] == [True, True, True]
    assert [manager.wait(task_id, DEADLINE_S).status for task_id in (queued, blocked, command)] == ["cancelled"] * 3
    assert time.monotonic() - began < 15
    assert manager.cancel(blocked) is False
    let_go.set()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (RuntimeError("boom"), "The model failed: RuntimeError: boom"),
        (SystemExit(2), "The model failed: Crashed: SystemExit: 2"),
    ],
)
def test_a_crash_fails_its_task_and_frees_the_slot(hall: Hall, fault: BaseException, says: str) -> None:
    def work(messages: list[JsonDict]) -> str:
        if messages[1]["content"] == "crash":
            raise fault
        return "done"

    manager = hall.manager(work, max_tasks=1)
    crashed, after = manager.start_task("crash", hall.runtime), manager.start_task("go", hall.runtime)
    assert manager.wait(crashed, DEADLINE_S).status == f"failed: {says}"
    assert manager.wait(after, DEADLINE_S).state is TaskState.finished


@pytest.mark.parametrize("kind", ["raises", "gives nothing", "shares the runtime"])
def test_a_bad_factory_fails_its_task_and_no_other(hall: Hall, kind: str) -> None:
    def factory(persona: Persona | None) -> Agent:
        if kind == "raises":
            raise ValueError("no agents today")
        if kind == "gives nothing":
            return None  # type: ignore[return-value]
        return Agent(ScriptedModel(["done"]), hall.runtime, settings=Settings())

    manager = hall.manager_of(factory)
    views = [manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S) for _ in range(2)]
    assert [view.state for view in views] == [TaskState.failed] * 2
    hall.runtime.write_file("still", "here")
