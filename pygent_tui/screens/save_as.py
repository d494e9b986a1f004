"""Asks for the name of a file to save to."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ..bound import key_of
from ..widgets.in_turn import after_typing
from ..widgets.keys import Keys

_HINT = "A name alone is a file in the folder where Pygent was started; ~ is your home. Colours are kept only in a file called .ansi."


class SaveAs(ModalScreen[str | None]):
    """Dismissed with what was typed, or with None."""

    DEFAULT_CSS = """
    SaveAs Input, SaveAs Input:focus { height: 1; border: none; padding: 0 1; margin-bottom: 1; background: $panel; }
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape", "dismiss", "Do not save", id="save-as.leave", show=False),
        Binding("enter", "save", "Save", id="save-as.save", show=False, priority=True),
    ]

    def __init__(self, what: str, name: str) -> None:
        super().__init__()
        self._what = what
        self._name = name

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Save {self._what}")
            name = Input(self._name, compact=True, select_on_focus=False)
            name.cursor_blink = False
            yield name
            yield Static(Content(_HINT), classes="muted")
            yield Keys((key_of(self, "save-as.save"), "save"), (key_of(self, "save-as.leave"), "back"))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()

    def action_save(self) -> None:
        after_typing(self, self._save)

    def _save(self) -> None:
        name = self.query_one(Input).value.strip()
        if name:
            self.dismiss(name)
