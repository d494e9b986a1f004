"""Shown when the session could not be opened: why, and the ways on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from ..widgets.asks.guard import KeyGuard
from ..widgets.keys import Keys

Way = Literal["pull", "retry", "local", "quit"]

_LOCAL = (
    "Working locally, commands run on this machine without a container; "
    "each is shown and asked for before it runs, unless you turned that off."
)

_WAYS: dict[str, Way] = {"r": "retry", "l": "local", "q": "quit"}
_WORDS: dict[Way, str] = {"pull": "pull it", "retry": "try again", "local": "work locally", "quit": "quit"}


class CannotStart(ModalScreen[Way]):
    """Dismissed with the way that the user chose; a letter of a prompt that was being typed chooses none.

    `image` is the image that is missing, "" when something else is.
    """

    def __init__(self, reason: str, image: str, quiet_s: float) -> None:
        super().__init__()
        self._reason = reason
        self._image = image
        self._ways = {"p": "pull", **_WAYS} if image else _WAYS
        self._guard = KeyGuard(quiet_s)

    def on_mount(self) -> None:
        self.call_after_refresh(lambda: self._guard.drawn(Message().time))

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -error") as dialog:
            dialog.border_title = Content("The image is missing" if self._image else "Pygent cannot start")
            with VerticalScroll(classes="body", can_focus=False):
                yield from self._missing() if self._image else [Static(Content(self._reason), classes="reason")]
                yield Static(Content(_LOCAL), classes="muted")
            yield Keys(*((key, _WORDS[way]) for key, way in self._ways.items()))

    def _missing(self) -> Iterable[Widget]:
        yield Static(Content(f"Commands are to run in containers of the image {self._image}, which the Docker engine does not have."))
        yield Static(Content.styled(f"docker pull {self._image}", "$text-accent"), classes="command")

    @property
    def help_rows(self) -> tuple[tuple[str, str], ...]:
        """The keys that choose, for the help."""
        return tuple((key, _WORDS[way]) for key, way in self._ways.items())

    def on_key(self, event: events.Key) -> None:
        body = self.query_one(".body", VerticalScroll)
        if event.key in ("up", "down"):
            (body.scroll_up if event.key == "up" else body.scroll_down)(animate=False)
            return
        way = self._ways.get(event.key)
        if self._guard.admits(event.time, alone=True) and way is not None:
            self.dismiss(way)
