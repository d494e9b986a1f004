"""A file with the full output of a command, as lines. Reads and draws only what is visible."""

from __future__ import annotations

from typing import ClassVar

from textual.content import Content
from textual.strip import Strip

from pygent_engine.untrusted import OutputCleaner

from ..text_file import TextFile
from .sanitise import safe_text
from .sideways import SidewaysView


class FullView(SidewaysView):
    """Begins at the top, for the end was shown before. The file is closed with the view."""

    FOLLOWS: ClassVar[bool] = False

    def __init__(self, file: TextFile, path: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._file = file
        lines = "1 line" if file.lines == 1 else f"{file.lines:,} lines"
        self.border_title = Content(safe_text(f"Full output · Esc closes · {lines} · {path}"))

    def on_unmount(self) -> None:
        self._file.close()

    def reflow(self) -> None:
        self.set_extent(self._file.lines, self.widest, self.scroll_offset.y)
        self.widen(self._file.lines)

    def scrolled(self) -> None:
        self.widen(self._file.lines)

    def line(self, y: int) -> Strip:
        return self.colored(OutputCleaner().feed(self._file.line(y)))
