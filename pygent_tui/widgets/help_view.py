"""The page of help: scrolls, and is searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.strip import Strip

from ..views.help_page import Section, laid
from ..views.needle import Needle
from .line_view import LineView
from .search.searchable import Position, highlight

_NOTHING = Needle("")


class HelpView(LineView):
    """Shows sections, from the first on."""

    FOLLOWS: ClassVar[bool] = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = Content("Help")
        self._sections: tuple[Section, ...] = ()
        self._rows: list[tuple[tuple[str, str], ...]] = []
        self._needle = _NOTHING
        self._hits: list[tuple[int, int]] = []
        """Every match: its row, and which one it is there."""
        self._at = 0

    def show(self, sections: Sequence[Section]) -> None:
        if tuple(sections) != self._sections:
            self._sections = tuple(sections)
            self.touch()

    def reflow(self) -> None:
        self._rows = laid(self._sections, max(1, self.page.width))
        self._seek()
        self.set_extent(len(self._rows), self.page.width, self.scroll_offset.y)

    def line(self, y: int) -> Strip:
        strip = self.row(*self._rows[y])
        row, index = self._hits[self._at] if self._hits else (-1, 0)
        return highlight(strip, self._needle, self.look("match"), index if row == y else None, self.look("found"))

    # ------------------------------------------------------------ search

    def find(self, query: str) -> int:
        self._needle = Needle(query)
        self._seek()
        top = self.scroll_offset.y
        self._at = next((at for at, (row, _) in enumerate(self._hits) if row >= top), 0)
        self._go()
        return len(self._hits)

    def step(self, backwards: bool = False) -> Position | None:
        if not self._hits:
            return None
        self._at = (self._at + (-1 if backwards else 1)) % len(self._hits)
        self._go()
        return self._at + 1, len(self._hits)

    def clear(self) -> None:
        self._needle = _NOTHING
        self._seek()
        self.refresh()

    def _seek(self) -> None:
        texts = ("".join(text for text, _ in row) for row in self._rows)
        self._hits = [(row, index) for row, text in enumerate(texts) for index in range(self._needle.count(text))]
        self._at = min(self._at, max(0, len(self._hits) - 1))

    def _go(self) -> None:
        """Bring the current match into view."""
        self.refresh()
        if self._hits:
            row, top, height = self._hits[self._at][0], self.scroll_offset.y, self.page.height
            if not top <= row < top + height:
                self.jump(max(0, row - height // 3))
