"""One line at the bottom: text at the left, and at the right as many notes as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

Part = tuple[str, str]

_GAP = 2


class StatusBar(Widget):
    """Drawn anew only when what it says changes."""

    DEFAULT_CSS = """
    StatusBar { height: 1; padding: 0 1; background: $panel; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, left: Sequence[Part], notes: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left = tuple(left)
        self._notes = tuple(notes)

    def show(self, left: Sequence[Part], notes: Sequence[str]) -> None:
        """`left` are pieces of text with their styles; of the `notes` the first are kept when it is narrow."""
        if (self._left, self._notes) != (tuple(left), tuple(notes)):
            self._left, self._notes = tuple(left), tuple(notes)
            self.refresh()

    def render(self) -> Content:
        taken = sum(cell_len(text) for text, _ in self._left)
        room, shown = self.content_size.width - taken, ""
        for note in self._notes:  # the first stands at the right end
            longer = f"{note}{' ' * _GAP}{shown}" if shown else note
            if cell_len(longer) + _GAP <= room:
                shown = longer
        return Content.assemble(*self._left, " " * max(_GAP, room - cell_len(shown)), shown)
