"""The live output pane: what a command prints, as it prints it. Splits and colours only the lines that are visible."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import ClassVar

from textual.binding import Binding
from textual.content import Content
from textual.strip import Strip

from pygent_engine.values import ToolResult

from ..views.output import EMPTY, Buffer, Chunk, Outputs
from .request import Request
from .sanitise import safe_text
from .sideways import SidewaysView


class OutputPane(SidewaysView):
    """Shows the current buffer of an Outputs: its command in the border, its lines, how it ended.

    Posts `FullAsked` for a call whose result was cut.
    """

    INTERVAL: ClassVar[float] = 1 / 16
    INVITATION: ClassVar[tuple[str, ...]] = ("No command has run yet.", "", "What a command prints appears here while it runs.")

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("f", "full", "Full output", show=False),
    ]

    class FullAsked(Request):
        """The user wants to see all that the shown call put out, in the file `path`."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._state: Outputs = EMPTY
        self._buffer: Buffer | None = None
        self._chosen: str | None = None
        self._ends: list[int] = []
        self._split: tuple[Chunk | None, list[str]] = (None, [])

    def show(self, state: Outputs) -> None:
        """Show the current buffer of `state`."""
        if state is not self._state:
            self._state = state
            self.touch()

    def action_full(self) -> None:
        if full := _full(self._buffer):
            self.post_message(self.FullAsked(full))

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
        self.set_extent(lines, self.widest, top)
        self.widen(lines)

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
        self.widest = 0
        self.scroll_x = 0
        name = "" if buffer.task_id == "main" else f"{buffer.task_id} · "
        self.border_title = Content(safe_text(f"Output · {name}{buffer.summary or buffer.name}"))

    def line(self, y: int) -> Strip:
        buffer = self._buffer
        if buffer is None:
            return self.empty_line(y)
        if y < buffer.lines:
            return self._kept_line(buffer, y)
        y -= buffer.lines
        if buffer.tail and y == 0:
            return self.colored(buffer.tail)
        if buffer.result is None:
            return self.row(("● running, no output yet", "muted"))
        return self._footer(buffer.result) if y == bool(buffer.tail) + _above_footer(buffer) else Strip.blank(0)

    def _kept_line(self, buffer: Buffer, y: int) -> Strip:
        index = bisect_right(self._ends, y)
        chunk = buffer.chunks[index]
        if self._split[0] is not chunk:
            self._split = (chunk, chunk.text.split("\n"))
        text = self._split[1][y - (self._ends[index - 1] if index else 0)]
        return self.row((text, "muted")) if chunk.note else self.colored(text)

    def _footer(self, result: ToolResult) -> Strip:
        word, role = {
            "ok": (f"exit {result.exit_code}" if result.exit_code is not None else "done", "error" if result.exit_code else "ok"),
            "error": ("failed", "error"),
            "denied": ("denied", "warn"),
            "timeout": ("timed out", "error"),
            "cancelled": ("cancelled", "warn"),
        }[result.status]
        mark = "✓" if role == "ok" else "✗"
        more = " · f shows the full output" if result.full_output else ""
        return self.row((f"{mark} {word}", role), (f" · {result.duration_s:.1f} s{more}", "muted"))


def _printed(buffer: Buffer) -> int:
    """The lines that the command put out."""
    return buffer.lines + bool(buffer.tail)


def _above_footer(buffer: Buffer) -> int:
    """The blank lines between what was printed and how it ended."""
    return min(1, _printed(buffer))


def _full(buffer: Buffer | None) -> str:
    """The file with all that the call put out; "" when there is none."""
    return buffer.result.full_output if buffer is not None and buffer.result is not None else ""
