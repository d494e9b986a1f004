"""The base of panes whose lines are not wrapped: what a command prints, in its own colours, scrolled sideways."""

from __future__ import annotations

from rich.ansi import AnsiDecoder
from rich.segment import Segment
from rich.text import Text
from textual.binding import Binding
from textual.strip import Strip

from .line_view import LineView

_STEP = 8


class SidewaysView(LineView):
    """Left and Right scroll. A subclass calls `widen` when what is visible changed."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("left,h", "scroll_left", "Left", show=False),
        Binding("right,l", "scroll_right", "Right", show=False),
    ]

    DEFAULT_CSS = "SidewaysView { overflow-x: auto; }"

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.widest = 0

    def action_scroll_left(self) -> None:
        self.scroll_to(x=max(0, self.scroll_offset.x - _STEP), animate=False)

    def action_scroll_right(self) -> None:
        self.scroll_to(x=self.scroll_offset.x + _STEP, animate=False)

    def widen(self, lines: int) -> None:
        """Grow the scrollable width to the widest line seen so far; only visible ones are measured."""
        top = self.scroll_offset.y
        widest = max((self.line(y).cell_length for y in range(top, min(lines, top + self.page.height))), default=0)
        if widest > max(self.widest, self.page.width):
            self.widest = widest
            self.set_extent(lines, widest, top)

    def colored(self, text: str) -> Strip:
        """One line with its SGR colours; a colour does not reach into the next line."""
        text = text.rstrip("\r")
        if "\x1b" not in text:
            return self.row((text.expandtabs(), "text"))
        decoded: Text = AnsiDecoder().decode_line(text)
        decoded.expand_tabs(8)
        segments = decoded.render(self.app.console, end="")
        # A filter turns a colour into a grey of its luminance, and so red into something that nobody can read.
        plain = self.app.no_color
        return Strip([Segment(part, style.without_color if plain and style else style) for part, style, _ in segments])
