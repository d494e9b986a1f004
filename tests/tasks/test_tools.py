"""The tools by which a model looks after its tasks: what they say is the whole truth, and what they apply is what was shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pygent_engine import Agent, Persona, Runtime, Session
from pygent_engine.approvals import Policy
from pygent_engine.events import (
    AnswerApproval,
    ApprovalAsked,
    CallEnded,
    CallStarted,
    FilesChanged,
    Steered,
    StepStarted,
    SubmitPrompt,
    TaskCreated,
    TaskEnded,
    TaskStateChanged,
    TurnEnded,
)
from pygent_engine.task_fold import created, fold
from pygent_engine.task_values import FileChange, TaskState, TaskView
from pygent_engine.tasks.tools_files import LONGEST_SHOWN, patch
from pygent_engine.tasks.tools_words import line, report
from pygent_engine.values import FileDiff, Limits, Message, ToolCall, ToolResult, Usage
from tests.support.agents import DEADLINE_S, MakeAgent, Recorder, bash, calls
from tests.support.sessions import Sessions

from .team import Reply, Team

DELEGATE = calls(("delegate_task", {"prompt": "work", "title": "The work"}))


def results(recorder: Recorder, task_id: str = "main") -> list[ToolResult]:
    return [event.result for event in recorder.events(task_id) if isinstance(event, CallEnded)]


def ends(recorder: Recorder) -> None:
    """Wait for the end of the root agent's turn."""
    recorder.wait_for(TurnEnded, lambda _: any(isinstance(event, TurnEnded) for event in recorder.events()))


def said(recorder: Recorder) -> str:
    """What the root agent's last call came to."""
    return results(recorder)[-1].content


# ---------------------------------------------------------------- in words


def view(**changes: Any) -> TaskView:
    made = created("task-1", TaskCreated("Docs", "work", Persona("Ada"), "tiny", "main", "local", limits=Limits(20, 5_000)), 100.0)
    for event in (TaskStateChanged(TaskState.starting), TaskStateChanged(TaskState.running), StepStarted(1)):
        made = fold(made, event, 100.0)
    made = fold(made, CallStarted(ToolCall("c", "bash", "{}"), "make test"), 100.0)
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("changes", "others", "now", "text"),
    [
        ({}, (), 100.2, "task-1: running (Docs; 1 of 20 steps; 0 of 5000 tokens; last: make test)"),
        ({}, (), 112.0, "task-1: running (Docs; 1 of 20 steps; 0 of 5000 tokens; idle for 12 s; last: make test)"),
        ({}, (), 140.0, "task-1: running (Docs; 1 of 20 steps; 0 of 5000 tokens; stalled: no sign of life for 40 s; last: make test)"),
        (
            {"limits": Limits(), "usage": Usage(7, 1), "changes": 3, "changed": ("a", "b", "c")},
            ("task-2", "task-3"),
            100.0,
            "task-1: running (Docs; 1 step; 8 tokens; 3 files changed; changed the same files as task-2, task-3; last: make test)",
        ),
        (
            {"state": TaskState.waiting, "status": "waiting", "asks": ("c",), "limits": Limits()},
            (),
            140.0,
            "task-1: waiting (Docs; 1 step; waits for the user; last: make test)",
        ),
        (
            {"state": TaskState.paused, "status": "paused: 503", "resumes_at": 150.0, "limits": Limits()},
            (),
            140.0,
            "task-1: paused: 503 (Docs; 1 step; goes on by itself in 10 s; last: make test)",
        ),
        ({"state": TaskState.finished, "status": "finished", "limits": Limits()}, (), 140.0, "task-1: finished (Docs; 1 step)"),
    ],
)
def test_how_a_task_stands_is_a_line_with_all_that_counts(changes: dict[str, Any], others: tuple[str, ...], now: float, text: str) -> None:
    assert line(view(**changes), now, others) == text


def test_of_one_task_its_paths_and_at_its_end_its_answer_are_told_too() -> None:
    over = view(
        state=TaskState.finished, status="finished", changes=25, changed=tuple(map(str, range(25))), answer="x" * 50, applied=("1",)
    )
    assert report(over, 0.0, (), 10).splitlines()[1:] == [
        f"Changed: {', '.join(map(str, range(20)))} and 5 more",
        "Taken over here already: 1",
        "Its last words:",
        "x" * 10,
        "[... 40 more characters]",
    ]
    assert "last words" not in report(view(answer="not yet"), 0.0)


def change(path: str, text: str, **others: Any) -> FileChange:
    return FileChange(path, "modified", diff=FileDiff(path, "modified", text, 1, 1), **others)


def test_what_is_shown_before_an_apply_names_all_and_says_what_is_cut() -> None:
    short = change("a", "@@ -1,1 +1,1 @@\n-x\n+y\n")
    logs, picture = FileChange("logs/", "added", ignored=True, files=3), FileChange("picture", "added", diff=FileDiff("picture", "added"))
    assert patch("task-1", (short, logs, picture)) == (
        "Apply 3 files of task-1 to the workspace:\n  modified: a (+1 -1)\n  added: logs/ (3 files, ignored by git)\n"
        "  added: picture (no text to show)\n\n--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-x\n+y\n"
    )
    long = patch("task-1", (change("a", "+line\n" * LONGEST_SHOWN), short))
    assert len(long) < LONGEST_SHOWN + 1_000
    assert long.endswith("more lines are not shown; the diff of the task has all of them]")


# ---------------------------------------------------------------- waiting


@pytest.mark.parametrize("ids", [[], ["task-1", "task-9"]])
def test_who_waits_for_nothing_or_nobody_is_told(make_agent: MakeAgent, ids: list[str]) -> None:
    agent, recorder = make_agent(Team([DELEGATE, calls(("wait_tasks", {"task_ids": ids})), "well"], work=["done"]))
    agent.run("go")
    assert results(recorder)[-1].status == "error"
    assert said(recorder).startswith("No task is named;" if not ids else "There is no task task-9; tasks: task-1.")


def two_tasks(waiting: dict[str, Any], *, gate: threading.Event, after: Reply = "well") -> Team:
    """Two tasks, one of which is over at once and the other when `gate` opens; the root agent waits for both."""
    both = calls(("delegate_task", {"prompt": "quick"}), ("delegate_task", {"prompt": "slow"}))
    wait = calls(("wait_tasks", {"task_ids": ["task-1", "task-2"], **waiting}))

    def slow() -> str:
        assert gate.wait(DEADLINE_S)
        return "slowly done"

    return Team([both, wait, after, "again"], quick=["quickly done"], slow=[slow])


def test_all_are_waited_for_and_what_was_read_of_them_is_no_news(make_agent: MakeAgent) -> None:
    gate = threading.Event()
    team = two_tasks({}, gate=gate)
    agent, recorder = make_agent(team)

    def open_gate() -> None:
        agent.tasks.wait("task-1", DEADLINE_S)
        gate.set()

    opener = threading.Thread(target=open_gate)
    recorder.then(CallStarted, lambda event: opener.start() if event.call.name == "wait_tasks" else None)
    agent.run("go")
    opener.join(DEADLINE_S)
    first, one, two = said(recorder).split("\n\n")
    assert first == "All 2 have ended."
    assert one.splitlines()[-2:] == ["Its last words:", "quickly done"]
    assert two.splitlines()[-2:] == ["Its last words:", "slowly done"]
    agent.run("and?")
    assert [message["content"] for message in team.heard[-1] if message["role"] == "user"] == ["go", "and?"]


def test_the_first_that_ends_is_enough_when_any_will_do(make_agent: MakeAgent) -> None:
    gate = threading.Event()
    agent, recorder = make_agent(two_tasks({"any": True}, gate=gate))
    agent.run("go")
    gate.set()
    assert said(recorder).splitlines()[0] == "Not ended yet: task-2."


@pytest.mark.parametrize("timeout", [0, -5, 0.2])
def test_the_wait_ends_with_its_time(make_agent: MakeAgent, timeout: float) -> None:
    gate = threading.Event()
    agent, recorder = make_agent(two_tasks({"timeout": timeout}, gate=gate))
    agent.run("go")
    gate.set()
    assert said(recorder).splitlines()[0].startswith("Not ended")


def test_an_interrupt_ends_the_wait_and_not_the_tasks(make_agent: MakeAgent) -> None:
    gate = threading.Event()
    agent, recorder = make_agent(two_tasks({"timeout": 600}, gate=gate))
    recorder.then(CallStarted, lambda event: agent.interrupt() if event.call.name == "wait_tasks" else None)
    began = time.monotonic()
    assert agent.run("go").outcome == "interrupted"
    assert time.monotonic() - began < 5
    gate.set()
    assert agent.tasks.wait("task-2", DEADLINE_S).state is TaskState.finished


# ---------------------------------------------------------------- speaking to a task, and ending it


def test_a_message_is_read_before_the_next_step_of_the_task(make_agent: MakeAgent) -> None:
    gate, read = threading.Event(), list[str]()

    def first() -> Message:
        assert gate.wait(DEADLINE_S)
        return bash("true")

    def told() -> str:
        gate.set()
        agent.tasks.wait("task-1", DEADLINE_S)
        return "well"

    own: list[Reply] = [DELEGATE, calls(("message_task", {"task_id": "task-1", "text": "be quick"})), told]
    agent, recorder = make_agent(Team(own, work=[first, "done"]))
    recorder.then(Steered, lambda event: read.append(event.text))
    agent.run("go")
    assert said(recorder) == "task-1 reads it before its next step."
    assert read == ["be quick"]


@pytest.mark.parametrize(("text", "sentence"), [(" ", "The message is empty;"), ("hello", "")])
def test_a_message_that_nobody_will_read_is_refused_with_the_way_out(make_agent: MakeAgent, text: str, sentence: str) -> None:
    agent: Agent

    def when_over() -> Message:
        agent.tasks.wait("task-1", DEADLINE_S)
        return calls(("message_task", {"task_id": "task-1", "text": text}))

    agent, recorder = make_agent(Team([DELEGATE, when_over, "well"], work=["done"]))
    agent.run("go")
    assert results(recorder)[-1].status == "error"
    assert said(recorder).startswith(sentence)


def test_a_task_is_cancelled_once_and_then_it_is_over_already(make_agent: MakeAgent) -> None:
    agent: Agent

    def when_over() -> Message:
        agent.tasks.wait("task-1", DEADLINE_S)
        return calls(("cancel_task", {"task_id": "task-1"}))

    own: list[Reply] = [DELEGATE, calls(("cancel_task", {"task_id": "task-1"})), when_over, "well"]
    agent, recorder = make_agent(Team(own, work=[bash("sleep 60"), "done"]))
    agent.run("go")
    _, first, second = results(recorder)
    assert first.content == "task-1 is cancelled; what it changed so far can still be taken over."
    assert second.content == "task-1 was over already: cancelled."


def test_a_task_can_be_given_another_model_by_name(make_agent: MakeAgent) -> None:
    delegate = calls(("delegate_task", {"prompt": "work", "model": "other"}))
    agent, recorder = make_agent(Team([delegate, "well"], work=["done"]))
    agent.run("go")
    assert recorder.of(TaskCreated)[0].model == "other"
    assert recorder.wait_for(TaskEnded).state is TaskState.finished


# ---------------------------------------------------------------- taking over what a task made

EDITS = bash("printf 'one\\ntwo\\n' > a.txt; printf new > b.txt")
APPLY = calls(("apply_task", {"task_id": "task-1"}))
GIVEN = calls(("delegate_task", {"prompt": "work", "files": ["a.txt"]}))


def working(
    sessions: Sessions,
    runtime: Runtime,
    apply: Message,
    *,
    approvals: Any = "ask",
    confirm: bool = False,
    first: Callable[[], Any] | None = None,
) -> tuple[Session, Recorder]:
    """A session whose agent delegates the work on a.txt, waits for its end, does `first`, and applies what came of it."""
    runtime.write_file("a.txt", "one\n")
    wait = calls(("wait_tasks", {"task_ids": ["task-1"]}))

    def then() -> Message:
        if first is not None:
            first()
        return apply

    team = Team([GIVEN, wait, then, "well"], work=[EDITS, "done"])
    session, recorder = sessions.over(runtime, [], model=team, policy=Policy(confirm, approvals))
    session.send(SubmitPrompt("go"))
    return session, recorder


def answer_until(session: Session, recorder: Recorder, tool: str) -> ApprovalAsked:
    """Allow whatever asks before the ask of `tool`, which is returned."""
    recorder.then(
        ApprovalAsked,
        lambda event: None if event.request.tool == tool else session.send(AnswerApproval(event.request.call_id, "once")),
    )
    for asked in recorder.of(ApprovalAsked):
        if asked.request.tool != tool:
            session.send(AnswerApproval(asked.request.call_id, "once"))
    found: ApprovalAsked = recorder.wait_for(ApprovalAsked, lambda event: event.request.tool == tool)
    return found


SHOWN = """\
Apply 2 files of task-1 to the workspace:
  modified: a.txt (+1 -0)
  added: b.txt (+1 -0)

--- a/a.txt
+++ b/a.txt
@@ -1,1 +1,2 @@
 one
+two

--- /dev/null
+++ b/b.txt
@@ -0,0 +1,1 @@
+new
\\ No newline at end of file
"""


@pytest.mark.parametrize(("approvals", "confirm"), [("ask", False), ("auto", True)])
def test_an_apply_asks_and_shows_what_would_be_applied(sessions: Sessions, local_runtime: Runtime, approvals: str, confirm: bool) -> None:
    session, recorder = working(sessions, local_runtime, APPLY, approvals=approvals, confirm=confirm)
    asked = answer_until(session, recorder, "apply_task").request
    assert (asked.permissions, asked.command) == (("write",), SHOWN)
    assert local_runtime.read_file("a.txt") == "one\n"
    session.send(AnswerApproval(asked.call_id, "once"))
    ends(recorder)
    assert said(recorder) == "Applied 2 files of task-1: a.txt, b.txt."
    assert (local_runtime.read_file("a.txt"), local_runtime.read_file("b.txt")) == ("one\ntwo\n", "new")
    changed = [event for event in recorder.events() if isinstance(event, FilesChanged)]
    assert [(event.paths, tuple(diff.path for diff in event.diffs)) for event in changed] == [(("a.txt", "b.txt"), ("a.txt", "b.txt"))]


def test_a_no_applies_nothing(sessions: Sessions, local_runtime: Runtime) -> None:
    session, recorder = working(sessions, local_runtime, APPLY)
    asked = answer_until(session, recorder, "apply_task").request
    session.send(AnswerApproval(asked.call_id, "deny", "not now"))
    ends(recorder)
    assert said(recorder) == "The user did not allow this call. They say: not now"
    assert (local_runtime.read_file("a.txt"), (local_runtime.base_dir / "b.txt").exists()) == ("one\n", False)


def test_what_changed_since_it_was_shown_is_not_applied(sessions: Sessions, local_runtime: Runtime) -> None:
    session, recorder = working(sessions, local_runtime, APPLY)
    asked = answer_until(session, recorder, "apply_task").request
    workspace = next(event.workspace for event in recorder.of(TaskStateChanged) if event.workspace)
    Path(workspace, "a.txt").write_text("one\ntwo\nthree\n")
    session.send(AnswerApproval(asked.call_id, "once"))
    ends(recorder)
    assert said(recorder) == "Not applied: the task has changed these files since the user was asked; call apply_task again."
    assert local_runtime.read_file("a.txt") == "one\n"


def test_paths_are_applied_alone_and_without_a_question_where_nothing_is_to_be_confirmed(
    sessions: Sessions, local_runtime: Runtime
) -> None:
    only = calls(("apply_task", {"task_id": "task-1", "paths": ["b.txt"]}))
    _, recorder = working(sessions, local_runtime, only, approvals="auto")
    ends(recorder)
    assert said(recorder) == "Applied 1 file of task-1: b.txt."
    assert (local_runtime.read_file("a.txt"), local_runtime.read_file("b.txt")) == ("one\n", "new")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"task_id": "task-1", "paths": ["c.txt"]}, "task-1 did not change c.txt; it changed a.txt, b.txt."),
        ({"task_id": "task-9"}, "There is no task task-9; tasks: task-1."),
    ],
)
def test_what_cannot_be_applied_is_a_sentence(sessions: Sessions, local_runtime: Runtime, arguments: dict[str, Any], sentence: str) -> None:
    _, recorder = working(sessions, local_runtime, calls(("apply_task", arguments)), approvals="auto")
    ends(recorder)
    assert said(recorder) == sentence


def test_conflicts_come_back_as_a_result_and_nothing_is_applied(sessions: Sessions, local_runtime: Runtime) -> None:
    def meanwhile() -> None:
        local_runtime.write_file("a.txt", "mine\n")

    _, recorder = working(sessions, local_runtime, APPLY, approvals="auto", first=meanwhile)
    ends(recorder)
    assert results(recorder)[-1].status == "error"
    head, *_, advice = said(recorder).split("\n\n")
    assert head == "Nothing of task-1 was applied: what it changed conflicts with what is here now in a.txt."
    assert "+two" in said(recorder) and advice.startswith("Apply the others by naming their paths;")
    assert (local_runtime.read_file("a.txt"), (local_runtime.base_dir / "b.txt").exists()) == ("mine\n", False)


# ---------------------------------------------------------------- what a task was allowed


def test_a_yes_for_a_task_is_asked_again_of_nobody_and_ends_with_the_task(sessions: Sessions, local_runtime: Runtime) -> None:
    team = Team([DELEGATE, "well", bash("true"), "well"], work=[bash("echo 1"), bash("echo 2"), "done"])
    session, recorder = sessions.over(local_runtime, [], model=team, policy=Policy())
    session.send(SubmitPrompt("go"))
    asked = recorder.wait_for(ApprovalAsked).request
    session.send(AnswerApproval(asked.call_id, "task"))
    recorder.wait_for(TaskEnded)
    assert (asked.task_id, [event.request.call_id for event in recorder.of(ApprovalAsked)]) == ("task-1", [asked.call_id])
    session.send(SubmitPrompt("and you?"))  # the yes is none to the root agent
    again = recorder.wait_for(ApprovalAsked, lambda event: event.request.task_id == "main").request
    session.send(AnswerApproval(again.call_id, "once"))
    gate = session._agent.gate
    assert gate.pending("bash", "local", task_id="task-1") == ()
    session._agent.tasks.remove("task-1")
    assert [need.permission for need in gate.pending("bash", "local", task_id="task-1")] == ["local"]
