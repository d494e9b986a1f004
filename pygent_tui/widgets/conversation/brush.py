"""Makes lines of text in the roles of the theme: cut to one line, or wrapped behind a gutter that tells whose they are."""

from __future__ import annotations

from collections.abc import Callable

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from .estimates import GUTTER, PREVIEW_CHARS

Parts = list[tuple[str, str]]
"""Texts, each with its role."""

DETAIL_CHARS = 60_000
_GOES_ON = "┃│┆"


class Brush:
    """`width` is what there is beside the gutter."""

    def __init__(self, width: int, look: Callable[[str], Style], console: Console) -> None:
        self.width = max(8, width - GUTTER - 1)
        self.look = look
        self.console = console

    def segments(self, parts: Parts) -> list[Segment]:
        return [Segment(text, self.look(role)) for text, role in parts if text]

    def strip(self, *parts: tuple[str, str]) -> Strip:
        return Strip(self.segments(list(parts)))

    def wrap(self, gutter: str, role: str, parts: Parts, *, limit: int = PREVIEW_CHARS) -> list[Strip]:
        """Text on as many lines as it needs, `limit` characters of each part; a sign in the gutter stands on the first line only."""
        text = Text(end="", tab_size=4)
        for part, part_role in parts:
            text.append(part[:limit], self.look(part_role))
            if len(part) > limit:
                text.append(f" … {len(part) - limit:,} more characters", self.look("comment"))
        return self.flow(gutter, role, text)

    def flow(self, gutter: str, role: str, text: Text, room: int = 0) -> list[Strip]:
        """`text` on lines of at most `room` cells, of all there is when that is 0."""
        follow = gutter if gutter[0] in _GOES_ON else " " * len(gutter)
        strips: list[Strip] = []
        for line in text.wrap(self.console, max(1, room or self.width + GUTTER - len(gutter))):
            line.end = ""
            strips.append(Strip([Segment(follow if strips else gutter, self.look(role)), *line.render(self.console)]))
        return strips

    def cut(self, text: Text, room: int) -> list[Segment]:
        """`text` in exactly `room` cells, on its own ground to the end."""
        line = text.copy()
        line.expand_tabs(4)
        line.truncate(max(1, room), overflow="ellipsis", pad=True)
        line.end = ""
        line.stylize_before(line.style)  # a text without spans is drawn without its own style
        return list(line.render(self.console))

    def fit(self, parts: Parts, end: Parts | None = None) -> Strip:
        """One line: the last part gives way, so that `end` stands at the right."""
        end = end or []
        room = self.width + GUTTER - sum(cell_len(text) for text, _ in end) - (2 if end else 0)
        used = sum(cell_len(text) for text, _ in parts[:-1])
        last, role = parts[-1]
        last = last[: 2 * self.width]
        if used + cell_len(last) > room:
            last = set_cell_size(last, max(0, room - used - 1)) + "…"
        gap = " " * (room - used - cell_len(last) + 2) if end else ""
        return Strip(self.segments([*parts[:-1], (last, role), (gap, role), *end]))
