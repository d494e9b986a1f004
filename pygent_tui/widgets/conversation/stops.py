"""Where the cursor of a conversation can stand: on an item, and on each piece of code in a reply."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from ...views.copies import code_in, codes
from ...views.entries import Call, Permission, Prompt, Thinking, Told
from ...views.layout import Card, Greeting, Label, Paragraph, Unit
from .column import Column, Spot
from .estimates import PREVIEW_CHARS

_KEPT = 500


class Stop(NamedTuple):
    """The units `first` to `last` of an item; the stop number 0 is the item itself, the others are code in it."""

    item: int
    number: int
    first: int
    last: int


class Stops:
    """The stops of a column; those of an item are kept as long as its units are."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._kept: OrderedDict[int, tuple[list[Unit], list[Stop]]] = OrderedDict()

    def of(self, item: int) -> list[Stop]:
        """The stops of one item, from its head on."""
        units = self._column.units(item)
        kept = self._kept.get(item)
        if kept is None or kept[0] is not units:
            kept = self._kept[item] = (units, _stops(item, units))
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return kept[1]

    def at(self, spot: Spot) -> Stop | None:
        """The innermost stop at `spot`."""
        return next((stop for stop in reversed(self.of(spot.item)) if stop.first <= spot.unit <= stop.last), None)

    def onwards(self, item: int, number: int) -> Iterator[Stop]:
        """The stops from this one on."""
        for each in range(item, len(self._column.items)):
            yield from (stop for stop in self.of(each) if each > item or stop.number >= number)

    def backwards(self, item: int, number: int) -> Iterator[Stop]:
        """The stops from this one back."""
        for each in range(item, -1, -1):
            yield from (stop for stop in reversed(self.of(each)) if each < item or stop.number <= number)

    def head(self, stop: Stop) -> Spot:
        """The first line of a stop, below the blank one that may stand before it."""
        return Spot(stop.item, stop.first, _lead(self._column.units(stop.item)[stop.first]))

    def extent(self, stop: Stop) -> tuple[int, int]:
        """The first line of a stop, and the last one before the next stop in the same item begins."""
        first = self._column.line(self.head(stop))
        following = self.of(stop.item)[stop.number + 1 : stop.number + 2]
        if following:
            return first, max(first, self._column.top(stop.item, following[0].first) - 1)
        last = len(self._column.units(stop.item)) - 1
        return first, self._column.top(stop.item, last) + self._column.height(stop.item, last) - 1

    def code(self, stop: Stop) -> str:
        """The code that a stop stands on; "" for an item."""
        units = self._column.units(stop.item)[stop.first : stop.last + 1]
        return code_in(unit.block for unit in units if isinstance(unit, Paragraph)) if stop.number else ""

    def folds(self, item: int) -> bool:
        """Whether an item shows less than all while it is folded."""
        match self._column.items[item].entry:
            case Call() | Permission() | Thinking() | Told():
                return True
            case Prompt(text):
                return len(text) > PREVIEW_CHARS
            case _:
                return False


def _stops(item: int, units: list[Unit]) -> list[Stop]:
    first = next((index for index, unit in enumerate(units) if not isinstance(unit, Label | Greeting)), None)
    if first is None:
        return []
    spans = codes([unit.block for unit in units[first:] if isinstance(unit, Paragraph)])
    inner = [Stop(item, number, first + span.start, first + span.stop - 1) for number, span in enumerate(spans, 1)]
    return [Stop(item, 0, first, len(units) - 1), *inner]


def _lead(unit: Unit) -> int:
    """How many blank lines a unit begins with."""
    match unit:
        case Paragraph(block):
            return int(not block.joined)
        case Card(_, spaced):
            return int(spaced)
        case _:
            return 0
