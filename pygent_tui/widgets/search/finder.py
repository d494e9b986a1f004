"""Finds text in the sources of a conversation's entries, also of those that are folded or far away; counts, and keeps its place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from itertools import accumulate
from typing import NamedTuple

from ...views.copies import source
from ...views.entry_list import EntryList
from ...views.needle import Needle, lowered
from .searchable import Position

_TRIES = 20  # entries that are drawn for one key at most


class Match(NamedTuple):
    """The match number `nth` (from 0) in the source of one entry."""

    entry: int
    nth: int


class Finder:
    """The sources are kept from one search to the next, in small letters too, so that a key costs one pass over the text.

    What is counted in them is an estimate for entries that are drawn otherwise: before one of these is shown, `drawn` tells
    how many matches can be seen of it (None: as many as its source has).
    """

    def __init__(self, drawn: Callable[[int], int | None]) -> None:
        self._drawn = drawn
        self.needle = Needle("")
        self._sources: list[str] = []
        self._lowered: list[str] = []
        self._hits: list[int] = []
        """The entries that have matches."""
        self._ends: list[int] = []
        """How many matches there are up to and with each of them."""
        self._at: int | None = None

    def read(self, entries: EntryList, changed: int) -> None:
        """Search `entries`, of which those from `changed` on are others than before."""
        first = min(changed, len(self._sources))
        del self._sources[first:], self._lowered[first:]
        self._sources += [source(entry) for entry in entries.since(first)]
        self._lowered += [lowered(text) for text in self._sources[first:]]
        self._count(first)

    def find(self, query: str, entry: int) -> int:
        """Look for `query`; the current match is the first at or after `entry`. How many there are."""
        self.needle = Needle(query)
        self._count(0)
        place = bisect_left(self._hits, entry)
        before = self._ends[place - 1] if place else 0
        self._at = (before if before < self.total else 0) if self.total else None
        self._correct(backwards=False)
        return self.total

    def step(self, backwards: bool) -> Match | None:
        """The next match, or the one before."""
        if self.total:
            at = -1 if self._at is None else self._at
            self._at = (at + (-1 if backwards else 1)) % self.total
            self._correct(backwards)
        return self.current

    @property
    def total(self) -> int:
        return self._ends[-1] if self._ends else 0

    @property
    def position(self) -> Position | None:
        return None if self._at is None else (self._at + 1, self.total)

    @property
    def current(self) -> Match | None:
        """The match that is shown."""
        if self._at is None:
            return None
        place = bisect_right(self._ends, self._at)
        return Match(self._hits[place], self._at - (self._ends[place - 1] if place else 0))

    def _correct(self, backwards: bool) -> None:
        """Count what is drawn of the entry with the current match; where that is nothing go on to another entry."""
        for _ in range(_TRIES):
            match = self.current
            drawn = self._drawn(match.entry) if match is not None else None
            if match is None or drawn is None:
                return
            place = bisect_left(self._hits, match.entry)
            before = self._ends[place - 1] if place else 0
            more = drawn - (self._ends[place] - before)
            if not more:
                return
            self._ends[place:] = [end + more for end in self._ends[place:]]
            if not drawn:
                del self._hits[place], self._ends[place]
            at = before + (drawn - 1 if backwards else min(match.nth, drawn))
            self._at = at % self.total if self.total else None

    def _count(self, first: int) -> None:
        """Count anew from the entry `first` on."""
        kept = bisect_left(self._hits, first)
        del self._hits[kept:], self._ends[kept:]
        query = self.needle.query
        if not query:
            return
        texts = self._lowered if self.needle.any_case else self._sources
        found = [(index, count) for index in range(first, len(texts)) if (count := texts[index].count(query))]
        self._hits += [index for index, _ in found]
        before = self.total
        self._ends += [before + end for end in accumulate(count for _, count in found)]
        if self._at is not None and self._at >= self.total:
            self._at = self.total - 1 if self.total else None
