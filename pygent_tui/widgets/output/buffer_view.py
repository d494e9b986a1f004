"""Shows what is kept of one call's output, as it comes, and how the call ended."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.strip import Strip

from pygent_engine.values import ToolResult

from ...bound import key_of
from ...views.copies import command
from ...views.output import Buffer
from ...views.sgr import plain
from ..request import CopyAsked, Request
from .buffer_source import BufferSource
from .printed import Printed
from .sheet import Source

MAX_COPY = 1_000_000
"""So many characters of an output are copied at most: a clipboard is no file."""


class BufferView(Printed):
    """A subclass, or whoever made it, sets `buffer` and calls `touch`."""

    INTERVAL: ClassVar[float] = 1 / 16

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("s", "save", "Save to a file", id="output.save", show=False),
        Binding("y", "copy", "Copy the command", id="output.copy", show=False),
        Binding("Y", "copy_all", "Copy the output", id="output.copy-all", show=False),
    ]

    class SaveAsked(Request):
        """The user wants all that a call put out in a file of their own."""

        def __init__(self, buffer: Buffer) -> None:
            super().__init__()
            self.buffer = buffer

    def __init__(self, *, wrap: bool = False, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(wrap=wrap, name=name, id=id, classes=classes)
        self.buffer: Buffer | None = None

    def source(self) -> Source | None:
        return None if self.buffer is None else BufferSource(self.buffer)

    # ------------------------------------------------------------ how the call goes

    def below(self) -> int:
        buffer = self.buffer
        if buffer is None or (buffer.result is None and self._printed(buffer)):
            return 0
        return 1 + self._printed(buffer)

    def line_below(self, y: int) -> Strip:
        buffer = self.buffer
        if buffer is None or y < self._printed(buffer):
            return Strip.blank(0)
        return self.row(("● running, no output yet", "muted")) if buffer.result is None else self._footer(buffer.result)

    @staticmethod
    def _printed(buffer: Buffer) -> bool:
        """Whether the command put anything out; a blank line stands below that."""
        return bool(buffer.lines or buffer.tail)

    def _footer(self, result: ToolResult) -> Strip:
        mark, word, role = ending(result)
        more = f" · {key_of(self, 'output.full')} shows the full output" if result.full_output and self.offers_more else ""
        return self.row((f"{mark} {word}", role), (f" · {result.duration_s:.1f} s{more}", "muted"))

    @property
    def offers_more(self) -> bool:
        """Whether `f` shows more than is seen here."""
        return False

    # ------------------------------------------------------------ keys

    def action_save(self) -> None:
        if self.buffer is not None:
            self.post_message(self.SaveAsked(self.buffer))

    def action_copy(self) -> None:
        if self.buffer is not None:
            self.post_message(CopyAsked(command(self.buffer), "the command"))

    def action_copy_all(self) -> None:
        if self.buffer is not None:
            self.post_message(CopyAsked(*copied(self.buffer)))


def ending(result: ToolResult) -> tuple[str, str, str]:
    """How a call ended: a mark, a word, and the role that both are drawn in."""
    word, role = {
        "ok": (f"exit {result.exit_code}" if result.exit_code is not None else "done", "error" if result.exit_code else "ok"),
        "error": ("failed", "error"),
        "denied": ("denied", "warn"),
        "timeout": ("timed out", "error"),
        "cancelled": ("cancelled", "warn"),
    }[result.status]
    mark = "■" if result.status == "cancelled" else "✓" if role == "ok" else "✗"
    return mark, word, role


def copied(buffer: Buffer) -> tuple[str, str]:
    """The output without its colours, and what it is called: only its end, when there is more."""
    text = plain(buffer.text)
    cut = buffer.dropped or len(text) > MAX_COPY or (buffer.result is not None and buffer.result.full_output)
    return text[-MAX_COPY:], "the end of the output (s saves all of it)" if cut else "the output"
