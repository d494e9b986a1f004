"""The items of a conversation below one another, each of units, with heights: brought from one transcript to the next by what
changed. An item is laid out in units only when it is near what is seen; until then its height is an estimate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...views.entries import Call, Entry, Reply
from ...views.entry_list import EntryList
from ...views.layout import Card, Greeting, Label, Live, Progress, Speaker, Unit, speaker, units
from ...views.transcript import EMPTY, Transcript
from ..heights import Heights
from .estimates import Weight, estimate, lines, weight

_NOTHING = Weight(0, 0)


class Spot(NamedTuple):
    """A line: of a unit, of an item."""

    item: int
    unit: int = 0
    line: int = 0


class Became(NamedTuple):
    """What streamed as the item `was` is now the entry of `item`, `shift` units further down in it."""

    was: int
    item: int
    shift: int


class Item:
    """An entry (None: the greeting, or what streams). Until it is laid out, `units` are None and there are no `heights` of them."""

    __slots__ = ("entry", "heights", "previous", "speaking", "units", "weight")
    heights: Heights

    def __init__(self, entry: Entry | None, previous: Entry | None, speaking: Speaker) -> None:
        self.entry = entry
        self.previous = previous
        self.speaking: Speaker = speaking
        self.units: list[Unit] | None = None
        if entry is None:
            self.heights = Heights()
        self.weight = weight(entry, previous, speaking) if entry is not None else _NOTHING

    @property
    def labelled(self) -> bool:
        return isinstance(next(iter(self.units or ()), None), Label)


class Column:
    """The first item is the greeting, the last one what streams; those between are the entries. Heights are estimates until
    whoever draws a unit says how high it is."""

    def __init__(self, before: Speaker = "system") -> None:
        self._before: Speaker = before
        self.greeting: tuple[str, ...] = ()
        self.width = 0
        self.items: list[Item] = []
        self._heights = Heights()
        self._state = EMPTY
        self._greeted = False
        self._speaking: Speaker = before
        self._live = Live(before)
        self._closed = 0
        """So many units of what streams stay."""
        self._became: Became | None = None
        """Of the last update."""
        self._now = 0.0
        self.grew = False
        """Whether the last update went on from what was there."""
        self.changed = 0
        """The first entry that the last update changed."""
        self._clear(greeted=False)

    # ------------------------------------------------------------ places

    @property
    def entries(self) -> EntryList:
        """The entries that are shown."""
        return self._state.entries

    @property
    def last(self) -> Spot:
        """The last line."""
        return self.find(self.total - 1)

    @property
    def total(self) -> int:
        """How many lines there are."""
        return self._heights.total

    def units(self, item: int) -> list[Unit]:
        """The units of an item, which is laid out if it is not yet."""
        held = self.items[item]
        if held.units is None:
            entry = held.entry
            assert entry is not None
            held.units = list(units(entry, held.previous, held.speaking))
            if isinstance(entry, Call):
                held.units = [Card(entry, unit.spaced, self._seconds(entry)) if isinstance(unit, Card) else unit for unit in held.units]
            held.heights = self._estimated(held.units)
            self._heights[item] = held.heights.total
        return held.units

    def find(self, line: int) -> Spot:
        """What covers `line`; the end when it is beyond, the beginning when it is above."""
        if not self.total:
            return Spot(0)
        item, within = self._heights.find(max(0, min(line, self.total - 1)))
        self.units(item)
        if within >= self.items[item].heights.total:  # it is lower than its estimate was
            return self.clamped(Spot(item, len(self.units(item)) - 1, within))
        return Spot(item, *self.items[item].heights.find(within))

    def top(self, item: int, unit: int = 0) -> int:
        """The first line of a unit."""
        self.units(item)
        return self._heights.top(item) + self.items[item].heights.top(unit)

    def line(self, spot: Spot) -> int:
        """The line at `spot`."""
        return self.top(spot.item, spot.unit) + spot.line if self.units(spot.item) else self._heights.top(spot.item)

    def height(self, item: int, unit: int) -> int:
        return self.items[item].heights[unit]

    def measured(self, item: int, unit: int, height: int) -> None:
        """A unit is so high."""
        heights = self.items[item].heights
        if heights[unit] != height:
            heights[unit] = height
            self._heights[item] = heights.total

    def clamped(self, spot: Spot) -> Spot:
        """The nearest spot that there is."""
        item = min(spot.item, len(self.items) - 1)
        count = len(self.units(item))
        if not count:
            return Spot(item)
        unit = min(spot.unit, count - 1)
        return Spot(item, unit, max(0, min(spot.line, self.height(item, unit) - 1)))

    def onwards(self, item: int, unit: int) -> Iterator[tuple[int, int]]:
        """The units from this one on."""
        for each in range(item, len(self.items)):
            yield from ((each, index) for index in range(unit if each == item else 0, len(self.units(each))))

    def backwards(self, item: int, unit: int) -> Iterator[tuple[int, int]]:
        """The units above this one, upwards."""
        for each in range(item, -1, -1):
            yield from ((each, index) for index in range((unit if each == item else len(self.units(each))) - 1, -1, -1))

    # ------------------------------------------------------------ changes

    def rewidth(self, width: int) -> None:
        """Everything may have another height."""
        self.width = width
        for item in self.items[1:-1]:
            item.units = None
        self._heights = Heights()
        self._heights.extend([lines(item.weight, width) for item in self.items])
        for index in (0, len(self.items) - 1):
            self._reestimate(index)

    def update(self, state: Transcript, now: float) -> None:
        """Show `state`, which mostly is what was shown before and a little more."""
        greeted = not state.begun
        self._became, self._now = None, now
        self.grew = not (greeted or self._greeted) and _continues(self._state, state)
        if not self.grew:
            self._clear(greeted)
        old, self._state = self._state, state
        self.changed = min((index for _, index in old.open), default=len(old.entries))
        self._refresh_open(old, state)
        if len(state.entries) > len(old.entries) or not state.text.text.startswith(old.text.text):
            self._append_entries(old, state)
        self._stream(state)

    def carried(self, spot: Spot) -> Spot:
        """Where `spot`, of before the last update, is now."""
        became = self._became
        if became is None or spot.item < became.was:
            return self.clamped(spot)
        return self.clamped(Spot(became.item, max(0, spot.unit + became.shift), spot.line))

    def item_carried(self, at: Spot) -> Spot | None:
        """As `carried`, for who keeps an item and not a line."""
        if not self.grew:
            return None
        became = self._became
        return at if became is None or at.item < became.was else Spot(became.item, at.unit)

    def _clear(self, greeted: bool) -> None:
        self._state = EMPTY
        self._greeted = greeted
        self._speaking = self._before
        self._live, self._closed = Live(self._before), 0
        self.items = [Item(None, None, "system"), Item(None, None, "system")]
        self.items[0].units = [Greeting(self.greeting)] if greeted and self.greeting else []
        self.items[1].units = []
        self._heights = Heights()
        self._heights.extend([0, 0])
        self._reestimate(0)

    def _refresh_open(self, old: Transcript, new: Transcript) -> None:
        """Entries that were open may have been replaced; nothing else was."""
        for _, index in old.open:
            entry = new.entries[index]
            if entry is not old.entries[index]:
                item = self.items[index + 1]
                item.entry, item.weight, item.units = entry, weight(entry, item.previous, item.speaking), None
                self._heights[index + 1] = lines(item.weight, self.width)
        for index, call in new.running:
            if index < len(old.entries):
                self._retimed(index + 1, call)

    def _retimed(self, item: int, call: Call) -> None:
        held, seconds = self.items[item], self._seconds(call)
        if held.units is not None:
            held.units = [Card(call, unit.spaced, seconds) if isinstance(unit, Card) else unit for unit in held.units]

    def _seconds(self, call: Call) -> int:
        return max(0, int(self._now - call.started_at)) if call.status == "running" else 0

    def _append_entries(self, old: Transcript, new: Transcript) -> None:
        tail = self.items.pop()
        first = len(self.items)
        previous = old.entries[-1] if old.entries else None
        for entry in new.entries.since(len(old.entries)):
            self.items.append(Item(entry, previous, self._speaking))
            self._speaking = _spoken(entry, self._speaking)
            previous = entry
        self._heights.truncate(first)
        self._heights.extend([lines(item.weight, self.width) for item in self.items[first:]])
        self._became = self._find_streamed(tail, first, old.text.text)
        self._live, self._closed = Live(self._speaking), 0
        empty = Item(None, None, "system")
        empty.units = []
        self.items.append(empty)
        self._heights.extend([0])

    def _find_streamed(self, tail: Item, first: int, text: str) -> Became | None:
        """The entry that what streamed became."""
        if not tail.units:
            return None
        for index in range(first, len(self.items)):
            entry = self.items[index].entry
            if isinstance(entry, Reply) and text and entry.text.startswith(text):
                self.units(index)
                return Became(first, index, self.items[index].labelled - tail.labelled)
        return None

    def _stream(self, state: Transcript) -> None:
        tail = self.items[-1]
        assert tail.units is not None
        text = state.text.text
        kept = tail.units[: self._closed] + self._live.closed(text)
        rest = self._live.rest(text, state.thinking.text, state.retry, self._now)
        if state.pull is not None:
            rest.append(Progress(state.pull))
        before = self._closed
        tail.heights.truncate(before)
        self._closed = len(kept)
        tail.units = [*kept, *rest]
        tail.heights.extend([estimate(unit, self.width) for unit in tail.units[before:]])
        self._heights[len(self.items) - 1] = tail.heights.total

    def _estimated(self, found: list[Unit]) -> Heights:
        heights = Heights()
        heights.extend([estimate(unit, self.width) for unit in found])
        return heights

    def _reestimate(self, index: int) -> None:
        item = self.items[index]
        item.heights = self._estimated(item.units or [])
        self._heights[index] = item.heights.total


def _continues(old: Transcript, new: Transcript) -> bool:
    """Whether `new` grew out of `old`."""
    if old.task_id != new.task_id or len(new.entries) < len(old.entries):
        return False
    fixed = len(old.entries) - 1
    held = {index for _, index in old.open}
    while fixed in held:
        fixed -= 1
    return fixed < 0 or new.entries[fixed] is old.entries[fixed]


def _spoken(entry: Entry, before: Speaker) -> Speaker:
    who = speaker(entry)
    return before if who == "system" else who
