"""Shown when the session could not be opened: why, and the ways on."""

from __future__ import annotations

from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from ..widgets.guard import KeyGuard
from ..widgets.keys import Keys

Way = Literal["retry", "local", "quit"]

_LOCAL = (
    "Working locally means that commands run on this machine, in the workspace, without a container. "
    "Each command is shown and asked for before it runs, unless you turned that off."
)


_WAYS: dict[str, Way] = {"r": "retry", "l": "local", "q": "quit"}


class CannotStart(ModalScreen[Way]):
    """Dismissed with the way that the user chose; a letter of a prompt that was being typed chooses none."""

    def __init__(self, reason: str, quiet_s: float) -> None:
        super().__init__()
        self._reason = reason
        self._guard = KeyGuard(quiet_s)

    def on_mount(self) -> None:
        self.call_after_refresh(lambda: self._guard.drawn(Message().time))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -error") as dialog:
            dialog.border_title = Content("Pygent cannot start")
            yield Static(Content(self._reason), classes="reason")
            yield Static(Content(_LOCAL), classes="muted")
            yield Keys(("r", "try again"), ("l", "work locally"), ("q", "quit"))

    def on_key(self, event: events.Key) -> None:
        way = _WAYS.get(event.key)
        if self._guard.admits(event.time, alone=True) and way is not None:
            self.dismiss(way)
