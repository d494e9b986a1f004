"""The line that says which keys answer: breaks between keys where it is narrow, and says it shorter where there is little room."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

Key = tuple[str, str] | tuple[str, str, str]
"""The key, what it does, and the same in a word: empty when it can be left out."""

_GAP = 3
_SHARE = 5  # at most a fifth of the screen, before it is said shorter


class Keys(Widget):
    """Shows each key and what it does one after the other, on as many lines as they need."""

    DEFAULT_CSS = "Keys { height: auto; margin-top: 1; }"

    def __init__(self, *keys: Key) -> None:
        super().__init__()
        self._keys = keys

    def show(self, *keys: Key) -> None:
        """Other keys answer now."""
        if keys != self._keys:
            self._keys = keys
            self.refresh(layout=True)

    def height_in(self, width: int, screen: int) -> int:
        """The lines that it takes in `width` cells on a screen of `screen` lines."""
        return self._lines(width, screen).get_height({}, max(1, width))  # a screen can be that narrow

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self.height_in(width, viewport.height)

    def render(self) -> Content:
        return self._lines(self.content_size.width, self.app.size.height)

    def _lines(self, width: int, screen: int) -> Content:
        at_length = _drawn(rows(tuple((key[0], key[1]) for key in self._keys), width), " ", _GAP)
        if all(len(key) == 2 for key in self._keys) or at_length.get_height({}, max(1, width)) * _SHARE <= screen:
            return at_length
        return _drawn(rows(tuple((key[0], key[-1]) for key in self._keys if key[-1]), width, around="", gap=1), "", 1)


def rows(keys: tuple[tuple[str, str], ...], width: int, *, around: str = " ", gap: int = _GAP) -> list[list[tuple[str, str]]]:
    """`keys`, with `around` them, in rows of at most `width` cells; one that is wider stands alone."""
    found: list[list[tuple[str, str]]] = []
    taken = 0
    for key, what in keys:
        cells = cell_len(key) + 1 + 2 * len(around) + cell_len(what)
        if not found or taken + gap + cells > width:
            found.append([])
            taken = -gap
        found[-1].append((key, what))
        taken += gap + cells
    return found


def _drawn(found: list[list[tuple[str, str]]], around: str, gap: int) -> Content:
    return Content("\n").join([_row(row, around, gap) for row in found])


def _row(row: list[tuple[str, str]], around: str, gap: int) -> Content:
    pieces: list[tuple[str, str]] = []
    for key, what in row:
        pieces += [(f"{around}{key}{around}", "bold $text-primary on $primary-muted"), (f" {what}", "$foreground"), (" " * gap, "")]
    return Content.assemble(*pieces[:-1])
