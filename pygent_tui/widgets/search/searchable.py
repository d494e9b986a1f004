"""What a pane offers to be searched, and how matches are shown in a line."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from ...views.needle import Needle, Span

Position = tuple[int, int]
"""Which match it is, counted from 1, and of how many."""


@runtime_checkable
class Searchable(Protocol):
    """A pane with a search. One that finds more while it works tells with `LineView.tell_search`."""

    def find(self, query: str) -> int:
        """Mark what `query` finds, go to the match at or after the place that is read; how many there are so far."""
        ...

    def step(self, backwards: bool = False) -> Position | None:
        """Go to the next match, or the one before; beyond the last comes the first. None when nothing is found."""
        ...

    def clear(self) -> None:
        """Forget the search; nothing is marked any more."""
        ...


def highlight(strip: Strip, query: Needle, style: Style, current: int | None = None, strong: Style | None = None) -> Strip:
    """`strip` with the matches of `query` in `style`, the one at index `current` in `strong`; the very strip without any."""
    spans = query.spans(strip.text)
    if not spans:
        return strip
    pieces: list[Segment] = []
    end = 0
    for index, (start, stop) in enumerate(spans):
        pieces += part(strip, (end, start))
        look = strong if strong is not None and index == current else style
        pieces += [Segment(text, (own or Style.null()) + look) for text, own, _ in part(strip, (start, stop))]
        end = stop
    return Strip([*pieces, *part(strip, (end, len(strip.text)))])


def part(strip: Strip, span: Span) -> list[Segment]:
    """The segments of the characters in `span`."""
    found: list[Segment] = []
    at = 0
    for text, style, _ in strip:
        if piece := text[max(0, span[0] - at) : max(0, span[1] - at)]:
            found.append(Segment(piece, style))
        at += len(text)
    return found
