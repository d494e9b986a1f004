"""What a search finds in the text of a call: how much, where, and which match comes next."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from ...tabs import searched
from ...views.needle import Needle
from ..search.searchable import Position
from .sheet import Source


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """A match by the number of its line, and which of that line's it is."""

    line: int
    index: int = 0


class Matches:
    """Counts by section, and the match that is current. Counts are taken here, unless somebody else gives them."""

    def __init__(self, query: str) -> None:
        self.needle = Needle(query)
        self.current: Hit | None = None
        self._counts: Sequence[int] = ()
        self._known: dict[Hashable, int] = {}
        self._source: Source | None = None

    @property
    def total(self) -> int:
        return sum(self._counts)

    def count(self, source: Source) -> None:
        """Look at what is new in `source`."""
        keys = [source.key(section) for section in range(source.sections)]
        known = self._known
        self._known = {
            key: known[key] if key in known else self.needle.count(searched(source.text(section))) for section, key in enumerate(keys)
        }
        self.counted(source, [self._known[key] for key in keys])

    def counted(self, source: Source, counts: Sequence[int]) -> None:
        """So many matches are in the sections of `source`, as far as they are known."""
        self._source, self._counts = source, counts

    @property
    def position(self) -> Position | None:
        """Which match is current, and of how many; None when that one is no longer kept, or none is."""
        if self.current is None or self._source is None or not self._source.first <= self.current.line:
            return None
        section = self._source.section(self.current.line)
        if section >= len(self._counts):
            return None
        hits = self._hits(section)
        return (sum(self._counts[:section]) + hits.index(self.current) + 1, self.total) if self.current in hits else None

    def go(self, line: int) -> Hit | None:
        """Make the first match at or after `line` the current one, or the first of all."""
        self.current = None
        if self._source is not None and self._counts:
            at = min(max(0, self._source.section(max(line, self._source.first))), len(self._counts) - 1)
            self.current = self._next(at, Hit(line, -1), backwards=False)
        return self.current

    def step(self, line: int, backwards: bool) -> Hit | None:
        """Make the next match, or the one before, the current one; without one, look from `line`."""
        if self._source is None or not self._counts:
            return None
        begin = self.current or Hit(line, -1)
        begin = max(begin, Hit(self._source.first, -1))
        at = min(self._source.section(begin.line), len(self._counts) - 1)
        self.current = self._next(at, begin, backwards)
        return self.current

    def _next(self, at: int, begin: Hit, backwards: bool) -> Hit | None:
        """The match after (or before) `begin`, which stands in the section `at`; round the end and back to it."""
        beyond = [hit for hit in self._hits(at) if (hit < begin if backwards else hit > begin)]
        if beyond:
            return beyond[-1 if backwards else 0]
        sections = len(self._counts)
        for distance in range(1, sections + 1):
            section = (at - distance if backwards else at + distance) % sections
            if self._counts[section] and (hits := self._hits(section)):
                return hits[-1 if backwards else 0]
        return None

    def _hits(self, section: int) -> list[Hit]:
        assert self._source is not None
        start = self._source.start(section)
        return [
            Hit(start + number, index)
            for number, line in enumerate(searched(self._source.text(section)).split("\n"))
            for index in range(self.needle.count(line))
        ]
