"""Text in sections of whole lines, laid out as rows: one a line, or as many as its cells need at a width.

Only sections near what is shown are laid out; the others' heights are estimates until then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from itertools import accumulate
from typing import Protocol

from rich.cells import cell_len, split_graphemes

from pygent_engine.frozen import frozen

from ...tabs import spread
from ...views.sgr import plain
from ..heights import Heights

_LAID = 192
"""So many sections stay laid out where lines are wrapped; the output that is kept of a call has no more."""
_NEAR = 8
"""So many beyond those that there are, or where a line is a row: one takes 100 kB, and a command that prints without end makes
hundreds of them a second."""


class Source(Protocol):
    """The text of a call. Sections are added at the end and dropped at the start; the last two may change."""

    @property
    def call(self) -> Hashable:
        """Sources with another one have nothing to do with each other."""
        ...

    @property
    def first(self) -> int:
        """The number of the first line that is kept."""
        ...

    @property
    def sections(self) -> int: ...

    def start(self, section: int) -> int:
        """The number of the first line of a section, or of what would follow the last."""
        ...

    def section(self, line: int) -> int:
        """The section that holds the line with this number."""
        ...

    def text(self, section: int) -> str:
        """Its lines, joined by newlines, in their colours."""
        ...

    def key(self, section: int) -> Hashable:
        """Stands for the text: sections with the same one have the same."""
        ...

    def size(self, section: int) -> int:
        """About how many characters it has."""
        ...

    def note(self, section: int) -> bool:
        """Whether it says something about the output, and is none of it."""
        ...

    def opened(self, section: int) -> str:
        """The colour sequences that are open where it begins."""
        ...


@frozen
class Place:
    """A row by the number of its line, which stays when older lines are dropped, and the row within it."""

    line: int
    row: int = 0


@frozen
class Laid:
    """A section laid out: its lines without tabs, and where each one's rows end."""

    lines: list[str]
    ends: Sequence[int]


class Sheet:
    """The rows of a source. `width` None: a line is a row."""

    def __init__(self, source: Source, width: int | None = None) -> None:
        self.source = source
        self.width = width
        self._heights = Heights()
        self._laid: OrderedDict[tuple[Hashable, int | None], Laid] = OrderedDict()
        self._extend()

    def update(self, source: Source, width: int | None) -> None:
        """Lay `source` out, which mostly is what was there before and a little more."""
        old, self.source = self.source, source
        if old.call != source.call or old.first != source.first or width != self.width:
            self._heights = Heights()
        else:
            self._heights.truncate(max(0, min(len(self._heights), source.sections) - 2))
        if old.call != source.call:
            self._laid.clear()
        self.width = width
        self._extend()

    def _extend(self) -> None:
        if self.width is not None:
            self._heights.extend([self._estimate(section) for section in range(len(self._heights), self.source.sections)])

    @property
    def end(self) -> int:
        """The number of the line that would follow the last."""
        return self.source.start(self.source.sections)

    @property
    def rows(self) -> int:
        return self.end - self.source.first if self.width is None else self._heights.total

    def place(self, row: int) -> Place:
        """What stands in `row`; beyond the end, so many rows after the last line."""
        if row >= self.rows:
            return Place(self.end, row - self.rows)
        if self.width is None:
            return Place(self.source.first + row)
        section, within = self._heights.find(row)
        ends = self.laid(section).ends
        within = min(within, ends[-1] - 1)
        line = bisect_right(ends, within)
        return Place(self.source.start(section) + line, within - (ends[line - 1] if line else 0))

    def row(self, place: Place) -> int:
        """The row of `place`; the first one when its line is no longer kept."""
        if place.line >= self.end:
            return self.rows + place.row
        if self.width is None or place.line < self.source.first:
            return max(0, place.line - self.source.first)
        section = self.source.section(place.line)
        ends = self.laid(section).ends
        line = place.line - self.source.start(section)
        begin = ends[line - 1] if line else 0
        return self._heights.top(section) + min(begin + place.row, ends[line] - 1)

    def settle(self, place: Place, rows: int) -> None:
        """Give the sections within so many rows of `place` their true heights."""
        if self.width is None or not self.source.sections:
            return
        at = self.source.section(min(place.line, self.end - 1))
        self._measure(range(at, self.source.sections), rows + place.row)
        self._measure(range(at - 1, -1, -1), rows)

    def _measure(self, sections: range, rows: int) -> None:
        for section in sections:
            self._heights[section] = self.laid(section).ends[-1]
            rows -= self._heights[section]
            if rows < 0 and section != sections[0]:
                break

    def laid(self, section: int) -> Laid:
        """A section, laid out."""
        key = (self.source.key(section), self.width)
        laid = self._laid.get(key)
        if laid is None:
            laid = self._laid[key] = lay(self.source.text(section), self.width)
            most = _NEAR if self.width is None else min(_LAID, self.source.sections + _NEAR)
            while len(self._laid) > most:
                self._laid.popitem(last=False)
        else:
            self._laid.move_to_end(key)
        return laid

    def _estimate(self, section: int) -> int:
        """Of few sections the true height, so that all of them can be selected and copied."""
        if self.source.sections <= _LAID:
            return self.laid(section).ends[-1]
        lines = self.source.start(section + 1) - self.source.start(section)
        return max(lines, self.source.size(section) // (self.width or 1))


def lay(text: str, width: int | None) -> Laid:
    """The lines of `text`, and where their rows end at `width` cells."""
    lines = [spread(line) for line in text.split("\n")] if "\t" in text else text.split("\n")
    if width is None:
        return Laid(lines, range(1, len(lines) + 1))
    bare = plain("\n".join(lines)).split("\n")
    if text.isascii():
        return Laid(lines, list(accumulate([-(-len(line) // width) or 1 for line in bare])))
    return Laid(lines, list(accumulate([len(folds(line, width)) + 1 for line in bare])))


def folds(text: str, width: int) -> list[int]:
    """The characters of `text` that begin a new row at `width` cells."""
    if text.isascii():
        return list(range(width, len(text), width))
    if 2 * len(text) <= width or cell_len(text) <= width:
        return []
    found: list[int] = []
    column = 0
    for start, _, cells in split_graphemes(text)[0]:
        if column + cells > width and start:
            found.append(start)
            column = 0
        column += cells
    return found
