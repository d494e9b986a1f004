"""The base of panes that show what a command printed, in its own colours: scrolled sideways or wrapped, searched, saved."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding
from textual.strip import Strip

from ...views.sgr import carried, plain
from ..request import Request
from ..search.searchable import Position, highlight, part
from .coloring import colored
from .sheet import Place, Sheet, Source, folds
from .sideways import STEP, SidewaysView

if TYPE_CHECKING:
    from .matches import Hit, Matches


@dataclass
class WrapSet(Request):
    """Lines are to be wrapped, or not, here and in other panes."""

    on: bool


class Printed(SidewaysView):
    """A subclass gives `source`; rows after the text are its own (`below`, `line_below`)."""

    BINDINGS = [Binding("w", "wrap", "Wrap lines", id="output.wrap", show=False)]  # noqa: RUF012 - Textual's own declaration

    def __init__(self, *, wrap: bool = False, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.matches: Matches | None = None
        self._wrap = wrap
        self._sheet: Sheet | None = None
        self._last: tuple[int, Strip, list[int]] | None = None
        """The line that was drawn last: its number, the whole of it, and where its rows begin."""
        self._carried: tuple[int, int, str] = (-1, 0, "")
        """A section, a line of it, and the colours that are open there; mostly the next line is asked for next."""

    # ------------------------------------------------------------ what a subclass gives

    def source(self) -> Source | None:
        """What is shown; None for nothing."""
        raise NotImplementedError

    def below(self) -> int:
        """How many rows follow the text."""
        return 0

    def line_below(self, y: int) -> Strip:
        """One of them."""
        raise NotImplementedError

    # ------------------------------------------------------------ layout

    @property
    def wrap(self) -> bool:
        return self._wrap

    @wrap.setter
    def wrap(self, on: bool) -> None:
        if on != self._wrap:
            self._wrap = on
            self.scroll_x = self.scroll_target_x = 0
            self.flush()

    def reflow(self) -> None:
        """Lay out what `source` gives now; what is read stays where it is."""
        source = self.source()
        self._last = None
        self._carried = (-1, 0, "")
        if source is None:
            self._sheet = None
            self.set_extent(len(self.empty_lines()), 0, 0)
            return
        fresh = self._sheet is None or self._sheet.source.call != source.call
        place = Place(source.first) if fresh or self._sheet is None else self._sheet.place(self.scroll_offset.y)
        if fresh:
            self.widest = 0
            self.scroll_x = self.scroll_target_x = 0
        width = max(1, self.page.width) if self._wrap else None
        if self._sheet is None:
            self._sheet = Sheet(source, width)
        else:
            if width is not None and self._sheet.width is not None:
                place = Place(place.line, round(place.row * self._sheet.width / width))  # the same part of a line that needs many rows
            self._sheet.update(source, width)
        self._settle(self._sheet, place)
        self._search_on(source, fresh)

    @property
    def top_line(self) -> int:
        """The number of the first line that is shown."""
        return self._sheet.place(self.scroll_offset.y).line if self._sheet is not None else 0

    def scrolled(self) -> None:
        if self._sheet is not None:
            self._settle(self._sheet, self._sheet.place(self.scroll_offset.y))

    def _settle(self, sheet: Sheet, place: Place) -> None:
        """Show `place` first (or the end, when it is followed), with true heights around it."""
        sheet.settle(Place(sheet.end) if self.following else place, 2 * self.page.height)
        rows = sheet.rows + self.below() or 1
        self.set_extent(rows, 0 if self._wrap else self.widest, sheet.row(place))
        if not self._wrap:
            self.widen(rows)

    # ------------------------------------------------------------ keys

    def action_wrap(self) -> None:
        self.wrap = not self._wrap
        self.post_message(WrapSet(self._wrap))

    # ------------------------------------------------------------ lines

    def line(self, y: int) -> Strip:
        sheet = self._sheet
        if sheet is None:
            return self.empty_line(y)
        if y >= sheet.rows:
            return self.line_below(y - sheet.rows)
        place = sheet.place(y)
        strip, starts = self._whole(sheet, place.line)
        if not self._wrap:
            return strip
        end = starts[place.row + 1] if place.row + 1 < len(starts) else len(strip.text)
        return Strip(part(strip, (starts[min(place.row, len(starts) - 1)], end)))

    def _whole(self, sheet: Sheet, number: int) -> tuple[Strip, list[int]]:
        """The line with this number, unwrapped, and where its rows begin."""
        if self._last is None or self._last[0] != number:
            section = sheet.source.section(number)
            lines = sheet.laid(section).lines
            at = number - sheet.source.start(section)
            opened = self._opened(sheet, section, at)
            strip = self.row((plain(lines[at]), "muted")) if sheet.source.note(section) else self._colored(lines[at], opened)
            starts = [0, *folds(strip.text, sheet.width)] if sheet.width is not None else [0]
            self._last = (number, self._marked(strip, number), starts)
        return self._last[1], self._last[2]

    def _opened(self, sheet: Sheet, section: int, at: int) -> str:
        """The colours that are open where a line of a section begins."""
        known, begin, opened = self._carried
        if known != section or begin > at:
            begin, opened = 0, sheet.source.opened(section)
        opened = carried(opened, "\n".join(sheet.laid(section).lines[begin:at]))
        self._carried = (section, at, opened)
        return opened

    def _colored(self, text: str, opened: str) -> Strip:
        usual = self.look("text")
        # A filter turns a colour into a grey of its luminance, and so red into something that nobody can read.
        dull = self.app.no_color
        return Strip(
            [
                Segment(piece, usual if style is None else style.without_color if dull else style)
                for piece, style, _ in colored(text, opened)
            ]
        )

    def joined(self, y: int) -> bool:
        return self._wrap and self._sheet is not None and y < self._sheet.rows and self._sheet.place(y).row > 0

    # ------------------------------------------------------------ searching

    def find(self, query: str) -> int:
        self.clear()
        if not query or self._sheet is None:
            return 0
        from .matches import Matches  # noqa: PLC0415 - needed when somebody searches

        self.matches = Matches(query)
        self.count(self.matches, self._sheet.source)
        self.go(self.matches.go(self.top_line))
        return self.matches.total

    def step(self, backwards: bool = False) -> Position | None:
        if self.matches is None or self._sheet is None:
            return None
        self.go(self.matches.step(self.top_line, backwards))
        return self.matches.position

    def clear(self) -> None:
        self.matches = None
        self._last = None
        self.refresh()

    def count(self, matches: Matches, source: Source) -> None:
        """Bring the counts of `matches` up to date."""
        matches.count(source)

    def _search_on(self, source: Source, fresh: bool) -> None:
        """The text changed while it is searched."""
        if self.matches is not None:
            if fresh:
                self.matches.current = None
            self.count(self.matches, source)
            self.tell_search(self.matches.position or self.matches.total)

    def go(self, hit: Hit | None) -> None:
        """Bring a match into view, and stay there."""
        self._last = None
        self.refresh()
        if hit is None or self._sheet is None or self.matches is None:
            return
        self.following = False
        strip, starts = self._whole(self._sheet, hit.line)
        start, stop = self.matches.needle.spans(strip.text)[hit.index]
        place = Place(hit.line, bisect_right(starts, start) - 1)
        self._sheet.settle(place, 2 * self.page.height)
        row, top, height = self._sheet.row(place), self.scroll_offset.y, self.page.height
        self._settle(self._sheet, self._sheet.place(top if top <= row < top + height else max(0, row - height // 3)))
        if not self._wrap:
            self._sideways(cell_len(strip.text[:start]), cell_len(strip.text[:stop]))

    def _sideways(self, start: int, stop: int) -> None:
        """Have the cells from `start` to `stop` in view."""
        left, width = self.scroll_offset.x, self.page.width
        if start < left or stop >= left + width:
            self.widest = max(self.widest, stop + 1)
            self.set_extent(self.virtual_size.height, self.widest, self.scroll_offset.y)
            self.scroll_to(x=max(0, stop + STEP - width), animate=False)

    def _marked(self, strip: Strip, number: int) -> Strip:
        if self.matches is None:
            return strip
        current = self.matches.current
        index = current.index if current is not None and current.line == number else None
        return highlight(strip, self.matches.needle, self.look("match"), index, self.look("found"))
