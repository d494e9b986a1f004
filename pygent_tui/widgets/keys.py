"""The line that says which keys answer: breaks between keys where it is narrow, within one only where a line cannot hold it."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

Key = tuple[str, str]

_GAP = 3


class Keys(Widget):
    """Shows (key, what it does) one after the other, on as many lines as they need."""

    DEFAULT_CSS = "Keys { height: auto; margin-top: 1; }"

    def __init__(self, *keys: Key) -> None:
        super().__init__()
        self._keys = keys

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._lines(width).get_height({}, max(1, width))  # a screen can be that narrow

    def render(self) -> Content:
        return self._lines(self.content_size.width)

    def _lines(self, width: int) -> Content:
        return Content("\n").join([_drawn(row) for row in rows(self._keys, width)])


def rows(keys: tuple[Key, ...], width: int) -> list[list[Key]]:
    """`keys` in rows of at most `width` cells; one that is wider stands alone."""
    found: list[list[Key]] = []
    taken = 0
    for key, what in keys:
        cells = cell_len(key) + 3 + cell_len(what)
        if not found or taken + _GAP + cells > width:
            found.append([])
            taken = -_GAP
        found[-1].append((key, what))
        taken += _GAP + cells
    return found


def _drawn(row: list[Key]) -> Content:
    pieces: list[tuple[str, str]] = []
    for key, what in row:
        pieces += [(f" {key} ", "bold $text-primary on $primary-muted"), (f" {what}", "$foreground"), (" " * _GAP, "")]
    return Content.assemble(*pieces[:-1])
