"""The keys of the board, each with what it asks for."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from . import task_requests as requests

ASKED: dict[str, type[requests.TaskRequest]] = {
    "open": requests.TaskOpened,
    "peek": requests.TaskPeeked,
    "message": requests.MessageAsked,
    "allow": requests.AllowAsked,
    "deny": requests.DenyAsked,
    "cancel": requests.CancelAsked,
    "pause": requests.PauseAsked,
    "retry": requests.RetryAsked,
    "limits": requests.LimitsAsked,
    "diff": requests.DiffAsked,
    "apply": requests.ApplyAsked,
    "take-back": requests.TakeBackAsked,
    "compare": requests.CompareAsked,
    "shell": requests.ShellAsked,
    "copy": requests.AnswerCopied,
    "remove": requests.RemoveAsked,
}
BOARD_KEYS: list[BindingType] = [
    Binding("enter", "ask('open')", "Open its conversation and output", id="board.open", show=False),
    Binding("p", "ask('peek')", "Peek: its last lines, and what it asks", id="board.peek", show=False),
    Binding("m", "ask('message')", "Write to it", id="board.message", show=False),
    Binding("a", "ask('allow')", "Allow what it asks for", id="board.allow", show=False),
    Binding("d", "ask('deny')", "Deny what it asks for", id="board.deny", show=False),
    Binding("x", "ask('cancel')", "Cancel it", id="board.cancel", show=False),
    Binding("P", "ask('pause')", "Pause it, or let it go on", id="board.pause", show=False),
    Binding("r", "ask('retry')", "Begin it again", id="board.retry", show=False),
    Binding("L", "ask('limits')", "Change its limits", id="board.limits", show=False),
    Binding("D", "ask('diff')", "See what it changed", id="board.diff", show=False),
    Binding("A", "ask('apply')", "Apply what it changed", id="board.apply", show=False),
    Binding("U", "ask('take-back')", "Take back what was applied", id="board.take-back", show=False),
    Binding("C", "ask('compare')", "Compare the copies of its prompt", id="board.compare", show=False),
    Binding("E", "ask('shell')", "A shell where it works", id="board.shell", show=False),
    Binding("l", "output", "Show its output in the pane", id="board.output", show=False),
    Binding("n", "new", "Start a task", id="board.new", show=False),
    Binding("slash", "filter", "Filter the tasks", id="board.filter", show=False),
    Binding("o", "sort", "Another order", id="board.sort", show=False),
    Binding("space", "mark", "Mark it, or not", id="board.mark", show=False),
    Binding("asterisk", "mark_all", "Mark all, or none", id="board.mark-all", show=False),
    Binding("y", "ask('copy')", "Copy its answer", id="board.copy", show=False),
    Binding("X", "ask('remove')", "Forget it, with its files", id="board.remove", show=False),
    Binding("c", "clear_over", "Forget all that are over", id="board.clear", show=False),
    *(Binding(f"{digit}", f"jump_to({digit})", "To one of the rows shown", id=f"board.row-{digit}", show=False) for digit in range(1, 10)),
]
