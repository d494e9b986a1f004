"""The part of a panel that is read: its lines, wrapped without loss, scrolled when there are more than fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ...views.exact import Line, Piece
from ..wrapping import wrapped

_NARROWEST = 4  # cells beside the gutter
Row = tuple[str, list[Piece], str]


class AskBody(ScrollView, can_focus=False):
    """Draws lines in at most the room that its owner leaves, who also scrolls it. `hidden` tells how many rows stand below what is seen."""

    DEFAULT_CSS = """
    AskBody { height: auto; background: $surface; scrollbar-size-vertical: 1; overflow-x: hidden; }
    AskBody > .ask--strong, AskBody > .ask--chosen { text-style: bold; }
    AskBody > .ask--chosen { color: $text-primary; }
    AskBody > .ask--added { color: $text-success; }
    AskBody > .ask--removed { color: $text-error; }
    AskBody > .ask--mark { color: $text-warning; }
    AskBody:nocolor > .ask--mark, AskBody:ansi > .ask--mark { text-style: reverse; }
    AskBody > .ask--muted { color: $text-muted; }
    """
    COMPONENT_CLASSES = {f"ask--{name}" for name in ("plain", "strong", "chosen", "added", "removed", "mark", "muted")}  # noqa: RUF012

    def __init__(self, room: Callable[[Size, Size, int], int]) -> None:
        super().__init__(classes="body")
        self._room = room
        self._lines: tuple[Line, ...] = ()
        self._width = 0
        self._rows: list[Row] = []
        self._starts: list[int] = []

    def show(self, lines: Iterable[Line]) -> None:
        """Draw these lines instead."""
        self._lines, self._width = tuple(lines), 0
        self._lay_out()
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return min(sum(len(self._wrapped(line, width)) for line in self._lines), self._room(container, viewport, width))

    @property
    def hidden(self) -> int:
        return max(0, len(self._rows) - self.scroll_offset.y - self.scrollable_content_region.height)

    def shows(self, lines: int) -> bool:
        """Whether the first `lines` lines are seen, all of them at once."""
        rows = self._starts[lines] if lines < len(self._starts) else len(self._rows)
        return not self.scroll_offset.y and 0 < rows <= self.scrollable_content_region.height

    def reveal(self, index: int) -> None:
        """Scroll as little as it takes to see the line `index`, its first row before all."""
        if not index < len(self._starts):
            return
        first = self._starts[index]
        last = self._starts[index + 1] if index + 1 < len(self._starts) else len(self._rows)
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        wanted = min(first, max(top, last - height))
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

    def on_resize(self) -> None:
        self._lay_out()

    def render_line(self, y: int) -> Strip:
        at = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        ground = self.rich_style
        if at >= len(self._rows):
            return Strip.blank(width, ground)
        gutter, pieces, role = self._rows[at]
        style = self._style(role)
        segments = [Segment(gutter, style if role != "plain" else self._style("muted"))]
        segments += [Segment(text, self._style("mark") if mark else style) for text, mark in pieces]
        return Strip(segments).adjust_cell_length(width, ground)

    def _style(self, role: str) -> Style:
        return self.get_component_rich_style(f"ask--{role}")

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        if width == self._width:
            return
        self._width, self._rows, self._starts = width, [], []
        for line in self._lines:
            self._starts.append(len(self._rows))
            self._rows += self._wrapped(line, width)
        self.virtual_size = Size(width, len(self._rows))
        self.refresh()

    def _wrapped(self, line: Line, width: int) -> list[Row]:
        rows = wrapped(line.pieces, max(_NARROWEST, width - len(line.gutter)))
        return [(line.more if at else line.gutter, row, line.role) for at, row in enumerate(rows)]
