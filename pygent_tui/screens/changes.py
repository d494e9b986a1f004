"""What tools changed in this session, file by file, over the whole screen."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from ..views.changes import Changes
from ..widgets.conversation.changes_view import ChangesView
from ..widgets.key_line import KeyLine


class ChangesScreen(ModalScreen[None]):
    """Escape and q leave."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape,q", "leave", "Close the changes", id="diff.close", show=False),
    ]

    DEFAULT_CSS = (
        "ChangesScreen ChangesView { width: 100%; height: 1fr; border: round $primary; border-title-color: $text-primary; padding: 0 1; }"
    )

    def __init__(self, changes: Changes) -> None:
        super().__init__()
        self.view = ChangesView(changes, id="changes")

    def compose(self) -> ComposeResult:
        yield self.view
        yield KeyLine(id="keys")

    def action_leave(self) -> None:
        self.dismiss()
