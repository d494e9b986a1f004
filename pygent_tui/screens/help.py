"""The help, over the whole screen."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from ..views.help_page import Section
from ..widgets.help_view import HelpView
from ..widgets.key_line import KeyLine


class Help(ModalScreen[None]):
    """Shows `sections`, and others when it is told to."""

    BINDINGS = [Binding("escape,q", "leave", "Close the help", id="help.close", show=False)]  # noqa: RUF012 - Textual's own declaration

    DEFAULT_CSS = "Help HelpView { width: 100%; height: 1fr; border: round $border; border-title-color: $text-primary; padding: 0 1; }"

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__()
        self.view = HelpView(id="help")
        self.view.show(sections)

    def compose(self) -> ComposeResult:
        yield self.view
        yield KeyLine(id="keys")

    def action_leave(self) -> None:
        self.dismiss()
