"""Shown when the session could not be opened: why, and the ways on."""

from __future__ import annotations

from typing import Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ..widgets.keys import Keys

Way = Literal["retry", "local", "quit"]

_LOCAL = (
    "Working locally means that commands run on this machine, in the workspace, without a container. "
    "Each command is shown and asked for before it runs, unless you turned that off."
)


class CannotStart(ModalScreen[Way]):
    """Dismissed with the way that the user chose."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("r", "go('retry')", show=False),
        Binding("l", "go('local')", show=False),
        Binding("q,escape", "go('quit')", show=False),
    ]

    def __init__(self, reason: str) -> None:
        super().__init__()
        self._reason = reason

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -error") as dialog:
            dialog.border_title = Content("Pygent cannot start")
            yield Static(Content(self._reason), classes="reason")
            yield Static(Content(_LOCAL), classes="muted")
            yield Keys(("r", "try again"), ("l", "work locally"), ("q", "quit"))

    def action_go(self, way: Way) -> None:
        self.dismiss(way)
