"""What the user wants with tasks, wherever it was said: a key of the board, of a task's own screen, or a command. Stations take them."""

from __future__ import annotations

from ..request import Request


class TaskRequest(Request):
    """Of the tasks with these ids, in the order of the board; never of none."""

    def __init__(self, *task_ids: str) -> None:
        super().__init__()
        self.task_ids = task_ids

    @property
    def task_id(self) -> str:
        return self.task_ids[0]


class TaskOpened(TaskRequest):
    """See the first one's own transcript and output."""


class TaskPeeked(TaskRequest):
    """See the first one's last lines beside the board, and answer what it asks."""


class MessageAsked(TaskRequest):
    """Write a message to them."""


class CancelAsked(TaskRequest):
    """Cancel those that are not over."""


class PauseAsked(TaskRequest):
    """Pause them; those that are paused go on."""


class RetryAsked(TaskRequest):
    """Choose how those that are over begin again."""


class LimitsAsked(TaskRequest):
    """Change what they may spend."""


class DiffAsked(TaskRequest):
    """See what the first one changed."""


class ApplyAsked(TaskRequest):
    """Apply what they changed."""


class TakeBackAsked(TaskRequest):
    """Take back what was applied of the first one."""


class CompareAsked(TaskRequest):
    """See what the copies of the first one's prompt made of it, side by side."""


class ShellAsked(TaskRequest):
    """Have a shell where the first one works."""


class AllowAsked(TaskRequest):
    """Allow what they wait for, once."""


class DenyAsked(TaskRequest):
    """Deny what they wait for."""


class RemoveAsked(TaskRequest):
    """Forget those that are over, with their files."""


class AnswerCopied(TaskRequest):
    """Copy what the first one answered, or how it stands."""


class ClearAsked(Request):
    """Forget all that are over, with their files."""


class NewTaskAsked(Request):
    """Start a task; `prompt` is what was written of it already."""

    def __init__(self, prompt: str = "") -> None:
        super().__init__()
        self.prompt = prompt


class BoardAsked(Request):
    """See the board on the whole screen."""
