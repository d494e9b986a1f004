"""The slash commands for delegated tasks, one for each key of the board. Without an id they are for the task under its cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..widgets.board.bindings import ASKED
from .command import Command

if TYPE_CHECKING:
    from ..conductor import Conductor


def _tasks(desk: Conductor) -> Sequence[str]:
    return desk.tasks.ids


def _live(desk: Conductor) -> Sequence[str]:
    return desk.state.status.live_tasks


def _ended(desk: Conductor) -> Sequence[str]:
    return [task_id for task_id in desk.tasks.ids if task_id not in desk.state.status.live_tasks]


def _key(name: str, what: str, choices: Callable[[Conductor], Sequence[str]] = _tasks, aliases: tuple[str, ...] = ()) -> Command:
    """What the key `name` of the board does, for the tasks that are named."""
    request = ASKED[name]
    return Command(
        f"task-{name}", "[TASK]", what, lambda desk, words: desk.tasks.ask(words, request), choices, aliases, binding=f"board.{name}"
    )


TASK_COMMANDS: tuple[Command, ...] = (
    Command("inbox", "", "Show all that waits for your answer, of every task", lambda desk, _: desk.inbox.open(), binding="asks.go"),
    Command("tasks", "", "Show the delegated tasks on the whole screen", lambda desk, _: desk.tasks.open_board(), binding="board.full"),
    _key("open", "Show a task's own conversation and output, and write to it"),
    _key("peek", "Peek at a task: its last lines, and what it asks"),
    Command(
        "task-message",
        "[TASK TEXT]",
        "Tell a task something, before its next step; one that is over is tried again with it",
        lambda desk, words: desk.desk.tell(words),
        _tasks,
        binding="board.message",
    ),
    _key("cancel", "Cancel one delegated task", _live, aliases=("cancel",)),
    _key("pause", "Pause a task before its next step; one that is paused goes on", _live),
    _key("remove", "Forget a task that is over, with its files"),
    Command(
        "task-clear", "", "Forget all tasks that are over, with their files", lambda desk, _: desk.tasks.clear(), binding="board.clear"
    ),
    _key("copy", "Copy the answer of a task, or how it stands"),
    _key("shell", "Have a shell where a task works: in its container, or in its folder"),
    Command("task-new", "[PROMPT]", "Start a task, or several copies of it", lambda desk, text: desk.work.new(text), binding="board.new"),
    _key("retry", "Have a task that is over begin again: with its history, or anew", _ended),
    Command(
        "task-limits",
        "[TASK] [steps=40 tokens=200k seconds=10m]",
        "Change what a task may spend",
        lambda desk, words: desk.work.limit_command(words),
        _live,
        binding="board.limits",
    ),
    _key("diff", "See what a task changed"),
    _key("apply", "Apply what a task changed to the workspace"),
    _key("take-back", "Take back what was applied of a task"),
    _key("compare", "See the copies of one prompt side by side"),
    _key("allow", "Allow once what a task waits for; what was not seen whole is shown first", _live),
    _key("deny", "Deny what a task waits for", _live),
)
