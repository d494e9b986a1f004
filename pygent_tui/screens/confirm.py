"""Asks before something that cannot be taken back. Staying is the default."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ..bound import key_of
from ..widgets.keys import Keys


class Confirm(ModalScreen[bool]):
    """Dismissed with True only by `y`; Enter, Escape and `n` stay."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("y", "answer(True)", "Yes", id="confirm.yes", show=False),
        Binding("enter,n,escape", "answer(False)", "No", id="confirm.no", show=False),
    ]

    def __init__(self, title: str, body: str, yes: str, no: str) -> None:
        super().__init__()
        self._title = title
        self._body = body
        self._yes, self._no = yes, no

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield Static(Content(self._body))
            yield Keys((key_of(self, "confirm.no"), self._no), (key_of(self, "confirm.yes"), self._yes))

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
