"""A message to tasks, written in one field."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from pygent_engine.task_values import TaskView

from ..bound import key_of
from ..views import naming
from ..widgets.asks.answer_field import AnswerField
from ..widgets.asks.message_field import addressed
from ..widgets.in_turn import after_typing
from ..widgets.keys import Keys


class MessageDialog(ModalScreen[str | None]):
    """Dismissed with the text, or with None; `text` is what stands in the field."""

    DEFAULT_CSS = "MessageDialog AnswerField, MessageDialog AnswerField:focus { background: $panel; margin: 1 0; }"

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("ctrl+s", "send", "Send it, as Enter does", id="message.send", show=False, priority=True),
        Binding("escape", "dismiss", "Do not send", id="message.leave", show=False),
    ]

    def __init__(self, views: tuple[TaskView, ...], draft: str) -> None:
        super().__init__()
        self._views = views
        self._field = AnswerField("What you want it to know")
        self._field.text = draft
        self._what = Static(classes="muted")
        self._keys = Keys()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content("Write to " + _titled(self._views))
            yield self._what
            yield self._field
            yield self._keys

    def on_mount(self) -> None:
        self._field.move_cursor(self._field.document.end)
        self.show(self._views)

    @property
    def text(self) -> str:
        return self._field.text

    def show(self, views: tuple[TaskView, ...]) -> None:
        """The tasks as they stand now."""
        self._views = views
        self._what.update(Content(addressed(views)))
        over = all(view.state.ended for view in views)
        self._keys.show(
            ("Enter", "try again with this" if over else "send"), ("Ctrl+J", "new line"), (key_of(self, "message.leave"), "back")
        )

    @on(AnswerField.Submitted)
    def _submitted(self, event: AnswerField.Submitted) -> None:
        event.stop()
        self._send()

    def action_send(self) -> None:
        after_typing(self, self._send)

    def _send(self) -> None:
        text = self._field.text.strip()
        if text:
            self.dismiss(text)


def _titled(views: tuple[TaskView, ...]) -> str:
    """One task by id and title, of several the ids."""
    if len(views) == 1:
        return naming.titled(views[0].id, views[0].title)
    return naming.first([naming.id_of(view.id) for view in views], len(views))
