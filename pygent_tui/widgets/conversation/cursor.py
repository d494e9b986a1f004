"""The cursor of the conversation: which item, or code in it, the keys are about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from ...views.copies import Copied, copied, inner
from ...views.entries import Call, Prompt
from ..request import CopyAsked, OutputAsked
from .column import Spot
from .estimates import GUTTER
from .stops import Stop

if TYPE_CHECKING:
    from .conversation import Conversation

_POINTER = "❯"


class Cursor:
    """Stands on a stop, and stays on it while the conversation grows."""

    def __init__(self, pane: Conversation) -> None:
        self._pane = pane
        self._column = pane.column
        self._stops = pane.stops
        self._at: Spot | None = None
        """The item, and as `unit` the number of the stop in it."""

    @property
    def stop(self) -> Stop | None:
        """Where it stands; None before it was asked for."""
        if self._at is None or self._at.item >= len(self._column.items):
            return None
        found = self._stops.of(self._at.item)
        return found[min(self._at.unit, len(found) - 1)] if found else None

    def put(self, stop: Stop | None) -> None:
        """Stand on `stop`."""
        self._at = None if stop is None else Spot(stop.item, stop.number)

    def carry(self) -> None:
        """The column was brought up to date."""
        if self._at is not None:
            self._at = self._column.item_carried(self._at)

    def appear(self) -> None:
        """Stand somewhere on the page: on its last item, on a piece of code only where no item begins."""
        if self.stop is None or not self._seen(self.stop):
            found = list(self._on_page(-1))
            self.put(next((stop for stop in found if stop.number == 0), found[0] if found else None))

    def anchor(self) -> tuple[Spot, int]:
        """What is to stay in its row of the page while things open and fold: the head of the stop when it is seen, else the top."""
        top = self._pane.scroll_offset.y
        stop = self.stop
        if stop is not None and self._seen(stop):
            head = self._stops.head(stop)
            return head, max(0, self._column.line(head) - top)
        return self._column.find(top), 0

    # ------------------------------------------------------------ moves

    def move(self, by: int) -> None:
        """Go to the next stop, or to the one before; through one that is higher than the page, a page at a time."""
        stop = self.stop
        if stop is None or not self._seen(stop):
            self._reveal(next(self._on_page(by), None), by)
            return
        top, height = self._pane.scroll_offset.y, self._pane.page.height
        first, last = self._stops.extent(stop)
        if by > 0 and last >= top + height:
            self._pane.keep((self._column.find(min(top + height - 2, last - height + 1)), 0))
        elif by < 0 and first < top:
            self._pane.keep((self._column.find(max(top - height + 2, first)), 0))
        else:
            self._reveal(self._neighbour(stop, by), by)

    def to_prompt(self, by: int) -> None:
        """Go to the next prompt, or the one before; after the last prompt comes the end."""
        at = self.stop.item if self.stop is not None and self._seen(self.stop) else self._column.find(self._pane.scroll_offset.y).item
        items = range(at + 1, len(self._column.items)) if by > 0 else range(at - 1, -1, -1)
        for item in items:
            if isinstance(self._column.items[item].entry, Prompt):
                self.put(next(iter(self._stops.of(item)), None))
                self._pane.keep((Spot(item, 0, 1), 0))
                return
        if by > 0:
            self._pane.action_scroll_end()
            self.put(next(self._stops.backwards(len(self._column.items) - 1, 0), None))

    def click(self, line: int) -> Stop | None:
        """Stand on what was clicked; the stop when it was its head."""
        spot = self._column.find(line)
        stop = self._stops.at(spot)
        if stop is None:
            return None
        self.put(stop)
        self._pane.refresh()
        return stop if spot == self._stops.head(stop) else None

    def _reveal(self, stop: Stop | None, by: int) -> None:
        """Stand on `stop`, with as much of it on the page as there is room for."""
        if stop is None:
            if by > 0:
                self._pane.action_scroll_end()
            return
        self.put(stop)
        self._pane.measure(stop)
        top, height = self._pane.scroll_offset.y, self._pane.page.height
        first, last = self._stops.extent(stop)
        if by > 0:
            wanted = min(first, max(top, last - height + 1))
        else:
            wanted = min(top, first) if last < top + height else max(first, last - height + 1)
        self._pane.keep((self._column.find(wanted), 0))

    def _neighbour(self, stop: Stop, by: int) -> Stop | None:
        if by > 0:
            return next(self._stops.onwards(stop.item, stop.number + 1), None)
        return next(self._stops.backwards(stop.item, stop.number - 1), None)

    def _on_page(self, by: int) -> Iterator[Stop]:
        """The stops whose head is on the page: from its top, or (by -1) from its end."""
        top, height = self._pane.scroll_offset.y, self._pane.page.height
        spot = self._column.find(top if by > 0 else top + height - 1)
        way = self._stops.onwards(spot.item, 0) if by > 0 else self._stops.backwards(spot.item, 1 << 30)
        for stop in way:
            line = self._column.line(self._stops.head(stop))
            if (line >= top + height) if by > 0 else (line < top):
                break
            if top <= line < top + height:
                yield stop
        yield from (stop for stop in [self._stops.at(self._column.find(top))] if stop is not None)

    def _seen(self, stop: Stop) -> bool:
        """Whether any of it is on the page."""
        first, last = self._stops.extent(stop)
        top = self._pane.scroll_offset.y
        return first < top + self._pane.page.height and last >= top

    # ------------------------------------------------------------ what it stands on

    def marked(self, strip: Strip, spot: Spot) -> Strip:
        """The line at `spot` with a mark in its gutter, when the cursor is there."""
        stop = self.stop
        if stop is None or stop.item != spot.item or not stop.first <= spot.unit <= stop.last:
            return strip
        head = self._stops.head(stop)
        if spot < head:
            return strip
        sign = strip.text[:1] or " "
        mark = f"{sign}{_POINTER}" if spot == head else f"{sign} "
        return Strip([Segment(mark, self._pane.look("mark")), *strip.crop(GUTTER)])

    def copy(self) -> None:
        """Ask to copy the source of what it stands on."""
        if (stop := self.stop) is not None:
            entry = self._column.items[stop.item].entry
            self._ask((code, "the code block") if (code := self._stops.code(stop)) else self._streamed if entry is None else copied(entry))

    def copy_inner(self) -> None:
        """Ask to copy the output of a call, the first code in a reply; where there is none of it, the source."""
        stop = self.stop
        entry = self._column.items[stop.item].entry if stop is not None and not stop.number else None
        found = inner(entry) if entry is not None else None
        if found is None:
            self.copy()
        else:
            self._ask(found)

    def show_output(self) -> None:
        """Ask to show what the call put out that it stands on."""
        stop = self.stop
        entry = self._column.items[stop.item].entry if stop is not None else None
        if entry is not None:
            self._pane.post_message(OutputAsked(entry.call_id if isinstance(entry, Call) else ""))

    @property
    def _streamed(self) -> Copied:
        return self._pane.state.text.text or self._pane.state.thinking.text, "the reply so far"

    def _ask(self, what: Copied) -> None:
        if what[0]:
            self._pane.post_message(CopyAsked(*what))
