"""What tasks must survive, here and in a container: cancels and deadlines in the middle of anything, failing starts, a long day."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pygent_engine import Message, Runtime, Settings, TaskManager, TaskState
from pygent_engine.approvals import Gate, Policy
from pygent_engine.events import CallStarted, Envelope, StepStarted, TaskCreated, TaskEnded, TaskRetried, TaskStateChanged
from pygent_engine.task_fold import book
from pygent_engine.tasks.build import Heritage
from pygent_engine.tools import default_registry
from pygent_engine.tools.toolbox import Toolbox
from pygent_engine.values import JsonDict
from tests.runtime.waiting import within_patience
from tests.support.agents import DEADLINE_S, Recorder, bash
from tests.support.docker_engine import own_containers
from tests.support.footprint import footprint
from tests.support.laws import check_stream

from .hall import Chat, Hall, Model

BACK_S = 15.0


class Ward:
    """Managers whose tasks work in runtimes like that of their parent; the laws are checked when the test is over."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.recorder = Recorder()
        self._managers: list[TaskManager] = []

    def manager(self, chat: Chat, most: int = 3) -> TaskManager:
        heritage = Heritage(Model(chat), "tiny", Toolbox(default_registry), Gate(Policy(confirm_bash=False), None))
        made = TaskManager(None, most, on_event=self.recorder, heritage=lambda: heritage, settings=Settings())
        self._managers.append(made)
        return made

    def close(self) -> None:
        for manager in self._managers:
            manager.close()
        check_stream(self.recorder.envelopes)


@pytest.fixture
def ward(runtime: Runtime) -> Iterator[Ward]:
    ward = Ward(runtime)
    yield ward
    ward.close()


@pytest.fixture
def let_go() -> Iterator[threading.Event]:
    let_go = threading.Event()
    yield let_go
    let_go.set()


def blocked(let_go: threading.Event) -> Callable[[list[JsonDict]], str]:
    return lambda messages: "late" if let_go.wait(DEADLINE_S) else "never"


@pytest.mark.parametrize("moment", ["start", "model", "tool"])
def test_a_cancel_at_any_moment_ends_a_task_soon_and_leaves_no_container(ward: Ward, let_go: threading.Event, moment: str) -> None:
    chat = blocked(let_go) if moment == "model" else lambda messages: bash("echo begun; sleep 60", timeout=60)
    before = set(own_containers()) if ward.runtime.use_docker else set()
    manager = ward.manager(chat)
    task_id = manager.start_task("go", ward.runtime)
    match moment:
        case "start":
            ward.recorder.wait_for(TaskStateChanged)
        case "model":
            ward.recorder.wait_for(StepStarted)
        case _:
            ward.recorder.wait_for(CallStarted)
    began = time.monotonic()
    manager.cancel(task_id)
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.status, view.container) == ("cancelled", None)
    assert time.monotonic() - began < BACK_S
    while ward.runtime.use_docker and (left := set(own_containers()) - before):
        assert time.monotonic() - began < DEADLINE_S, left


def test_a_deadline_fires_while_the_model_blocks_not_after(ward: Ward, let_go: threading.Event) -> None:
    manager = ward.manager(blocked(let_go))
    task_id = manager.start_task("go", ward.runtime, step_timeout=0.5)
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.status, view.state) == ("timeout after 0.5s", TaskState.timed_out)


def test_a_paused_task_keeps_its_place_and_goes_on_in_it(ward: Ward) -> None:
    def work(messages: list[JsonDict]) -> Message | str:
        done = sum(message["role"] == "tool" for message in messages)
        if done == 0:
            manager.pause("task-1")
            return bash("echo kept > /tmp/kept-$$; ls /tmp/kept-* > where")
        return bash('cat "$(cat where)"; rm "$(cat where)"') if done == 1 else str(messages[-1]["content"])

    manager = ward.manager(work)
    task_id = manager.start_task("go", ward.runtime)
    ward.recorder.wait_for(TaskStateChanged, lambda event: event.state is TaskState.paused)
    container = manager.get(task_id).container
    assert (container is not None) is ward.runtime.use_docker
    manager.resume(task_id)
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.status, view.answer, view.changed) == ("finished", "kept\n", ("where",))
    containers = {event.container for event in ward.recorder.of(TaskStateChanged) if event.container}
    assert containers == ({container} if container else set())
    assert book(ward.recorder.envelopes) == {task_id: view}


def test_a_retry_finds_the_files_again_and_a_removal_takes_them_away(ward: Ward) -> None:
    manager = ward.manager(lambda messages: bash("echo x >> file; cat file") if messages[-1]["role"] == "user" else "done")
    task_id = manager.start_task("go", ward.runtime)
    manager.wait(task_id, DEADLINE_S)
    manager.retry(task_id)
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.attempt, (Path(view.workspace) / "file").read_text()) == (2, "x\nx\n")
    manager.remove(task_id)
    assert not Path(view.workspace).exists()


@pytest.mark.docker
def test_a_task_whose_container_cannot_start_fails_and_never_runs_here(docker_runtime: Runtime, tmp_path: Path) -> None:
    ward = Ward(docker_runtime)
    docker_runtime.image = "pygent-test:no-such-image"
    manager = ward.manager(lambda messages: bash(f"touch {tmp_path}/outside"))
    try:
        view = manager.wait(manager.start_task("go", docker_runtime), DEADLINE_S)
        assert (view.state, view.mode, view.container) == (TaskState.failed, "docker", None)
        assert "pygent-test:no-such-image" in view.error
        assert ward.recorder.of(StepStarted) == []
        assert not (tmp_path / "outside").exists()
    finally:
        ward.close()


@pytest.mark.parametrize(("kind", "times"), [("local", 200), pytest.param("docker", 5, marks=pytest.mark.docker)])
def test_one_task_after_the_other_holds_no_more_than_the_first(request: pytest.FixtureRequest, kind: str, times: int) -> None:
    ward = Ward(request.getfixturevalue(f"{kind}_runtime"))
    command = kind == "docker"
    manager = ward.manager(lambda messages: bash("true") if command and messages[-1]["role"] == "user" else "done")

    def one() -> None:
        task_id = manager.start_task("go", ward.runtime)
        assert manager.wait(task_id, DEADLINE_S).status == "finished"
        manager.remove(task_id)

    try:
        one()
        settle()
        before = footprint()
        for _ in range(times):
            one()
        assert within_patience(lambda: footprint().within(before)), (before, footprint())
    finally:
        ward.close()


def settle() -> None:
    """Wait for the threads of tasks that are over."""
    deadline = time.monotonic() + DEADLINE_S
    for thread in threading.enumerate():
        if thread.name.startswith(("pygent-task", "pygent-worker", "pygent-remove")):
            thread.join(max(0.0, deadline - time.monotonic()))


def test_a_hundred_threads_start_tasks_and_the_rest_wait_in_order(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done")
    threads = [threading.Thread(target=lambda: manager.start_task("go", hall.runtime)) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert [manager.wait(f"task-{number}", DEADLINE_S).state for number in range(1, 101)] == [TaskState.finished] * 100
    at_work = most = 0
    for envelope in hall.recorder.envelopes:
        at_work += _works(envelope)
        most = max(most, at_work)
    assert most == 3
    assert len(hall.recorder.of(TaskCreated)) == 100


def _works(envelope: Envelope) -> int:
    match envelope.event:
        case TaskStateChanged(TaskState.starting):
            return 1
        case TaskEnded():
            return -1
        case TaskRetried():
            raise AssertionError("nobody asked for that")
        case _:
            return 0
