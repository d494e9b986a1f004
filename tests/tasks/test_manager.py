"""TaskManager: never more at once than allowed, files in and out, nothing left."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path

import pytest

from pygent_engine import (
    Agent,
    Limits,
    Message,
    Persona,
    PygentError,
    Runtime,
    Settings,
    TaskLimitError,
    TaskManager,
    TaskState,
    Usage,
    WorkspaceError,
)
from pygent_engine.events import Envelope, FileCollected, TaskCreated, TaskEnded, TaskStateChanged
from pygent_engine.task_fold import unkept
from pygent_engine.values import JsonDict
from tests.support.agents import DEADLINE_S, Recorder, bash, calls

from .hall import Hall, Model, answering


def test_forty_threads_start_forty_tasks_and_never_more_than_three_run(hall: Hall) -> None:
    running, most, guard, three = 0, 0, threading.Lock(), threading.Event()

    def work(messages: list[JsonDict]) -> str:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
            if running == 3:
                three.set()
        three.wait(DEADLINE_S)
        with guard:
            running -= 1
        return "done"

    manager = hall.manager(work)
    ids: list[str] = []
    threads = [threading.Thread(target=lambda: ids.append(manager.start_task("go", hall.runtime))) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    states = [manager.wait(task_id, DEADLINE_S).state for task_id in ids]
    assert states == [TaskState.finished] * 40
    assert sorted(ids) == sorted(f"task-{number}" for number in range(1, 41))
    assert most == 3
    assert at_once(hall.recorder) == 3


def at_once(recorder: Recorder) -> int:
    """The most tasks that were starting, running or waiting at any moment, by the events."""
    now, most = set[str](), 0
    for envelope in recorder.envelopes:
        match envelope.event:
            case TaskStateChanged():
                now.add(envelope.task_id)
            case TaskEnded():
                now.discard(envelope.task_id)
            case _:
                pass
        most = max(most, len(now))
    return most


def test_a_task_tells_its_life_in_order(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done")
    task_id = manager.start_task("count the words\x1b[2J", hall.runtime, title="Words", persona=Persona("Counter"))
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.id, view.title, view.prompt, view.state, view.status) == (
        "task-1",
        "Words",
        "count the words\u241b[2J",
        TaskState.finished,
        "finished",
    )
    assert (view.persona, view.steps, view.mode, view.error) == (Persona("Counter"), 1, "local", "")
    assert view.started_at is not None
    assert view.ended_at is not None
    assert view.created_at <= view.started_at <= view.ended_at
    assert hall.recorder.of(TaskCreated, TaskStateChanged, TaskEnded) == [
        TaskCreated("Words", "count the words\u241b[2J", Persona("Counter"), "", "main", "local"),
        TaskStateChanged(TaskState.starting),
        TaskStateChanged(TaskState.running, workspace=view.workspace),
        TaskEnded(TaskState.finished, "finished", "", 1, Usage()),
    ]


def test_files_go_in_and_come_back(hall: Hall) -> None:
    hall.runtime.write_file("data.txt", "a b c\n")
    hall.runtime.write_file("deep/more.txt", "d\n")

    def work(messages: list[JsonDict]) -> Message:
        return bash("cat data.txt deep/more.txt | wc -w > count.txt") if messages[-1]["role"] == "user" else calls(("stop", {}))

    manager = hall.manager(work)
    task_id = manager.start_task("count", hall.runtime, files=["data.txt", "deep"])
    assert manager.wait(task_id, DEADLINE_S).state is TaskState.finished
    assert manager.collect_file(hall.runtime, task_id, "count.txt", "result/words.txt") == "result/words.txt"
    assert hall.runtime.read_file("result/words.txt").strip() == "4"
    assert hall.recorder.of(FileCollected) == [FileCollected("count.txt", "result/words.txt")]


def test_what_was_collected_of_an_ended_task_does_not_go_with_it_until_the_task_works_again(hall: Hall) -> None:
    manager = hall.manager(lambda messages: bash("echo 1 > a; mkdir b; echo 2 > b/c") if messages[-1]["role"] == "user" else "done")
    task_id = manager.start_task("write", hall.runtime)
    manager.wait(task_id, DEADLINE_S)
    assert unkept(manager.get(task_id)) == ("a", "b/c")
    manager.collect_file(hall.runtime, task_id, "./b/")
    assert unkept(manager.get(task_id)) == ("a",)
    manager.retry(task_id)
    assert unkept(manager.get(task_id)) == ("a", "b/c")


def test_limits_that_are_none_are_refused_at_the_start_and_later(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done")
    for seconds in (math.inf, math.nan, -1.0):  # JSON of a model may say so
        with pytest.raises(PygentError, match="seconds is a number above 0"):
            manager.start_task("go", hall.runtime, task_timeout=seconds)
    assert manager.tasks() == []
    task_id = manager.start_task("go", hall.runtime)
    with pytest.raises(PygentError, match="steps is a whole number above 0"):
        manager.set_limits(task_id, Limits(steps=-1))


def test_names_are_told_without_controls_and_used_as_they_are(hall: Hall) -> None:
    (hall.runtime.base_dir / "a\x1b\n\u202e").write_text("1")
    manager = hall.manager(lambda messages: "done")
    task_id = manager.start_task("go", hall.runtime, ["a\x1b\n\u202e"], persona=Persona("x\x1b\ny", "z\x07"))
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.status, view.files) == ("finished", ("a\u241b\u240a\\u202e",))
    assert view.persona == Persona("x\u241b y", "z\u2407")
    assert [path.name for path in Path(view.workspace).iterdir()] == ["a\x1b\n\u202e"]


def test_a_file_that_is_not_there_is_refused_at_the_start(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done")
    with pytest.raises(WorkspaceError):
        manager.start_task("go", hall.runtime, files=["missing.txt"])
    with pytest.raises(WorkspaceError):
        manager.start_task("go", hall.runtime, files=["../outside"])
    assert manager.tasks() == []


def test_a_collected_link_to_the_outside_is_not_followed(hall: Hall, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    link = bash(f"ln -s {tmp_path}/secret link")
    manager = hall.manager(lambda messages: link if messages[-1]["role"] == "user" else "done")
    task_id = manager.start_task("go", hall.runtime)
    manager.wait(task_id, DEADLINE_S)
    with pytest.raises(WorkspaceError):
        manager.collect_file(hall.runtime, task_id, "link")
    assert list(hall.runtime.base_dir.iterdir()) == []


def test_waiting_never_raises_on_its_timeout(hall: Hall) -> None:
    let_go = threading.Event()
    manager = hall.manager(lambda messages: "done" if let_go.wait(DEADLINE_S) else "never")
    task_id = manager.start_task("go", hall.runtime)
    assert not manager.wait(task_id, 0.05).state.ended
    let_go.set()
    assert manager.wait(task_id, DEADLINE_S).state is TaskState.finished


def test_a_delegated_agent_cannot_delegate_by_python_or_by_tool(hall: Hall) -> None:
    seen: list[str] = []

    def factory(persona: Persona | None) -> Agent:
        agent = answering(lambda messages: "done")

        class Trying:
            def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
                names = {entry["function"]["name"] for entry in tools}
                seen.extend(names & {"delegate_task", "task_status", "list_tasks", "collect_file"})
                with pytest.raises(TaskLimitError):
                    manager.start_task("further", agent.runtime)
                with pytest.raises(TaskLimitError):
                    agent.tasks.start_task("further", agent.runtime)
                return Message("assistant", "I could not")

        agent.model = Trying()
        return agent

    manager = hall.manager_of(factory)
    view = manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S)
    assert (view.status, seen) == ("finished", [])


def test_another_model_or_name_is_used_when_one_is_given(hall: Hall) -> None:
    names: list[str] = []

    class Named:
        def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
            names.append(model)
            return Message("assistant", "done")

    manager = hall.manager_of(lambda persona: Agent(Named(), Runtime(use_docker=False), model_name="own", settings=Settings()))
    for model in (None, "other", Model(lambda messages: "mine")):
        assert manager.wait(manager.start_task("go", hall.runtime, model=model), DEADLINE_S).status == "finished"
    assert names == ["own", "other"]


def test_an_ended_task_keeps_its_files_until_it_is_removed(hall: Hall) -> None:
    manager = hall.manager(lambda messages: bash("echo kept > file") if messages[-1]["role"] == "user" else "done")
    task_id = manager.start_task("go", hall.runtime)
    manager.wait(task_id, DEADLINE_S)
    assert manager.collect_file(hall.runtime, task_id, "file") == "file"
    manager.remove(task_id)
    assert manager.tasks() == []
    with pytest.raises(PygentError, match="There is no task task-1; tasks: none"):
        manager.get(task_id)


def test_a_running_task_is_not_removed(hall: Hall) -> None:
    let_go = threading.Event()
    manager = hall.manager(lambda messages: "done" if let_go.wait(DEADLINE_S) else "never")
    task_id = manager.start_task("go", hall.runtime)
    with pytest.raises(PygentError, match="cancel it first"):
        manager.remove(task_id)
    let_go.set()


def test_close_ends_everything_and_deletes_the_files(hall: Hall) -> None:
    manager = hall.manager(lambda messages: bash("pwd > where; sleep 60"), max_tasks=2)
    for _ in range(4):
        manager.start_task("go", hall.runtime)
    hall.recorder.wait_for(TaskStateChanged, lambda event: event.state is TaskState.running)
    manager.close()
    assert manager.tasks() == []
    assert [event.state for event in hall.recorder.of(TaskEnded)] == [TaskState.cancelled] * 4
    with pytest.raises(TaskLimitError, match="closed"):
        manager.start_task("go", hall.runtime)


def test_a_receiver_of_events_may_call_back(hall: Hall) -> None:
    seen: list[str] = []
    watcher = TaskManager(
        lambda persona: answering(lambda messages: "done"),
        on_event=lambda envelope: seen.extend(view.status for view in watcher.tasks()),
        settings=Settings(),
    )
    ids = [watcher.start_task("go", hall.runtime) for _ in range(6)]
    assert [watcher.wait(task_id, DEADLINE_S).state for task_id in ids] == [TaskState.finished] * 6
    assert "running" in seen
    watcher.close()


def test_a_receiver_finds_a_task_from_its_first_event_on(hall: Hall) -> None:
    found: list[str] = []

    def look(envelope: Envelope) -> None:
        if isinstance(envelope.event, TaskCreated):
            found.append(manager.get(envelope.task_id).status)
            manager.cancel(envelope.task_id)

    manager = TaskManager(
        lambda persona: answering(lambda messages: "done"),
        on_event=look,
        settings=Settings(),
    )
    task_id = manager.start_task("go", hall.runtime)
    assert (found, manager.wait(task_id, DEADLINE_S).status) == (["queued"], "cancelled")
    manager.close()


def test_many_tasks_leave_no_thread_and_no_descriptor(hall: Hall) -> None:
    manager = hall.manager(lambda messages: bash("true") if messages[-1]["role"] == "user" else "done")

    def one() -> None:
        task_id = manager.start_task("go", hall.runtime)
        manager.wait(task_id, DEADLINE_S)
        manager.remove(task_id)

    for _ in range(3):
        one()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(30):
        one()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
    deadline = time.monotonic() + DEADLINE_S
    while any(thread.name.startswith("pygent-") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, [thread.name for thread in threading.enumerate()]
        for thread in threading.enumerate():
            if thread.name.startswith("pygent-"):
                thread.join(0.2)
