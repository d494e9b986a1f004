"""The slash commands for delegated tasks, one for each key of the board. Without an id they are for the task under its cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..widgets.task_requests import ShellAsked
from .command import Command

if TYPE_CHECKING:
    from ..conductor import Conductor


def _tasks(desk: Conductor) -> Sequence[str]:
    return desk.tasks.ids


def _live(desk: Conductor) -> Sequence[str]:
    return desk.state.status.live_tasks


TASK_COMMANDS: tuple[Command, ...] = (
    Command("tasks", "", "Show the delegated tasks on the whole screen", lambda desk, _: desk.tasks.open_board(), binding="board.full"),
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
)
