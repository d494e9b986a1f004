"""The strip below the board: the task under its cursor, in as many lines as there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.strip import Strip

from pygent_engine.task_values import TaskView

from ...views.board import EMPTY, Board
from ...views.board_detail import Said, detail
from ..line_view import LineView
from ..sanitise import one_line
from ..wrapping import wrapped
from .rows import Parts, fit

_LABEL = 10
_LONGEST = 2_000  # characters of a text that can matter here


class BoardDetail(LineView, can_focus=False):
    """Shows one task, or nothing."""

    FOLLOWS: ClassVar[bool] = False
    DEFAULT_CSS = "BoardDetail { border-top: solid $border-blurred; padding: 0 1; scrollbar-size: 0 0; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.diff_key = ""
        """The key that shows what a task changed."""
        self._view: TaskView | None = None
        self._board: Board = EMPTY
        self._now = 0.0
        self._lines: list[Parts] = []

    def show(self, view: TaskView | None, board: Board) -> None:
        """Show `view`, a row of `board`; another task at once."""
        known = self._view is not None and view is not None and view.id == self._view.id
        self._view, self._board = view, board
        if known:
            self.touch()
        else:
            self.flush()

    def tick(self, now: float) -> None:
        """Tell the times as they are at `now` (Unix seconds)."""
        if int(now) != int(self._now):
            self._now = now
            self.touch()
        self._now = now

    def reflow(self) -> None:
        told = () if self._view is None else detail(self._view, self._board, self._now, self.diff_key)
        self._lines = laid(told, self.page.width, self.page.height)
        self.set_extent(len(self._lines), self.page.width, 0)

    def line(self, y: int) -> Strip:
        return self.row(*self._lines[y]) if y < len(self._lines) else self.row()


def laid(told: Sequence[Said], width: int, height: int) -> list[Parts]:
    """`told` in at most `height` lines: one for each, then more for those that have more to say, the most needed first."""
    shown = told[: max(0, height)]
    spare = max(0, height) - len(shown)
    lines: list[Parts] = []
    for said in shown:
        texts = _folded(said, max(1, width - (_LABEL if said.label else 0)), 1 + spare)
        spare -= len(texts) - 1
        for number, text in enumerate(texts):
            label = f"{said.label if number == 0 else '':<{_LABEL}}" if said.label else ""
            lines.append([(label, "muted"), (text, said.role)])
    return lines


def _folded(said: Said, width: int, most: int) -> list[str]:
    """The text of `said` in so many lines at most; the last says when there is more."""
    text = one_line(said.text[:_LONGEST])
    most = min(most, said.lines)
    if most == 1:
        return [fit(text, width).rstrip()]
    rows = ["".join(piece for piece, _ in row) for row in wrapped(((text, False),), width)]
    return rows if len(rows) <= most else [*rows[: most - 1], fit("".join(rows[most - 1 :]), width)]
