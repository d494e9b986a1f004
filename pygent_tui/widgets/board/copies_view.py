"""The copies of one prompt in columns where there is room, else one below the other."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from ...views.comparing import Comparing, Line, block, column, in_columns
from ..fitting import cut
from ..line_view import LineView
from ..sanitise import safe_text

_BETWEEN = " │ "
_FRAME = 2  # lines


class CopiesView(LineView):
    """`show` it what is compared. Posts `Clicked`."""

    FOLLOWS: ClassVar[bool] = False

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("right", "screen.step(1)", "Choose the next copy", id="compare.next", show=False),
        Binding("left", "screen.step(-1)", "Choose the copy before", id="compare.previous", show=False),
    ]

    class Clicked(Message):
        """The copy at `at` was clicked."""

        def __init__(self, at: int) -> None:
            super().__init__()
            self.at = at

    def __init__(self, state: Comparing, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._state = state
        self._lines: list[Strip] = []
        self._owners: list[int] = []
        """For each line the copy that it is of, -1 where columns share it."""

    def show(self, state: Comparing) -> None:
        """Show `state`; another choice at once, for a key made it."""
        before, self._state = self._state, state
        if state.chosen != before.chosen:
            self.flush()
        elif state is not before:
            self.touch()

    # ------------------------------------------------------------ lines

    def reflow(self) -> None:
        if in_columns(len(self._state.copies), self.page.width):
            self._columns()
        else:
            self._blocks()
        top = self.scroll_offset.y
        if self._owners and self._owners[0] >= 0:  # the chosen one is seen
            first = self._owners.index(self._state.chosen)
            top = min(first, max(top, first + 3 - self.page.height))
        self.styles.height = len(self._lines) + _FRAME
        self.set_extent(len(self._lines), self.page.width, top)

    def line(self, y: int) -> Strip:
        return self._lines[y] if y < len(self._lines) else self.row()

    def _columns(self) -> None:
        count = len(self._state.copies)
        room = self._room
        columns = [column(self._state, at, room) for at in range(count)]
        self._lines = []
        for row in zip(*columns, strict=True):
            parts = [part for at, line in enumerate(row) for part in (*_fitted(line, room), *(((_BETWEEN, "muted"),) * (at < count - 1)))]
            self._lines.append(self.row(*parts))
        self._owners = [-1] * len(self._lines)

    def _blocks(self) -> None:
        drawn = [(at, line) for at in range(len(self._state.copies)) for line in block(self._state, at, self.page.width)]
        self._lines = [self.row(*_fitted(line, self.page.width)) for _, line in drawn]
        self._owners = [at for at, _ in drawn]

    @property
    def _room(self) -> int:
        """The width of one column."""
        count = len(self._state.copies)
        return (self.page.width - len(_BETWEEN) * (count - 1)) // count

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        y = self.scroll_offset.y + offset.y
        if y < len(self._owners):
            at = self._owners[y] if self._owners[y] >= 0 else offset.x // (self._room + len(_BETWEEN))
            self.post_message(self.Clicked(at))


def _fitted(line: Line, room: int) -> list[tuple[str, str]]:
    """`line` in exactly `room` cells."""
    parts: list[tuple[str, str]] = []
    left = room
    for text, role in line:
        shown = cut(safe_text(" ".join(text.splitlines())), left)
        parts.append((shown, role))
        left -= cell_len(shown)
    return [*parts, (" " * left, "text")]
