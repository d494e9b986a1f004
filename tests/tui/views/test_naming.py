"""A sentence names a few tasks, and says how many more there are; nothing in it acts on the terminal."""

from __future__ import annotations

from pygent_engine import task_fold
from pygent_engine.events import TaskCreated
from pygent_engine.task_values import TaskView
from pygent_tui.views import naming


def view(task_id: str, title: str) -> TaskView:
    return task_fold.created(task_id, TaskCreated(title, "do it", None, "demo", "main", "local"), 1.0)


def test_the_first_tasks_are_named_and_the_others_counted() -> None:
    views = [view(f"task-{number}", f"Part {number}") for number in range(1, 6)]
    assert naming.tasks(views[:2]) == "task-1 “Part 1”, task-2 “Part 2”"
    assert naming.tasks(views) == "task-1 “Part 1”, task-2 “Part 2”, task-3 “Part 3” and 2 more"


def test_a_heading_names_a_task_once_by_id_and_title() -> None:
    assert naming.titled("task-1", "Tests of the parser") == "task-1 · Tests of the parser"
    assert naming.titled("task-1", "") == "task-1"
    assert naming.titled("task-1", "a long title", 6) == "task-1 · a lon…"


def test_there_may_be_more_than_have_a_name() -> None:
    assert naming.first(("a", "b"), 9, 4) == "a, b and 7 more"
    assert naming.first((), 0) == ""


def test_what_comes_from_outside_is_cleaned() -> None:
    assert "\x1b" not in naming.task(view("t\x1b[2J", "a\x1b]52;c;eA==\x07b"))
    assert "\x1b" not in naming.unknown("\x1b[2J" * 40)
