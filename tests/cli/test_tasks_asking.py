"""`pygent tasks COMMAND`: what is asked of the tasks of a session, each answer and refusal as the session gives it."""

from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from pygent_engine.events import (
    ApplyTask,
    CancelTask,
    ChangesApplied,
    ChangesListed,
    ChangesTakenBack,
    DiffTask,
    Event,
    LimitTask,
    MessageSent,
    MessageTask,
    PauseTask,
    RemoveTask,
    ResumeTask,
    RetryTask,
    SessionClosed,
    StartTask,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskLimited,
    TaskOp,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
    UnapplyTask,
    Warned,
)
from pygent_engine.task_values import ApplyReport, TaskState
from pygent_engine.values import UNLIMITED, FileDiff, Limits, Usage
from tests.support.played_session import PlayedSession

from .on_offer import CHANGES, answering, ran

RETRIED = TaskRetried("again", None, "other", UNLIMITED, clean=True)


@pytest.mark.parametrize(
    ("arguments", "op", "answer", "said"),
    [
        (["cancel", "1"], CancelTask("task-1"), TaskEnded(TaskState.cancelled, "cancelled", "", 1, Usage()), "task-1 is cancelled."),
        (["message", "1", "be quick"], MessageTask("task-1", "be quick"), MessageSent("be quick"), "task-1 reads it before its next step."),
        (["pause", "1"], PauseTask("task-1"), TaskPausing(), "task-1 pauses before its next step."),
        (["retry", "1"], RetryTask("task-1"), RETRIED, "task-1 is queued again."),
        (
            ["retry", "--clean", "--model", "other", "task-1", "--prompt", "again", "--persona", "Ada"],
            RetryTask("task-1", "clean", "again", "other", "Ada"),
            RETRIED,
            "task-1 is queued again.",
        ),
        (
            ["limits", "1", "--tokens", "500", "--seconds", "1.5"],
            LimitTask("task-1", Limits(steps=20, tokens=500, seconds=1.5)),
            TaskLimited(Limits(steps=20, tokens=500, seconds=1.5)),
            "task-1 may spend 20 steps, 500 tokens, 1.5 seconds in all.",
        ),
        (
            ["limits", "--steps", "none", "1"],
            LimitTask("task-1", UNLIMITED),
            TaskLimited(UNLIMITED),
            "task-1 may spend what it needs in all.",
        ),
        (["unapply", "1"], UnapplyTask("task-1"), ChangesTakenBack(ApplyReport(("a.txt",))), "Took back 1 file of task-1.\n  a.txt"),
        (["apply", "1"], ApplyTask("task-1"), ChangesApplied(ApplyReport(("a", "b"))), "Applied 2 files of task-1.\n  a\n  b"),
        (["apply", "1", "a"], ApplyTask("task-1", ("a",)), ChangesApplied(ApplyReport(("a",))), "Applied 1 file of task-1.\n  a"),
        (
            ["apply", "1"],
            ApplyTask("task-1"),
            ChangesApplied(ApplyReport(("a", "b"), unchanged=("a",))),
            "Applied 1 file of task-1.\n  a (was so already)\n  b",
        ),
        (
            ["apply", "1"],
            ApplyTask("task-1"),
            ChangesApplied(ApplyReport(("a",), unchanged=("a",))),
            "Nothing new of task-1 was there to apply.\n  a (was so already)",
        ),
        (["apply", "1"], ApplyTask("task-1"), ChangesApplied(ApplyReport()), "Nothing new of task-1 was there to apply."),
        (["remove", "1"], RemoveTask("task-1"), TaskRemoved(), "task-1 is forgotten, and its files are deleted."),
        (
            ["diff", "1"],
            DiffTask("task-1"),
            ChangesListed(CHANGES),
            "--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-one\n+two\n# added: logs/ (3 files, ignored by git)",
        ),
        (["diff", "1", "a.txt"], DiffTask("task-1"), ChangesListed(CHANGES), "--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-one\n+two"),
    ],
)
def test_an_op_is_sent_and_its_answer_is_told(
    session: PlayedSession, capsys: pytest.CaptureFixture[str], arguments: list[str], op: TaskOp, answer: Event, said: str
) -> None:
    other = answering(session, StepStarted(2), answer)
    assert ran(capsys, *arguments) == (0, f"{said}\n", "")
    other.join(20)
    assert session.ops == [op]


def started(session: PlayedSession, *answers: tuple[str, Event]) -> threading.Thread:
    """Answers a start; a refusal is given its key."""

    def work() -> None:
        op = session.wait_for_ops(1)[0]
        assert isinstance(op, StartTask) and op.key
        for task, event in answers:
            session.post(replace(event, key=op.key) if event == Warned("refused") else event, task)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_start_prints_the_id_of_the_task_that_came_of_it(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    limits = Limits(steps=9, tokens=500, seconds=60)
    theirs, ours = (TaskCreated("T", prompt, None, "big", "main", "local", ("a b", "."), limits) for prompt in ("other", "do\u241b it"))
    other = started(session, ("main", Warned("not this one")), ("task-3", theirs), ("task-4", ours))
    flags = ["--model", "big", "--persona", "Ada", "--title", "T", "--steps", "9", "--tokens", "500", "--seconds", "60"]
    assert ran(capsys, "start", "do\x1b it", *flags, "--files", "a b", ".") == (0, "task-4\n", "")
    other.join(20)
    op = session.ops[0]
    assert isinstance(op, StartTask)
    assert replace(op, key="") == StartTask("do\x1b it", ("a b", "."), "Ada", "big", "T", limits)


def test_a_start_that_is_refused_is_told_from_what_else_goes_wrong(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    other = started(session, ("main", Warned("not this one")), ("task-1", Warned("nor this")), ("main", Warned("refused")))
    assert ran(capsys, "start", "x") == (1, "", "pygent: refused\n")
    other.join(20)


def test_a_session_that_ends_before_the_start_is_told(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    other = started(session, ("main", SessionClosed("the end")))
    assert ran(capsys, "start", "x") == (1, "", "pygent: The session has ended: the end.\n")
    other.join(20)


@pytest.mark.parametrize(
    ("before", "answer"),
    [(TaskStateChanged(TaskState.paused), TaskStateChanged(TaskState.queued)), (TaskPausing(), TaskPausing(False))],
)
def test_a_task_that_is_paused_or_about_to_be_goes_on(
    session: PlayedSession, capsys: pytest.CaptureFixture[str], before: Event, answer: Event
) -> None:
    session.post(before, "task-1")
    other = answering(session, answer)
    assert ran(capsys, "resume", "1") == (0, "task-1 goes on.\n", "")
    other.join(20)
    assert session.ops == [ResumeTask("task-1")]


def test_the_answer_for_another_task_is_none(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        session.wait_for_ops(1)
        session.post(MessageSent("be quick"), "task-2")
        session.post(Warned("not this one"), "main")
        session.post(Warned("refused"), "task-1")

    thread = threading.Thread(target=work)
    thread.start()
    assert ran(capsys, "message", "1", "be quick") == (1, "", "pygent: refused\n")
    thread.join(20)


def test_conflicts_are_shown_and_nothing_was_applied(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    clash = FileDiff("a.txt", "modified", "@@ -1,1 +1,3 @@\n one\n+=======\n+two\n", 2, 0)
    other = answering(session, ChangesApplied(ApplyReport((), ("a.txt",), (clash,))))
    code, out, err = ran(capsys, "apply", "1")
    other.join(20)
    assert (code, err) == (1, "")
    assert out.startswith("Nothing was changed, for these files conflict with what is there now:\n  a.txt\n--- a/a.txt\n+++ b/a.txt\n@@")


def test_a_path_that_was_not_changed_has_no_diff(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    other = answering(session, ChangesListed(CHANGES))
    assert ran(capsys, "diff", "1", "nothing") == (
        1,
        "",
        "pygent: task-1 did not change nothing; pygent tasks diff task-1 lists what it changed.\n",
    )
    other.join(20)


def test_a_session_that_ends_meanwhile_is_told(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    other = answering(session, SessionClosed(), task="main")
    assert ran(capsys, "pause", "1") == (1, "", "pygent: The session has ended.\n")
    other.join(20)


@pytest.mark.parametrize(
    ("verb", "event", "sentence"),
    [
        ("cancel", TaskEnded(TaskState.finished, "finished", "", 1, Usage()), "task-1 is over already: finished."),
        ("pause", TaskStateChanged(TaskState.paused), "task-1 is paused already; pygent tasks resume task-1 has it go on."),
        ("pause", TaskPausing(), "task-1 will be paused already; pygent tasks resume task-1 has it go on."),
        ("resume", StepStarted(2), "task-1 is not paused: it is running."),
    ],
)
def test_what_would_change_nothing_is_not_asked(
    session: PlayedSession, capsys: pytest.CaptureFixture[str], verb: str, event: Event, sentence: str
) -> None:
    session.post(event, "task-1")
    assert ran(capsys, verb, "1") == (1, "", f"pygent: {sentence}\n")
    assert session.ops == []


def test_as_json_the_answer_is_its_envelope_and_a_diff_its_changes(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    other = answering(session, TaskPausing())
    code, out, _ = ran(capsys, "pause", "1", "--json")
    other.join(20)
    answer = json.loads(out)
    assert (code, answer["task_id"], answer["type"], answer["on"]) == (0, "task-1", "TaskPausing", True)
    session.ops.clear()
    other = answering(session, ChangesListed(CHANGES))
    code, out, _ = ran(capsys, "diff", "1", "--json")
    other.join(20)
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["a.txt", "logs/"]
