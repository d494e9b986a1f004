"""Those who wait for an answer, a line each with how long they do, the one that is asked now marked. A click chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from ..fitting import cut
from ..sanitise import one_line

_MOST = 4
_LEAST = 20  # cells of a row that are more than its wait


class AskList(Widget):
    """Shown when several wait; of many, those around the current one. In a place of its own (`whole`) it takes all of it."""

    SCOPED_CSS = False  # the screen's classes count
    DEFAULT_CSS = """
    AskList { height: auto; margin-bottom: 1; text-wrap: nowrap; display: none; }
    AskList.-several { display: block; }
    .-short AskList, .-short AskList.-several { display: none; }
    AskList.-whole, .-short AskList.-whole { display: block; height: 1fr; margin: 0; padding: 0 1; }
    """

    @dataclass
    class Clicked(Message):
        """The user wants to see the one at `at`."""

        at: int

    @dataclass
    class Stepped(Message):
        """The wheel goes on by `step`."""

        step: int

    def __init__(self, *, whole: bool = False, id: str | None = None) -> None:
        super().__init__(id=id, classes="-whole" if whole else None)
        self._whole = whole
        self._rows: tuple[str, ...] = ()
        self._waits: tuple[str, ...] = ()
        self._at = 0

    def show(self, rows: Sequence[str], at: int, waits: Sequence[str] = ()) -> None:
        """Who waits, and how long each has."""
        said = (tuple(rows), tuple(waits), at)
        if said == (self._rows, self._waits, self._at):
            return
        taller = len(rows) != len(self._rows)
        self._rows, self._waits, self._at = said
        self.set_class(len(rows) > 1, "-several")
        self.refresh(layout=taller)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows) if self._whole else min(_MOST, len(self._rows))

    @property
    def count(self) -> int:
        """How many wait."""
        return len(self._rows)

    @property
    def shown(self) -> range:
        """The places of those that are seen."""
        room = self.content_size.height if self._whole else _MOST
        first = max(0, min(self._at - max(1, room // 2), len(self._rows) - room))
        return range(first, min(len(self._rows), first + room))

    def render(self) -> Content:
        return Content("\n").join([self._line(index) for index in self.shown])

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < len(self.shown):
            event.stop()
            self.post_message(self.Clicked(self.shown[offset.y]))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.post_message(self.Stepped(1))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.post_message(self.Stepped(-1))

    def _line(self, index: int) -> Content:
        current = index == self._at
        wide = len(str(len(self._rows)))
        text = f"{'›' if current else ' '} {index + 1:>{wide}}  {one_line(self._rows[index])}"
        wait = self._waits[index] if index < len(self._waits) else ""
        room = self.content_size.width - cell_len(wait) - 2
        text = f"{set_cell_size(cut(text, room), room)}  {wait}" if wait and room >= _LEAST else cut(text, self.content_size.width)
        return Content.styled(text, "bold $text-primary" if current else "$text-muted")
