"""The base of panes with lines that are wider than the pane: scrolled sideways, and marked where they are cut."""

from __future__ import annotations

from rich.segment import Segment
from textual.binding import Binding
from textual.strip import Strip

from ..line_view import LineView

STEP = 8
_CUT = "›"


class SidewaysView(LineView):
    """Left and Right scroll. A subclass calls `widen` when what is visible changed."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("left", "scroll_left", "Left", id="pane.left", show=False),
        Binding("right", "scroll_right", "Right", id="pane.right", show=False),
    ]

    DEFAULT_CSS = "SidewaysView { overflow-x: auto; }"

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.widest = 0

    def action_scroll_left(self) -> None:
        self.scroll_to(x=max(0, self.scroll_offset.x - STEP), animate=False)

    def action_scroll_right(self) -> None:
        self.scroll_to(x=self.scroll_offset.x + STEP, animate=False)

    def widen(self, lines: int) -> None:
        """Grow the scrollable width to the widest line seen so far; only visible ones are measured."""
        top = self.scroll_offset.y
        widest = max((self.line(y).cell_length for y in range(top, min(lines, top + self.page.height))), default=0)
        if widest > max(self.widest, self.page.width):
            self.widest = widest
            self.set_extent(lines, widest, top)

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        width, line = self.page.width, self.scroll_offset.y + y
        if width < 2 or self.virtual_size.width <= width or line >= self.virtual_size.height:
            return strip
        if self.line(line).cell_length <= self.scroll_offset.x + width:
            return strip
        mark = Strip([Segment(_CUT, self.rich_style + self.look("muted"))])
        return Strip.join([strip.crop(0, width - 1), mark, strip.crop(width)])
