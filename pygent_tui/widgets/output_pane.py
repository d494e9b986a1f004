"""The live output pane: what a command prints, as it prints it. Splits and colours only the lines that are visible."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import ClassVar

from rich.ansi import AnsiDecoder
from rich.segment import Segment
from rich.text import Text
from textual.binding import Binding
from textual.content import Content
from textual.strip import Strip

from pygent_engine.values import ToolResult

from ..views.output import EMPTY, Buffer, Chunk, Outputs
from .line_view import LineView
from .sanitise import safe_text

_SIDEWAYS = 8


class OutputPane(LineView):
    """Shows the current buffer of an Outputs: its command in the border, its lines, how it ended.

    Lines are not wrapped; Left and Right scroll.
    """

    INTERVAL: ClassVar[float] = 1 / 16
    INVITATION: ClassVar[tuple[str, ...]] = ("No command has run yet.", "", "What a command prints appears here while it runs.")

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("left,h", "scroll_left", "Left", show=False),
        Binding("right,l", "scroll_right", "Right", show=False),
    ]

    DEFAULT_CSS = "OutputPane { overflow-x: auto; }"

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._state: Outputs = EMPTY
        self._buffer: Buffer | None = None
        self._chosen: str | None = None
        self._ends: list[int] = []
        self._width = 0
        self._split: tuple[Chunk | None, list[str]] = (None, [])

    def show(self, state: Outputs) -> None:
        """Show the current buffer of `state`."""
        if state is not self._state:
            self._state = state
            self.touch()

    def action_scroll_left(self) -> None:
        self.scroll_to(x=max(0, self.scroll_offset.x - _SIDEWAYS), animate=False)

    def action_scroll_right(self) -> None:
        self.scroll_to(x=self.scroll_offset.x + _SIDEWAYS, animate=False)

    # ------------------------------------------------------------ lines

    def reflow(self) -> None:
        old, new = self._buffer, self._wanted()
        self._buffer = new
        if new is None:
            self.set_extent(len(self.empty_lines()), 0, 0)
            return
        top = self.scroll_offset.y
        if old is None or old.call_id != new.call_id:
            self._begin(new)
            top = 0
        else:
            top = max(0, top - (new.dropped - old.dropped))
        if old is None or old.chunks is not new.chunks:
            self._ends = list(accumulate(chunk.lines for chunk in new.chunks))
        lines = _printed(new) + (_above_footer(new) + 1 if new.result else 0) or 1
        self.set_extent(lines, self._width, top)
        self._widen(lines)

    def _wanted(self) -> Buffer | None:
        """The current buffer; but what the user reads above its end stays until they let it go or choose another."""
        if self._buffer is not None and not self.following and self._state.selected == self._chosen:
            held = self._buffer.call_id
            for buffer in self._state.buffers:
                if buffer.call_id == held:
                    return buffer
        self._chosen = self._state.selected
        return self._state.current

    def _begin(self, buffer: Buffer) -> None:
        """Another call is shown: from its end, and from the left."""
        self.following = True
        self._width = 0
        self.scroll_x = 0
        name = "" if buffer.task_id == "main" else f"{buffer.task_id} · "
        self.border_title = Content(safe_text(f"Output · {name}{buffer.summary or buffer.name}"))

    def _widen(self, lines: int) -> None:
        """Grow the scrollable width to the widest line seen so far; only visible ones are measured."""
        top = self.scroll_offset.y
        widest = max((self.line(y).cell_length for y in range(top, min(lines, top + self.page.height))), default=0)
        if widest > max(self._width, self.page.width):
            self._width = widest
            self.set_extent(lines, widest, top)

    def line(self, y: int) -> Strip:
        buffer = self._buffer
        if buffer is None:
            return self.empty_line(y)
        if y < buffer.lines:
            return self._kept_line(buffer, y)
        y -= buffer.lines
        if buffer.tail and y == 0:
            return self._colored(buffer.tail)
        if buffer.result is None:
            return self.row(("● running, no output yet", "muted"))
        return self._footer(buffer.result) if y == bool(buffer.tail) + _above_footer(buffer) else Strip.blank(0)

    def _kept_line(self, buffer: Buffer, y: int) -> Strip:
        index = bisect_right(self._ends, y)
        chunk = buffer.chunks[index]
        if self._split[0] is not chunk:
            self._split = (chunk, chunk.text.split("\n"))
        text = self._split[1][y - (self._ends[index - 1] if index else 0)]
        return self.row((text, "muted")) if chunk.note else self._colored(text)

    def _colored(self, text: str) -> Strip:
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

    def _footer(self, result: ToolResult) -> Strip:
        word, role = {
            "ok": (f"exit {result.exit_code}" if result.exit_code is not None else "done", "error" if result.exit_code else "ok"),
            "error": ("failed", "error"),
            "denied": ("denied", "warn"),
            "timeout": ("timed out", "error"),
            "cancelled": ("cancelled", "warn"),
        }[result.status]
        mark = "✓" if role == "ok" else "✗"
        return self.row((f"{mark} {word}", role), (f" · {result.duration_s:.1f} s", "muted"))


def _printed(buffer: Buffer) -> int:
    """The lines that the command put out."""
    return buffer.lines + bool(buffer.tail)


def _above_footer(buffer: Buffer) -> int:
    """The blank lines between what was printed and how it ended."""
    return min(1, _printed(buffer))
