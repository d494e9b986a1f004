"""The full output of a call whose result was cut, from the file that the engine keeps of it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.screen import ModalScreen

from ..text_file import TextFile
from ..widgets.full_view import FullView


class FullOutput(ModalScreen[None]):
    """Fills the screen and scrolls; Escape and q leave. Takes `file` over."""

    BINDINGS = [Binding("escape,q", "dismiss", show=False)]  # noqa: RUF012 - Textual's own declaration

    def __init__(self, file: TextFile, path: str) -> None:
        super().__init__()
        self._view = FullView(file, path, id="full-output")

    def compose(self) -> ComposeResult:
        yield self._view
