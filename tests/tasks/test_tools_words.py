"""How the tools tell a model of its tasks: the whole truth, in few words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pygent_engine import Persona
from pygent_engine.events import CallStarted, StepStarted, TaskCreated, TaskStateChanged
from pygent_engine.task_fold import created, fold
from pygent_engine.task_values import FileChange, TaskState, TaskView
from pygent_engine.tasks.tools_files import LONGEST_SHOWN, patch
from pygent_engine.tasks.tools_words import line, report
from pygent_engine.values import FileDiff, Limits, ToolCall, Usage


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
        "Applied here already: 1",
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
