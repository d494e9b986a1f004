"""Where a message to a task is written. Knows when a key was last typed, so that one that was meant for it answers nothing."""

from __future__ import annotations

from textual import events
from textual.content import Content

from pygent_engine.task_values import TaskView
from pygent_engine.untrusted import clean_line

from ...views.task_facts import outcome
from .answer_field import AnswerField


class MessageField(AnswerField):
    """Its border says whom it is for, and what will come of it."""

    def __init__(self, text: str = "", *, id: str) -> None:
        super().__init__("Write to this task; Enter sends, Ctrl+J breaks the line")
        self.id = id
        self.add_class("framed")
        self.compact = False  # it has a border
        self.text = text
        self.typed_at = 0.0

    def on_mount(self) -> None:
        self.move_cursor(self.document.end)

    def on_key(self, event: events.Key) -> None:
        self.typed_at = event.time
        super().on_key(event)

    def say(self, *views: TaskView) -> None:
        """Say who gets it, and when it is read."""
        self.border_title = Content(addressed(views))

    def give_back(self, text: str) -> None:
        """Put a text that could not be sent where it came from; what was written meanwhile follows it."""
        self.text = f"{text}\n{self.text}" if self.text.strip() else text
        self.move_cursor(self.document.end)


def addressed(views: tuple[TaskView, ...]) -> str:
    """Who gets a message, and what comes of it; of several how many are over."""
    if len(views) == 1:
        return f"{clean_line(views[0].id, 40)} {outcome(views[0])}"
    over = sum(view.state.ended for view in views)
    live = len(views) - over
    reads = f"{live} read{'s' if live == 1 else ''} this at {'its' if live == 1 else 'their'} next step" if live else ""
    begins = f"{over} that {'is' if over == 1 else 'are'} over begin{'s' if over == 1 else ''} a retry with it" if over else ""
    return "; ".join(filter(None, (reads, begins)))
