"""The slash commands for delegated tasks, one for each key of the board. Without an id they are for the task under its cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..widgets.task_requests import (
    AllowAsked,
    ApplyAsked,
    CompareAsked,
    DenyAsked,
    DiffAsked,
    RetryAsked,
    ShellAsked,
    TaskOpened,
    TaskPeeked,
    UnapplyAsked,
)
from .command import Command

if TYPE_CHECKING:
    from ..conductor import Conductor


def _tasks(desk: Conductor) -> Sequence[str]:
    return desk.tasks.ids


def _live(desk: Conductor) -> Sequence[str]:
    return desk.state.status.live_tasks


def _ended(desk: Conductor) -> Sequence[str]:
    return [task_id for task_id in desk.tasks.ids if task_id not in desk.state.status.live_tasks]


TASK_COMMANDS: tuple[Command, ...] = (
    Command("inbox", "", "Show all that waits for your answer, of every task", lambda desk, _: desk.inbox.open(), binding="asks.go"),
    Command("tasks", "", "Show the delegated tasks on the whole screen", lambda desk, _: desk.tasks.open_board(), binding="board.full"),
    Command(
        "task-open",
        "[TASK]",
        "Show a task's own conversation and output, and write to it",
        lambda desk, task_id: desk.tasks.ask(task_id, TaskOpened),
        _tasks,
        binding="board.open",
    ),
    Command(
        "task-peek",
        "[TASK]",
        "Peek at a task: its last lines, and what it asks",
        lambda desk, task_id: desk.tasks.ask(task_id, TaskPeeked),
        _tasks,
        binding="board.peek",
    ),
    Command(
        "task-message",
        "[TASK TEXT]",
        "Tell a task something, before its next step; one that is over is tried again with it",
        lambda desk, words: desk.desk.tell(words),
        _tasks,
        binding="board.message",
    ),
    Command(
        "task-cancel",
        "[TASK]",
        "Cancel one delegated task",
        lambda desk, task_id: desk.tasks.on(task_id, desk.tasks.cancel),
        _live,
        aliases=("cancel",),
        binding="board.cancel",
    ),
    Command(
        "task-pause",
        "[TASK]",
        "Pause a task before its next step; one that is paused goes on",
        lambda desk, task_id: desk.tasks.on(task_id, desk.tasks.pause),
        _live,
        binding="board.pause",
    ),
    Command(
        "task-remove",
        "[TASK]",
        "Forget a task that is over, with its files",
        lambda desk, task_id: desk.tasks.on(task_id, desk.tasks.remove),
        _tasks,
        binding="board.remove",
    ),
    Command(
        "task-clear", "", "Forget all tasks that are over, with their files", lambda desk, _: desk.tasks.clear(), binding="board.clear"
    ),
    Command(
        "task-copy",
        "[TASK]",
        "Copy the answer of a task, or how it stands",
        lambda desk, task_id: desk.tasks.on(task_id, desk.tasks.copy),
        _tasks,
        binding="board.copy",
    ),
    Command(
        "task-shell",
        "[TASK]",
        "Have a shell where a task works: in its container, or in its folder",
        lambda desk, task_id: desk.tasks.ask(task_id, ShellAsked),
        _tasks,
        binding="board.shell",
    ),
    Command("task-new", "[PROMPT]", "Start a task, or several copies of it", lambda desk, text: desk.work.new(text), binding="board.new"),
    Command(
        "task-retry",
        "[TASK]",
        "Have a task that is over begin again: with its history, or anew",
        lambda desk, task_id: desk.tasks.ask(task_id, RetryAsked),
        _ended,
        binding="board.retry",
    ),
    Command(
        "task-limits",
        "[TASK] [steps=40 tokens=200k seconds=10m]",
        "Change what a task may spend",
        lambda desk, words: desk.work.limit_command(words),
        _live,
        binding="board.limits",
    ),
    Command(
        "task-diff",
        "[TASK]",
        "See what a task changed",
        lambda desk, task_id: desk.tasks.ask(task_id, DiffAsked),
        _tasks,
        binding="board.diff",
    ),
    Command(
        "task-apply",
        "[TASK]",
        "Take over what a task changed",
        lambda desk, task_id: desk.tasks.ask(task_id, ApplyAsked),
        _tasks,
        binding="board.apply",
    ),
    Command(
        "task-unapply",
        "[TASK]",
        "Take back what was taken over from a task",
        lambda desk, task_id: desk.tasks.ask(task_id, UnapplyAsked),
        _tasks,
        binding="board.unapply",
    ),
    Command(
        "task-compare",
        "[TASK]",
        "See the copies of one prompt side by side",
        lambda desk, task_id: desk.tasks.ask(task_id, CompareAsked),
        _tasks,
        binding="board.compare",
    ),
    Command(
        "task-allow",
        "[TASK]",
        "Allow once what a task waits for; what was not seen whole is shown first",
        lambda desk, task_id: desk.tasks.ask(task_id, AllowAsked),
        _live,
        binding="board.allow",
    ),
    Command(
        "task-deny",
        "[TASK]",
        "Deny what a task waits for",
        lambda desk, task_id: desk.tasks.ask(task_id, DenyAsked),
        _live,
        binding="board.deny",
    ),
)
