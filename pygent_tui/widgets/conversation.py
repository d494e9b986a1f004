"""The conversation pane: a transcript as units, each drawn when it comes into view and kept while it is likely to come back."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.binding import Binding
from textual.strip import Strip

from ..views.layout import Unit
from ..views.transcript import EMPTY, Transcript
from .cards import GUTTER, Easel
from .column import Column
from .line_view import LineView

if TYPE_CHECKING:
    from .markdown import MarkdownPen

_CACHED_UNITS = 1_000


class Conversation(LineView):
    """Shows a Transcript. Heights of what was never in view are estimates, corrected before they are seen."""

    INTERVAL: ClassVar[float] = 1 / 16
    MARGIN: ClassVar[int] = GUTTER

    BINDINGS = [Binding("o", "details", "Details", show=False)]  # noqa: RUF012 - Textual's own declaration

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._state: Transcript = EMPTY
        self._column = Column()
        self._easel: Easel | None = None
        self._pen: MarkdownPen | None = None
        self._cache: OrderedDict[Unit, list[Strip]] = OrderedDict()
        self._now = 0.0
        self._details = False

    # ------------------------------------------------------------ attributes down

    @property
    def welcome(self) -> tuple[str, ...]:
        """The lines of an empty conversation; the first is its title."""
        return self._column.greeting

    @welcome.setter
    def welcome(self, lines: Sequence[str]) -> None:
        self._column.greeting = tuple(lines)
        self.touch()

    def show(self, transcript: Transcript) -> None:
        """Show `transcript`; cheap, whatever its length."""
        if transcript is not self._state:
            self._state = transcript
            self.touch()

    def tick(self, now: float) -> None:
        """Show the countdown as it is at `now` (Unix seconds)."""
        self._now = now
        if self._state.retry is not None:
            self.touch()

    def action_details(self) -> None:
        """Unfold, or fold, the results of calls and the thinking."""
        self._details = not self._details
        self.restyled()
        self._column.rewidth(self.page.width)
        self.flush()

    def restyled(self) -> None:
        self._easel = self._pen = None
        self._cache.clear()

    # ------------------------------------------------------------ lines

    def reflow(self) -> None:
        place = self._place_read()
        if self._column.width != self.page.width:
            self._easel = None
            self._cache.clear()
            self._column.rewidth(self.page.width)
        self._column.update(self._state, self._now)
        self._settle(place)

    def scrolled(self) -> None:
        self._settle(self._place_read())

    def line(self, y: int) -> Strip:
        index, line = self._column.heights.find(y)
        strips = self._strips(index)
        return strips[line] if line < len(strips) else Strip.blank(0)

    def _place_read(self) -> tuple[int, int]:
        """The unit at the top of the page, and the line of it: what must not move while it is read."""
        heights = self._column.heights
        return heights.find(self.scroll_offset.y) if len(heights) else (0, 0)

    def _settle(self, place: tuple[int, int]) -> None:
        """Give everything on the page, and a page around it, its true height before it is seen."""
        heights, page = self._column.heights, self.page.height
        last = len(heights) - 1
        if last < 0:
            self.set_extent(0, self.page.width, 0)
            return
        index, line = (last, 0) if self.following else (min(place[0], last), place[1])
        self._measure_page(range(index, last + 1), line + 2 * page)
        self._measure_page(range(index - 1, -1, -1), 2 * page if self.following else page)
        top = heights.top(index) + min(line, heights[index] - 1)
        self.set_extent(heights.total, self.page.width, top)

    def _measure_page(self, indices: Iterable[int], lines: int) -> None:
        """Measure units until they cover more than so many lines."""
        for index in indices:
            lines -= self._measure(index)
            if lines < 0:
                break

    def _measure(self, index: int) -> int:
        height = len(self._strips(index))
        self._column.heights[index] = height
        return height

    def _strips(self, index: int) -> list[Strip]:
        unit = self._column.units[index]
        strips = self._cache.get(unit)
        if strips is None:
            strips = self._cache[unit] = self._drawing().draw(unit)
            if len(self._cache) > _CACHED_UNITS:
                self._cache.popitem(last=False)
        else:
            self._cache.move_to_end(unit)
        return strips

    def _drawing(self) -> Easel:
        if self._easel is None:
            self._easel = Easel(self._column.width, self.look, self.app.console, self._markdown, self._details)
        return self._easel

    def _markdown(self, text: str, width: int) -> list[list[Segment]]:
        if self._pen is None:
            from .markdown import MarkdownPen  # noqa: PLC0415 - a parser and a highlighter are not needed before the first reply

            self._pen = MarkdownPen(self.look)
        return self._pen.render(text, width)
