"""TaskManager: never more at once than allowed, deadlines and cancels that fire in the middle of anything, nothing left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pygent_engine import (
    Agent,
    Limits,
    Message,
    Persona,
    PygentError,
    Runtime,
    ScriptedModel,
    Settings,
    TaskLimitError,
    TaskManager,
    TaskState,
    Usage,
    WorkspaceError,
)
from pygent_engine.events import Envelope, TaskCreated, TaskEnded, TaskStateChanged
from pygent_engine.values import JsonDict
from tests.support.agents import DEADLINE_S, Recorder, bash, calls
from tests.support.laws import check_stream

Chat = Callable[[list[JsonDict]], Message | str]


class Model:
    """Answers with what a function of the messages says."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        reply = self._chat(messages)
        return Message("assistant", reply) if isinstance(reply, str) else reply


class Hall:
    """A parent's runtime, and managers whose tasks answer with a function; closed and checked when the test is over."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.runtime = Runtime(use_docker=False, workspace=folder)
        self.recorder = Recorder()
        self.managers: list[TaskManager] = []

    def manager(self, chat: Chat, max_tasks: int = 3, settings: Settings | None = None) -> TaskManager:
        def factory(persona: Persona | None) -> Agent:
            return Agent(Model(chat), Runtime(use_docker=False), persona=persona, settings=Settings())

        manager = TaskManager(factory, max_tasks, on_event=self.recorder, settings=settings or Settings())
        self.managers.append(manager)
        return manager

    def close(self) -> None:
        for manager in self.managers:
            manager.close()
        self.runtime.cleanup()
        check_stream(self.recorder.envelopes)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    hall = Hall(tmp_path / "parent")
    yield hall
    hall.close()


def test_forty_threads_start_forty_tasks_and_never_more_than_three_run(hall: Hall) -> None:
    running, most, guard = 0, 0, threading.Lock()

    def work(messages: list[JsonDict]) -> str:
        nonlocal running, most
        with guard:
            running += 1
            most = max(most, running)
        time.sleep(0.01)  # the work itself: long enough to overlap
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
        TaskStateChanged(TaskState.running),
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


@pytest.mark.parametrize(("step_s", "task_s"), [(None, 0.3), (0.3, None), (0.3, 60)])
def test_a_timeout_fires_while_the_model_blocks(hall: Hall, step_s: float | None, task_s: float | None) -> None:
    let_go = threading.Event()
    manager = hall.manager(lambda messages: "late" if let_go.wait(DEADLINE_S) else "never")
    task_id = manager.start_task("go", hall.runtime, None, step_s, task_s)
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.state, view.status) == (TaskState.timed_out, "timeout after 0.3s")
    let_go.set()


def test_a_timeout_fires_while_a_command_runs_and_kills_it(hall: Hall) -> None:
    manager = hall.manager(lambda messages: bash("echo $$ > pid; sleep 60"))
    task_id = manager.start_task("go", hall.runtime, task_timeout=0.8)
    assert manager.wait(task_id, DEADLINE_S).status == "timeout after 0.8s"
    manager.collect_file(hall.runtime, task_id, "pid")
    assert not Path(f"/proc/{hall.runtime.read_file('pid').strip()}").exists()


def test_a_timeout_fires_while_the_factory_blocks(hall: Hall) -> None:
    let_go = threading.Event()

    def factory(persona: Persona | None) -> Agent:
        let_go.wait(DEADLINE_S)
        return Agent(ScriptedModel(["late"]), Runtime(use_docker=False), settings=Settings())

    manager = TaskManager(factory, 1, on_event=hall.recorder, settings=Settings())
    hall.managers.append(manager)
    task_id = manager.start_task("go", hall.runtime, task_timeout=0.2)
    assert manager.wait(task_id, DEADLINE_S).status == "timeout after 0.2s"
    let_go.set()


def test_the_settings_give_the_timeouts_that_a_start_does_not(hall: Hall) -> None:
    let_go = threading.Event()
    manager = hall.manager(lambda messages: "late" if let_go.wait(DEADLINE_S) else "never", settings=Settings(task_timeout=0.2))
    task_id = manager.start_task("go", hall.runtime)
    assert manager.wait(task_id, DEADLINE_S).status == "timeout after 0.2s"
    let_go.set()


def test_waiting_never_raises_on_its_timeout(hall: Hall) -> None:
    let_go = threading.Event()
    manager = hall.manager(lambda messages: "done" if let_go.wait(DEADLINE_S) else "never")
    task_id = manager.start_task("go", hall.runtime)
    assert not manager.wait(task_id, 0.05).state.ended
    let_go.set()
    assert manager.wait(task_id, DEADLINE_S).state is TaskState.finished


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
    assert time.monotonic() - began < 5
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

    manager = TaskManager(factory, 1, on_event=hall.recorder, settings=Settings())
    hall.managers.append(manager)
    views = [manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S) for _ in range(2)]
    assert [view.state for view in views] == [TaskState.failed] * 2
    hall.runtime.write_file("still", "here")


def test_a_delegated_agent_cannot_delegate_by_python_or_by_tool(hall: Hall) -> None:
    seen: list[str] = []

    def factory(persona: Persona | None) -> Agent:
        agent = Agent(Model(lambda messages: "done"), Runtime(use_docker=False), settings=Settings())

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

    manager = TaskManager(factory, 1, on_event=hall.recorder, settings=Settings())
    hall.managers.append(manager)
    view = manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S)
    assert (view.status, seen) == ("finished", [])


def test_another_model_or_name_is_used_when_one_is_given(hall: Hall) -> None:
    names: list[str] = []

    class Named:
        def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
            names.append(model)
            return Message("assistant", "done")

    manager = TaskManager(
        lambda persona: Agent(Named(), Runtime(use_docker=False), model_name="own", settings=Settings()),
        on_event=hall.recorder,
        settings=Settings(),
    )
    hall.managers.append(manager)
    for model in (None, "other", Model(lambda messages: "mine")):
        assert manager.wait(manager.start_task("go", hall.runtime, model=model), DEADLINE_S).status == "finished"
    assert names == ["own", "other"]


def test_the_limits_of_a_task_end_it(hall: Hall) -> None:
    manager = hall.manager(lambda messages: bash("true"))
    view = manager.wait(manager.start_task("go", hall.runtime, limits=Limits(steps=2)), DEADLINE_S)
    assert (view.status, view.steps) == ("failed: The limit of 2 steps is reached.", 2)


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
        lambda persona: Agent(Model(lambda messages: "done"), Runtime(use_docker=False), settings=Settings()),
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
        lambda persona: Agent(Model(lambda messages: "done"), Runtime(use_docker=False), settings=Settings()),
        on_event=look,
        settings=Settings(),
    )
    hall.managers.append(manager)
    task_id = manager.start_task("go", hall.runtime)
    assert (found, manager.wait(task_id, DEADLINE_S).status) == (["queued"], "cancelled")


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
