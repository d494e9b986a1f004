"""Where the cursor of a conversation can stand: on an item, and on each piece of code in a reply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..views.copies import codes
from ..views.entries import Call, Permission, Prompt, Thinking
from ..views.layout import Card, Greeting, Label, Paragraph, Unit
from .column import Column, Spot
from .estimates import PREVIEW_CHARS


class Stop(NamedTuple):
    """The units `first` to `last` of an item; the stop number 0 is the item itself, the others are code in it."""

    item: int
    number: int
    first: int
    last: int
    code: str | None = None


def stops(column: Column, item: int) -> list[Stop]:
    """The stops of one item, from its head on."""
    units = column.units(item)
    first = next((index for index, unit in enumerate(units) if not isinstance(unit, Label | Greeting)), None)
    if first is None:
        return []
    blocks = [unit.block for unit in units[first:] if isinstance(unit, Paragraph)]
    pieces = enumerate(codes(blocks), 1) if blocks else ()
    inner = [Stop(item, number, first + span.start, first + span.stop - 1, code) for number, (span, code) in pieces]
    return [Stop(item, 0, first, len(units) - 1), *inner]


def at(column: Column, spot: Spot) -> Stop | None:
    """The innermost stop at `spot`."""
    return next((stop for stop in reversed(stops(column, spot.item)) if stop.first <= spot.unit <= stop.last), None)


def onwards(column: Column, item: int, number: int) -> Iterator[Stop]:
    """The stops from this one on."""
    for each in range(item, len(column.items)):
        yield from (stop for stop in stops(column, each) if each > item or stop.number >= number)


def backwards(column: Column, item: int, number: int) -> Iterator[Stop]:
    """The stops from this one back."""
    for each in range(item, -1, -1):
        yield from (stop for stop in reversed(stops(column, each)) if each < item or stop.number <= number)


def head(column: Column, stop: Stop) -> Spot:
    """The first line of a stop, below the blank one that may stand before it."""
    return Spot(stop.item, stop.first, lead(column.units(stop.item)[stop.first]))


def extent(column: Column, stop: Stop) -> tuple[int, int]:
    """The first line of a stop, and the last one before the next stop in the same item begins."""
    inner = [each for each in stops(column, stop.item) if each.number == stop.number + 1]
    if inner:
        return column.line(head(column, stop)), max(column.line(head(column, stop)), column.top(stop.item, inner[0].first) - 1)
    last = len(column.units(stop.item)) - 1
    return column.line(head(column, stop)), column.top(stop.item, last) + column.height(stop.item, last) - 1


def lead(unit: Unit) -> int:
    """How many blank lines a unit begins with."""
    match unit:
        case Paragraph(block):
            return int(not block.joined)
        case Card(_, spaced):
            return int(spaced)
        case _:
            return 0


def folds(column: Column, item: int) -> bool:
    """Whether an item shows less than all while it is folded."""
    match column.items[item].entry:
        case Call() | Permission() | Thinking():
            return True
        case Prompt(text):
            return len(text) > PREVIEW_CHARS
        case _:
            return False
