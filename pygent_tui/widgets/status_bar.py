"""One line at the bottom: text at the left, and at the right as many notes as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.events import Click
from textual.widget import Widget

from .request import InboxAsked

Part = tuple[str, str]

_GAP = 2
_LEAST = 24  # cells; less of an aside would say nothing


class StatusBar(Widget):
    """Drawn anew only when what it says changes."""

    DEFAULT_CSS = """
    StatusBar { height: 1; padding: 0 1; background: $panel; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, left: Sequence[Part], notes: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._said: tuple[tuple[Part, ...], tuple[str, ...], str] = (tuple(left), tuple(notes), "")

    def show(self, left: Sequence[Part], notes: Sequence[str], aside: str = "") -> None:
        """`left` are pieces of text with their styles; of the `notes` the first are kept when it is narrow, and of the
        `aside` after the text as much as there is room for then."""
        said = (tuple(left), tuple(notes), aside)
        if self._said != said:
            self._said = said
            self.refresh()

    def on_click(self, event: Click) -> None:
        """Its state stands at the left; what waits for the user is a part of that."""
        event.stop()
        self.post_message(InboxAsked())

    def render(self) -> Content:
        left, notes, aside = self._said
        room, shown = self.content_size.width - sum(cell_len(text) for text, _ in left), ""
        for note in notes:  # the first stands at the right end
            longer = f"{note}{' ' * _GAP}{shown}" if shown else note
            if cell_len(longer) + _GAP <= room:
                shown = longer
        beside = _cut(aside, room - cell_len(shown) - _GAP)
        gap = max(_GAP, room - cell_len(shown) - cell_len(beside))
        return Content.assemble(*left, beside, " " * gap, shown)


def _cut(text: str, width: int) -> str:
    """`text` in at most `width` cells; nothing when that would say too little."""
    if cell_len(text) <= width:
        return text
    return f"{set_cell_size(text, width - 1).rstrip()}…" if width >= _LEAST else ""
