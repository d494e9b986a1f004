"""What a passing fault of the model comes to, a lasting one, and a task that does not come back."""

from __future__ import annotations

import threading
from functools import partial

from pygent_engine import Agent, ModelError, Runtime, Settings, TaskState
from pygent_engine.events import TaskEnded, TaskStateChanged
from pygent_engine.tasks.executor import ThreadExecutor
from pygent_engine.values import JsonDict
from tests.support.agents import DEADLINE_S

from .hall import Hall, Model
from .turnstile import reaches, same

QUICK = partial(ThreadExecutor, back_off=(0.05, 0.1))


# ---------------------------------------------------------------- faults of the model


def test_a_passing_fault_pauses_a_task_that_goes_on_by_itself(hall: Hall) -> None:
    faults = iter([ModelError("503 Service Unavailable", transient=True, retry_after_s=0.0)] * 6)

    def work(messages: list[JsonDict]) -> str:
        if (fault := next(faults, None)) is not None:
            raise fault
        return "done"

    manager = hall.manager(work, executor=QUICK)
    view = manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S)
    assert (view.status, view.steps) == ("finished", 3)
    paused = [event for event in hall.recorder.of(TaskStateChanged) if event.state is TaskState.paused]
    assert [event.reason for event in paused] == ["503 Service Unavailable"] * 2
    assert all(event.resumes_at is not None for event in paused)
    same(hall, manager)


def test_a_task_that_waits_out_a_fault_is_resumed_at_once_or_kept(hall: Hall) -> None:
    broken = threading.Event()
    broken.set()

    def work(messages: list[JsonDict]) -> str:
        if broken.is_set():
            raise ModelError("503", transient=True, retry_after_s=0.0)
        return "done"

    manager = hall.manager(work, executor=partial(ThreadExecutor, back_off=(60.0,)))
    task_id = manager.start_task("go", hall.runtime)
    reaches(hall, TaskState.paused)
    assert manager.pause(task_id) is True
    assert manager.get(task_id).pausing
    broken.clear()
    manager.resume(task_id)
    assert manager.wait(task_id, DEADLINE_S).status == "finished"


def test_a_fault_that_will_not_pass_fails_the_task(hall: Hall) -> None:
    def work(messages: list[JsonDict]) -> str:
        raise ModelError("401 wrong key")

    manager = hall.manager(work, executor=QUICK)
    assert manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S).status == "failed: 401 wrong key"


# ---------------------------------------------------------------- lost, and the seam


def test_a_task_that_does_not_come_back_when_all_is_closed_is_lost(hall: Hall) -> None:
    entered, let_go = threading.Event(), threading.Event()

    class Stuck(Runtime):
        def stop(self) -> None:
            entered.set()
            let_go.wait(DEADLINE_S)
            super().stop()

    manager = hall.manager_of(lambda persona: Agent(Model(lambda messages: "done"), Stuck(use_docker=False), settings=Settings()))
    manager.start_task("go", hall.runtime)
    assert entered.wait(DEADLINE_S)
    manager.close(0.1)
    let_go.set()
    assert hall.recorder.wait_for(TaskEnded).status == "lost: it did not stop in time and was left behind"
