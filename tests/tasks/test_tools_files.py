"""The tool that takes over what a task made: it applies what was shown, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pygent_engine import Runtime, Session
from pygent_engine.approvals import Policy
from pygent_engine.events import AnswerApproval, ApprovalAsked, FilesChanged, SubmitPrompt, TaskStateChanged
from pygent_engine.task_values import FileChange
from pygent_engine.tasks.tools_files import patch
from pygent_engine.values import FileDiff, Message
from tests.support.agents import Recorder, bash, calls
from tests.support.sessions import Sessions

from .said import ends, results, said
from .team import Team

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


def test_what_may_be_run_and_what_is_a_link_is_said_before_it_is_applied() -> None:
    changes = [
        FileChange("run.sh", "modified", diff=FileDiff("run.sh", "modified"), note="may be run now"),
        FileChange("to", "added", diff=FileDiff("to", "added", "@@ -0,0 +1,1 @@\n+/etc/passwd\n", 1, 0), note="a link"),
    ]
    assert patch("task-1", changes).splitlines()[:3] == [
        "Apply 2 files of task-1 to the workspace:",
        "  modified: run.sh (may be run now)",
        "  added: to (+1 -0, a link)",
    ]
