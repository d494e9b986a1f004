"""The line at the foot of a pane where a search is typed, and where it says what was found."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from ..in_turn import after_typing
from ..sanitise import safe_text
from .searchable import Position


class SearchBar(Horizontal):
    """Takes the last row of its pane. Posts `Typed`, `Kept` and `Left` to the pane."""

    DEFAULT_CSS = """
    SearchBar {
        dock: bottom;
        height: 1;
        background: $surface;
        & > .search-sign { width: 2; color: $text-primary; text-style: bold; }
        & > Input, & > Input:focus { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        & > .search-found { width: auto; color: $text-muted; padding: 0 1; }
        & > .search-found.-none { color: $text-error; }
    }
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("escape", "leave", "Clear the search", id="search.clear", show=False),
        Binding("enter", "keep", "Keep the matches", id="search.keep", show=False, priority=True),
    ]

    class Typed(Message):
        """The text of the search is `query` now."""

        def __init__(self, query: str) -> None:
            super().__init__()
            self.query = query

    class Kept(Message):
        """The matches stay, and the keys go to the pane again."""

    class Left(Message):
        """The search is over."""

    def __init__(self, query: str = "") -> None:
        super().__init__()
        self._begin = query

    def compose(self) -> ComposeResult:
        yield Static("/", classes="search-sign")
        line = Input(self._begin, compact=True, select_on_focus=True)
        line.cursor_blink = False
        yield line
        yield Static(classes="search-found")

    def write(self) -> None:
        """Have the keys go to the line, from the next one on."""
        self.screen.set_focus(self.query_one(Input))

    @property
    def query_text(self) -> str:
        return self.query_one(Input).value

    def tell(self, found: Position | int | None, note: str = "") -> None:
        """Say which match is shown and of how many, or only how many there are; then what else is to be said."""
        if not self.is_mounted:
            return
        said = _said(found) if self.query_text else ""
        label = self.query_one(".search-found", Static)
        label.set_class(bool(said) and not found, "-none")
        label.update(Content(safe_text(" · ".join(part for part in ("" if note and not found else said, note) if part))))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(event.value))

    def action_keep(self) -> None:
        after_typing(self.screen, lambda: self.post_message(self.Kept() if self.query_text else self.Left()))

    def action_leave(self) -> None:
        self.post_message(self.Left())


def _said(found: Position | int | None) -> str:
    if isinstance(found, tuple):
        return f"{found[0]:,} of {found[1]:,}"
    return f"{found:,} found" if found else "nothing found"
