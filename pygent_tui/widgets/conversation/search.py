"""The search of the conversation: goes from match to match, opens what a match is hidden in, and marks what is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.strip import Strip

from ...views.entry_list import EntryList
from ...views.layout import Paragraph
from ..search.finder import Finder, Match
from ..search.searchable import Position, highlight
from .column import Spot

if TYPE_CHECKING:
    from .conversation import Conversation


class ConversationSearch:
    """Lasts from the first letter of a search until it is cleared."""

    def __init__(self, pane: Conversation) -> None:
        self._pane = pane
        self._column = pane.column
        self._stops = pane.stops
        self._finder = Finder(self._certain)
        self._shown: tuple[Spot, int] | None = None
        """The line of the current match, and which match of that line it is."""
        self._finder.read(pane.state.entries, 0)

    def find(self, query: str) -> int:
        """Look for `query` from the place that is read; how many matches there are."""
        total = self._finder.find(query, self._column.find(self._pane.scroll_offset.y).item - 1)
        self._go(self._finder.current)
        return total

    def step(self, backwards: bool) -> Position | None:
        self._go(self._finder.step(backwards))
        return self._finder.position

    def read(self, entries: EntryList, changed: int) -> Position | int:
        """The conversation changed from its entry `changed` on."""
        self._finder.read(entries, changed)
        return self._finder.position or self._finder.total

    def marked(self, strip: Strip, spot: Spot) -> Strip:
        """A line with its matches."""
        nth = self._shown[1] if self._shown is not None and self._shown[0] == spot else None
        return highlight(strip, self._finder.needle, self._pane.look("match"), nth, self._pane.look("found"))

    def _go(self, match: Match | None) -> None:
        """Bring a match into view; what it is hidden in stays open as long as it is the current one."""
        self._shown = None
        self._pane.peek(None)
        if match is None:
            self._pane.refresh()
            return
        item = match.entry + 1
        if self._stops.folds(item) and not self._pane.opened(item) and self._drawn(item, False) < self._drawn(item, True):
            self._pane.peek(item)
        self._shown = self._place(item, match.nth)
        self._pane.cursor.put(next(iter(self._stops.of(item)), None))
        spot, _ = self._shown
        line, top, height = self._column.line(spot), self._pane.scroll_offset.y, self._pane.page.height
        self._pane.keep((spot, line - top if top <= line < top + height else height // 3))

    def _certain(self, entry: int) -> int | None:
        """How many matches are drawn of an entry; None of one that is drawn in parts."""
        item = entry + 1
        whole = not any(isinstance(unit, Paragraph) for unit in self._column.units(item))
        return self._drawn(item, True) if whole else None

    def _drawn(self, item: int, opened: bool) -> int:
        """How many matches are drawn of an item."""
        count = self._finder.needle.count
        units = self._column.units(item)
        return sum(count(strip.text) for unit in range(len(units)) for strip in self._pane.strips(item, unit, opened=opened))

    def _place(self, item: int, nth: int) -> tuple[Spot, int]:
        """The line of a match: counted in the source of paragraphs, so that few of them are drawn, and in what is drawn of cards."""
        count = self._finder.needle.count
        for index, unit in enumerate(self._column.units(item)):
            lines = None if isinstance(unit, Paragraph) else self._lines(item, index)
            found = count(unit.block.text) if isinstance(unit, Paragraph) else len(lines or ())
            if nth < found:
                lines = self._lines(item, index) if lines is None else lines
                line, within = lines[min(nth, len(lines) - 1)] if lines else (0, 0)
                return Spot(item, index, line), within
            nth -= found
        last = max(0, len(self._column.units(item)) - 1)
        return Spot(item, last, 0), 0

    def _lines(self, item: int, unit: int) -> list[tuple[int, int]]:
        """The matches that are drawn of a unit: each with its line, and which of that line it is."""
        count = self._finder.needle.count
        strips = self._pane.strips(item, unit)
        return [(line, nth) for line, strip in enumerate(strips) for nth in range(count(strip.text))]
