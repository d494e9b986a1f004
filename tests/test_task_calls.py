"""What the user asks of delegated tasks: each op does what it says, in order, and a refusal is a sentence under the task's id."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import cast

import pytest

from pygent_engine import Agent, Limits, Message, TaskState
from pygent_engine.events import (
    ApplyTask,
    CancelTask,
    ChangesApplied,
    ChangesCompared,
    ChangesListed,
    ChangesTakenBack,
    CompareTasks,
    DiffTask,
    LimitTask,
    MessageSent,
    MessageTask,
    Op,
    PauseTask,
    RemoveTask,
    ResumeTask,
    RetryTask,
    StartTask,
    Steered,
    TaskCreated,
    TaskEnded,
    TaskLimited,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
    UnapplyTask,
    Warned,
)
from pygent_engine.outbox import Outbox
from pygent_engine.task_calls import TaskCalls
from pygent_engine.task_fold import book
from pygent_engine.task_values import ApplyReport, FileChange
from pygent_engine.values import FileDiff, JsonDict
from tests.support.agents import DEADLINE_S, Recorder, calls
from tests.support.sessions import Sessions


class Latch:
    """Replies that wait for the test: each model call says that it came, and goes on when it is let."""

    def __init__(self) -> None:
        self.came = threading.Semaphore(0)
        self.go = threading.Semaphore(0)

    def then(self, reply: Message | str) -> object:
        def wait(messages: list[JsonDict]) -> Message | str:
            self.came.release()
            assert self.go.acquire(timeout=DEADLINE_S)
            return reply

        return wait


@pytest.fixture
def latch() -> Iterator[Latch]:
    latch = Latch()
    yield latch
    latch.go.release(50)


def state(recorder: Recorder, wanted: TaskState) -> None:
    recorder.wait_for(TaskStateChanged, lambda event: event.state is wanted)


def over(recorder: Recorder, tasks: int) -> None:
    """Wait until so many tasks have ended."""
    recorder.wait_for(TaskEnded, lambda _: len(recorder.of(TaskEnded)) == tasks)


@pytest.mark.parametrize(
    "op",
    [
        CancelTask("task-9"),
        PauseTask("task-9"),
        ResumeTask("task-9"),
        RetryTask("task-9"),
        MessageTask("task-9", "hi"),
        LimitTask("task-9", Limits()),
        DiffTask("task-9"),
        CompareTasks("task-9", "task-1"),
        ApplyTask("task-9"),
        UnapplyTask("task-9"),
        RemoveTask("task-9"),
    ],
    ids=lambda op: type(op).__name__,
)
def test_what_is_asked_of_a_task_that_is_not_there_is_refused_under_its_id(sessions: Sessions, op: Op) -> None:
    session, recorder = sessions.open([])
    session.send(op)
    recorder.wait_for(Warned)
    assert recorder.events("task-9") == [Warned("There is no task task-9; tasks: none.")]


@pytest.mark.parametrize(
    ("op", "says"),
    [
        (StartTask("  "), "The prompt of the task is empty; say what it should do."),
        (StartTask("go", persona="Nobody"), "There is no persona 'Nobody'; there are: Pygent."),
        (StartTask("go", files=("missing",)), "missing: No such file or directory."),
    ],
)
def test_a_start_that_cannot_be_is_refused_in_a_sentence(sessions: Sessions, op: Op, says: str) -> None:
    session, recorder = sessions.open([])
    session.send(op)
    assert says.split(";")[0] in recorder.wait_for(Warned).text
    assert recorder.of(TaskCreated) == []


def test_a_task_is_started_with_all_that_was_said(sessions: Sessions) -> None:
    session, recorder = sessions.open(["done"], interactive=False)
    (sessions.folder / "a.txt").write_text("a\n")
    session.send(StartTask("work", ("a.txt",), "", "other", "Title", Limits(steps=7, tokens=9_000, seconds=30), "copies"))
    recorder.wait_for(TaskEnded)
    created = TaskCreated("Title", "work", None, "other", "main", "local", ("a.txt",), Limits(7, 9_000, 30), False, "copies")
    assert recorder.of(TaskCreated) == [created]
    assert book(recorder.envelopes)["task-1"].status == "finished"


@pytest.mark.parametrize(
    ("op", "says"),
    [
        (PauseTask("task-1"), "Task task-1 is finished; to have it go on, retry it."),
        (ResumeTask("task-1"), "Task task-1 is finished; to have it go on, retry it."),
        (MessageTask("task-1", "hi"), "Task task-1 is finished; to have it go on, retry it."),
        (LimitTask("task-1", Limits()), "Task task-1 is finished; to have it go on, retry it."),
        (RetryTask("task-1", persona="Nobody"), "There is no persona 'Nobody'; there are: Pygent."),
        (UnapplyTask("task-1"), "Nothing of this task was applied that could be taken back."),
        (ApplyTask("task-1", ("no",)), "The task did not change no; its changes are listed by diff."),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_what_a_task_that_is_over_cannot_do_is_refused_with_the_way_out(sessions: Sessions, op: Op, says: str) -> None:
    session, recorder = sessions.open(["done"], interactive=False)
    session.send(StartTask("work"))
    recorder.wait_for(TaskEnded)
    session.send(op)
    recorder.wait_for(Warned)
    assert recorder.events("task-1")[-1] == Warned(says)


def test_a_task_is_paused_told_limited_resumed_retried_and_removed(sessions: Sessions, latch: Latch) -> None:
    step = calls(("write_file", {"path": "b.txt", "content": "b\n"}))
    session, recorder = sessions.open([latch.then(step), "first", "second"], interactive=False)
    session.send(StartTask("work"))
    assert latch.came.acquire(timeout=DEADLINE_S)
    session.send(PauseTask("task-1"))
    recorder.wait_for(TaskPausing)
    latch.go.release()
    state(recorder, TaskState.paused)
    session.send(MessageTask("task-1", "and hurry"))
    session.send(LimitTask("task-1", Limits(steps=9)))
    session.send(ResumeTask("task-1"))
    recorder.wait_for(TaskEnded)
    session.send(RetryTask("task-1", prompt="once more"))
    recorder.wait_for(TaskRetried)
    recorder.wait_for(TaskEnded, lambda _: len(recorder.of(TaskEnded)) == 2)
    session.send(RemoveTask("task-1"))
    recorder.wait_for(TaskRemoved)
    assert [type(event) for event in recorder.of(MessageSent, TaskLimited, Steered, TaskRetried)] == [
        MessageSent,
        TaskLimited,
        Steered,
        TaskRetried,
    ]
    assert [message["content"] for message in sessions.model.calls[-1] if message["role"] == "user"] == ["work", "and hurry", "once more"]
    assert book(recorder.envelopes) == {}


def test_changes_are_listed_applied_and_taken_back(sessions: Sessions) -> None:
    session, recorder = sessions.open([calls(("write_file", {"path": "b.txt", "content": "b\n"})), "done"], interactive=False)
    session.send(StartTask("work"))
    recorder.wait_for(TaskEnded)
    session.send(DiffTask("task-1"))
    session.send(ApplyTask("task-1"))
    recorder.wait_for(ChangesApplied)
    assert (sessions.folder / "b.txt").read_text() == "b\n"
    assert book(recorder.envelopes)["task-1"].applied == ("b.txt",)
    session.send(UnapplyTask("task-1"))
    recorder.wait_for(ChangesTakenBack)
    assert not (sessions.folder / "b.txt").exists()
    assert recorder.of(ChangesListed, ChangesApplied, ChangesTakenBack) == [
        ChangesListed((FileChange("b.txt", "added", diff=FileDiff("b.txt", "added", "@@ -0,0 +1,1 @@\n+b\n", 1, 0)),)),
        ChangesApplied(ApplyReport(("b.txt",))),
        ChangesTakenBack(ApplyReport(("b.txt",))),
    ]


def test_the_results_of_two_tasks_are_compared_with_each_other(sessions: Sessions) -> None:
    first = calls(("write_file", {"path": "b.txt", "content": "b\n"}), ("write_file", {"path": "same.txt", "content": "="}))
    second = calls(("write_file", {"path": "b.txt", "content": "B\n"}), ("write_file", {"path": "same.txt", "content": "="}))
    session, recorder = sessions.open([first, "done", second, "done"], interactive=False)
    for number in (1, 2):
        session.send(StartTask("work"))
        over(recorder, number)
    session.send(CompareTasks("task-1", "task-9"))
    assert recorder.wait_for(Warned) == Warned("There is no task task-9; tasks: task-1, task-2.")
    session.send(CompareTasks("task-1", "task-2"))
    differs = FileChange("b.txt", "modified", diff=FileDiff("b.txt", "modified", "@@ -1,1 +1,1 @@\n-b\n+B\n", 1, 1))
    assert recorder.wait_for(ChangesCompared) == ChangesCompared("task-2", (differs,))


class Slow:
    """The tasks of an agent; a diff takes until it is let go."""

    def __init__(self) -> None:
        self.tasks = self
        self.let_go = threading.Event()
        self.looking = threading.Event()
        self.asked: list[str] = []
        self.outbox = Outbox()

    def diff(self, task_id: str) -> list[FileChange]:
        self.looking.set()
        self.let_go.wait(DEADLINE_S)
        self.asked.append(f"diff {task_id}")
        return []

    def cancel(self, task_id: str) -> bool:
        self.asked.append(f"cancel {task_id}")
        return True

    def retry(self, task_id: str, *how: object) -> None:
        self.asked.append(f"retry {task_id}")

    def persona_for_task(self, name: str) -> None: ...


def test_nobody_who_wants_a_task_to_stop_waits_for_a_diff_but_for_what_was_asked_of_that_task_before() -> None:
    slow = Slow()
    task_calls = TaskCalls(cast("Agent", slow))
    task_calls.put(DiffTask("task-1"))
    assert slow.looking.wait(DEADLINE_S)
    task_calls.put(RetryTask("task-2"))
    for task_id in ("task-1", "task-2", "task-3"):
        task_calls.put(CancelTask(task_id))
    assert slow.asked == ["cancel task-1", "cancel task-3"]
    slow.let_go.set()
    task_calls.join()
    assert slow.asked == ["cancel task-1", "cancel task-3", "diff task-1", "retry task-2", "cancel task-2"]
