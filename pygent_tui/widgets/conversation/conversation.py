"""The conversation pane: a transcript as items of units, each drawn when it comes into view and kept while it is likely to come back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.events import Click
from textual.strip import Strip

from ...views.layout import Speaker
from ...views.transcript import EMPTY, Transcript
from ..line_view import LineView
from ..search.searchable import Position
from .column import Column, Spot
from .cursor import Cursor
from .drawings import Drawings
from .estimates import GUTTER
from .stops import Stop, Stops

if TYPE_CHECKING:
    from .search import ConversationSearch

_PAGE = 60  # lines: of a short conversation all is measured, however small its pane, so that its scrollbar is right at once


class Conversation(LineView):
    """Shows a Transcript. Heights of what was never in view are estimates, corrected before they are seen.

    Posts `CopyAsked` and `OutputAsked`.
    """

    INTERVAL: ClassVar[float] = 1 / 16
    MARGIN: ClassVar[int] = GUTTER
    BEFORE: ClassVar[Speaker] = "system"
    """Who is taken to have spoken before the first entry; what the same one says gets no line that names them."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("j", "move(1)", "Next item", id="conversation.next", show=False),
        Binding("k", "move(-1)", "Item before", id="conversation.previous", show=False),
        Binding("enter,space", "open", "Open or fold", id="conversation.open", show=False),
        Binding("o", "open_all", "Open or fold all", id="conversation.open-all", show=False),
        Binding("right_curly_bracket,shift+down", "prompt(1)", "Next prompt", id="conversation.next-prompt", show=False),
        Binding("left_curly_bracket,shift+up", "prompt(-1)", "Prompt before", id="conversation.previous-prompt", show=False),
        Binding("d", "diff_style", "Diffs side by side, or not", id="conversation.diff-style", show=False),
        Binding("y", "copy", "Copy its source", id="conversation.copy", show=False),
        Binding("Y", "copy_inner", "Copy its output or code", id="conversation.copy-inner", show=False),
        Binding("v", "output", "Show its output", id="conversation.output", show=False),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"line--{name}" for name in ("tool", "task", "mark", "added", "removed", "added-word", "removed-word", "system")
    }

    DEFAULT_CSS = """
    Conversation {
        & > .line--tool { color: $text-accent; text-style: bold; }
        & > .line--task { color: $text-success; text-style: bold; }
        & > .line--mark { color: $background; background: $primary; text-style: bold; }
        & > .line--added { color: $foreground; background: $success 12%; }
        & > .line--removed { color: $foreground; background: $error 12%; }
        & > .line--added-word { background: $success 35%; text-style: bold; }
        & > .line--removed-word { background: $error 35%; text-style: bold; }
    }
    """

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.state: Transcript = EMPTY
        self.column = Column(self.BEFORE)
        self.stops = Stops(self.column)
        self.cursor = Cursor(self)
        self._drawings = Drawings(self)
        self._now = 0.0
        self._all_opened = False
        self._toggled: set[int] = set()
        self._peeked: int | None = None
        """The item that is open because the current match stands in it."""
        self._search: ConversationSearch | None = None

    # ------------------------------------------------------------ attributes down

    @property
    def welcome(self) -> tuple[str, ...]:
        """The lines of an empty conversation; the first is its title."""
        return self.column.greeting

    @welcome.setter
    def welcome(self, lines: Sequence[str]) -> None:
        self.column.greeting = tuple(lines)
        self.touch()

    def show(self, transcript: Transcript) -> None:
        """Show `transcript`; cheap, whatever its length."""
        if transcript is not self.state:
            self.state = transcript
            self.touch()

    def tick(self, now: float) -> None:
        """Show countdowns and running times as they are at `now` (Unix seconds)."""
        self._now = now
        if self.state.retry is not None or self.state.open:
            self.touch()

    def restyled(self) -> None:
        self._drawings.restyle()

    # ------------------------------------------------------------ keys

    def action_move(self, by: int) -> None:
        self.cursor.move(by)

    def action_prompt(self, by: int) -> None:
        self.cursor.to_prompt(by)

    def action_open(self) -> None:
        stop = self.cursor.stop
        if stop is not None:
            self.toggle(stop.item)

    def action_open_all(self) -> None:
        """Open everything that folds, or fold it."""
        self._all_opened = not self._all_opened
        self._toggled.clear()
        self._peeked = None
        self.keep(self.cursor.anchor())

    def action_diff_style(self) -> None:
        """Show diffs in two columns, or in one."""
        self._drawings.turn()
        self.keep(self.cursor.anchor())

    def action_copy(self) -> None:
        self.cursor.copy()

    def action_copy_inner(self) -> None:
        self.cursor.copy_inner()

    def action_output(self) -> None:
        self.cursor.show_output()

    def toggle(self, item: int) -> None:
        """Open an item that is folded, or fold it; its head stays where it is."""
        if self.stops.folds(item):
            self._toggled ^= {item}
            if self._peeked == item:
                self._peeked = None
                self._toggled.discard(item)
            self.keep(self.cursor.anchor())

    def opened(self, item: int) -> bool:
        """Whether an item shows all that it has."""
        return ((item in self._toggled) != self._all_opened) or item == self._peeked

    def on_click(self, event: Click) -> None:
        """Go to what was clicked; a click on the head of a card opens or folds it."""
        place = event.get_content_offset(self)
        if place is None or self.text_selection is not None:
            return
        stop = self.cursor.click(self.scroll_offset.y + place.y)
        if stop is not None:
            self.toggle(stop.item)

    def on_focus(self) -> None:
        self.flush()
        self.cursor.appear()

    def on_blur(self) -> None:
        self.refresh()

    # ------------------------------------------------------------ search

    def find(self, query: str) -> int:
        if self._search is None:
            from .search import ConversationSearch  # noqa: PLC0415 - needed when somebody searches

            self._search = ConversationSearch(self)
        return self._search.find(query)

    def step(self, backwards: bool = False) -> Position | None:
        return self._search.step(backwards) if self._search is not None else None

    def clear(self) -> None:
        self._search = None
        self.peek(None)
        self.refresh()

    def peek(self, item: int | None) -> None:
        """Have an item open for the time being, and no other."""
        self._peeked = item

    # ------------------------------------------------------------ lines

    def reflow(self) -> None:
        place = self._place_read()
        if self.column.width != self.page.width:
            place = self._resize(place)
        before = self.column.entries
        self.column.update(self.state, self._now)
        self.cursor.carry()
        if not self.column.grew:
            self._toggled.clear()
            self._peeked = None
        if self._search is not None and before is not self.state.entries:
            self.tell_search(self._search.read(self.state.entries, self.column.changed))
        self._settle(self.column.carried(place))
        if self.has_focus and self.cursor.stop is None:
            self.cursor.appear()

    def scrolled(self) -> None:
        self._settle(self._place_read())

    def line(self, y: int) -> Strip:
        spot = self.column.find(y)
        strips = self.strips(spot.item, spot.unit)
        strip = strips[spot.line] if spot.line < len(strips) else Strip.blank(0)
        if self._search is not None:
            strip = self._search.marked(strip, spot)
        return self.cursor.marked(strip, spot) if self.has_focus else strip

    def keep(self, anchor: tuple[Spot, int]) -> None:
        """Show the line `anchor[0]` in the row `anchor[1]` of the page; the end is followed on when that shows it."""
        spot, row = anchor
        if self.column.units(spot.item):
            self._measure(spot.item, spot.unit)  # it may just have opened: its line is one of those that there are now
        self.following = False
        self._settle(spot, row)
        self.following = self.scroll_offset.y >= self.column.total - self.page.height
        self._settle(self._place_read())
        self.refresh()

    def _resize(self, place: Spot) -> Spot:
        """Wrap everything anew; the line that is read keeps its part of what it belongs to."""
        units = self.column.units(place.item)
        height = self.column.height(place.item, place.unit) if units else 1
        self._drawings.rewidth(self.page.width)
        self.column.rewidth(self.page.width)
        if not units or place.unit >= len(self.column.units(place.item)):
            return self.column.clamped(place)
        return Spot(place.item, place.unit, round(place.line * self._measure(place.item, place.unit) / max(1, height)))

    def _place_read(self) -> Spot:
        """The line at the top of the page: what must not move while it is read."""
        return self.column.find(self.scroll_offset.y)

    def _settle(self, spot: Spot, row: int = 0) -> None:
        """Give everything on the page, and a page around it, its true height before it is seen; `spot` stands in `row`."""
        column, page = self.column, max(self.page.height, _PAGE)
        spot = column.last if self.following else column.clamped(spot)
        if not column.units(spot.item) and spot.item + 1 < len(column.items):  # the greeting gave way
            spot = Spot(spot.item + 1)
        if column.units(spot.item):
            self._measure_page(column.onwards(spot.item, spot.unit), spot.line + 2 * page)
            self._measure_page(column.backwards(spot.item, spot.unit), 2 * page if self.following else page + row)
            spot = column.clamped(spot)
        self.set_extent(column.total, self.page.width, max(0, column.line(spot) - row))

    def measure(self, stop: Stop) -> None:
        """Give a stop its true height, as far as it may be seen."""
        self._measure_page(((stop.item, unit) for unit in range(stop.first, stop.last + 1)), 2 * self.page.height)

    def _measure_page(self, places: Iterable[tuple[int, int]], lines: int) -> None:
        """Measure units until they cover more than so many lines."""
        for item, unit in places:
            lines -= self._measure(item, unit)
            if lines < 0:
                break

    def _measure(self, item: int, unit: int) -> int:
        height = len(self.strips(item, unit))
        self.column.measured(item, unit, height)
        return height

    def strips(self, item: int, unit: int, *, opened: bool | None = None) -> list[Strip]:
        """The lines of a unit, as its item is now (None), opened or folded."""
        return self._drawings.strips(self.column.units(item)[unit], self.opened(item) if opened is None else opened)
