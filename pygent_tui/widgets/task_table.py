"""The board pane: delegated tasks as rows with a cursor. Posts what the user wants with a task; decides nothing."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.content import Content
from textual.events import Blur, Click, Focus
from textual.strip import Strip

from pygent_engine.task_values import TaskState

from ..views.board import EMPTY, Board, Counts, Row
from ..views.status_line import elapsed
from .line_view import LineView
from .request import Request
from .sanitise import one_line

_ONE_LINE = 66
"""From this width on a task needs one line, below it two."""

_STATES = {
    TaskState.queued: ("○", "muted", "queued"),
    TaskState.starting: ("◐", "agent", "starting"),
    TaskState.running: ("●", "agent", "running"),
    TaskState.waiting: ("◐", "warn", "waiting"),
    TaskState.finished: ("✓", "ok", "finished"),
    TaskState.failed: ("✗", "error", "failed"),
    TaskState.cancelled: ("■", "muted", "cancelled"),
    TaskState.timed_out: ("✗", "error", "timed out"),
}
_STATE_WIDTH = 12
_TIME_WIDTH = 8
_TITLE_FRAME = 2  # cells of a border that its title cannot have, beyond those of the pane
_MAX_ID = 12

Parts = list[tuple[str, str]]


class TaskTable(LineView):
    """Shows a Board. Rows stand in the order of their creation and never move under the cursor."""

    FOLLOWS: ClassVar[bool] = False
    INVITATION: ClassVar[tuple[str, ...]] = (
        "No delegated tasks yet.",
        "",
        "Ask Pygent to delegate work; each task runs on its own, beside the conversation.",
    )

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("enter", "select", "Show its output", id="board.select", show=False),
        Binding("x", "cancel", "Cancel the task", id="board.cancel", show=False),
    ]

    class Selected(Request):
        """The user wants to look at a task."""

        def __init__(self, task_id: str) -> None:
            super().__init__()
            self.task_id = task_id

    class CancelAsked(Request):
        """The user wants a task that has not ended to be cancelled."""

        def __init__(self, task_id: str) -> None:
            super().__init__()
            self.task_id = task_id

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._state: Board = EMPTY
        self._board: Board = EMPTY
        """What is laid out; a newer state waits for the next reflow."""
        self._height = 1
        """Lines for each row."""
        self._id_width = 0
        self._cursor = 0
        self._now = 0.0
        self._titled = (Counts(), 0)

    # ------------------------------------------------------------ attributes down

    def show(self, board: Board) -> None:
        """Show `board`; the cursor stays on its task."""
        if board is not self._state:
            self._state = board
            self.touch()

    def tick(self, now: float) -> None:
        """Show the elapsed times as they are at `now` (Unix seconds)."""
        changed = int(now) != int(self._now)
        self._now = now
        if changed and self._state.running:
            self.touch()

    # ------------------------------------------------------------ lines

    def reflow(self) -> None:
        self._board = self._state
        before, self._height = self._height, 1 if self.page.width >= _ONE_LINE else 2
        self._id_width = min(_MAX_ID, max((cell_len(row.id) for row in self._board.rows), default=0))
        rows = self._board.rows
        self._cursor = min(self._cursor, max(0, len(rows) - 1))
        lines = len(rows) * self._height if rows else len(self.empty_lines())
        top = self.scroll_offset.y // before * self._height if before != self._height else self.scroll_offset.y
        self.set_extent(lines, self.page.width, min(top, max(0, lines - self.page.height)))
        title = (self._board.counts, self.page.width)
        if title != self._titled:
            self._titled = title
            self.border_title = Content.assemble(*_title(*title))

    def line(self, y: int) -> Strip:
        if not self._board.rows:
            return self.empty_line(y)
        place, part = divmod(y, self._height)
        if place >= len(self._board.rows):  # a repaint between a new board and its layout
            return self.row()
        row = self._board.rows[place]
        draw = self._whole if self._height == 1 else (self._first, self._second)[part]
        strip = self.row(*draw(row))
        return self._under_cursor(strip) if self.has_focus and place == self._cursor else strip

    def _whole(self, row: Row) -> Parts:
        """State, id, title, last action and elapsed time on one line."""
        sign, role, word = _state(row)
        room = self.page.width - _STATE_WIDTH - self._id_width - _TIME_WIDTH - 3
        title = room * 2 // 5
        return [
            (_fit(f"{sign} {word}", _STATE_WIDTH), role),
            (_fit(row.id, self._id_width) + " ", "strong"),
            (_fit(row.title, title) + "  ", "text"),
            (_fit(_action(row), room - title), "error" if row.error else "muted"),
            (f"{self._elapsed(row):>{_TIME_WIDTH}}", "muted"),
        ]

    def _first(self, row: Row) -> Parts:
        room = self.page.width - 2 - self._id_width - _TIME_WIDTH - 1
        sign, role, _ = _state(row)
        return [
            (f"{sign} ", role),
            (_fit(row.id, self._id_width) + " ", "strong"),
            (_fit(row.title, room), "text"),
            (f"{self._elapsed(row):>{_TIME_WIDTH}}", "muted"),
        ]

    def _second(self, row: Row) -> Parts:
        _, role, word = _state(row)
        room = self.page.width - 2 - cell_len(word) - 3
        action = _action(row)
        return [("  ", "muted"), (word, role), (f" · {_fit(action, room).rstrip()}" if action else "", "error" if row.error else "muted")]

    def _elapsed(self, row: Row) -> str:
        if row.started_at is None:
            return ""
        return elapsed((row.ended_at or max(self._now, row.started_at)) - row.started_at)

    def _under_cursor(self, strip: Strip) -> Strip:
        ground = self.look("cursor")
        line = strip.adjust_cell_length(self.page.width, ground)
        ink = ground.color if ground.reverse else None  # one ground, not one for each colour of the text
        under = Style(color=ink, bgcolor=ground.bgcolor, bold=ground.bold, reverse=ground.reverse)
        return Strip([Segment(text, under if style is None else style + under) for text, style, _ in line])

    # ------------------------------------------------------------ the cursor

    def on_focus(self, event: Focus) -> None:
        self.refresh()

    def on_blur(self, event: Blur) -> None:
        self.refresh()

    def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None:
            self._move_to((self.scroll_offset.y + offset.y) // self._height)

    def action_scroll_up(self) -> None:
        self._move_to(self._cursor - 1)

    def action_scroll_down(self) -> None:
        self._move_to(self._cursor + 1)

    def action_page_up(self) -> None:
        self._move_to(self._cursor - self.page.height // self._height)

    def action_page_down(self) -> None:
        self._move_to(self._cursor + self.page.height // self._height)

    def action_scroll_home(self) -> None:
        self._move_to(0)

    def action_scroll_end(self) -> None:
        self._move_to(len(self._board.rows) - 1)

    def action_select(self) -> None:
        if self._board.rows:
            self.post_message(self.Selected(self._board.rows[self._cursor].id))

    def action_cancel(self) -> None:
        if self._board.rows and not self._board.rows[self._cursor].state.ended:
            self.post_message(self.CancelAsked(self._board.rows[self._cursor].id))

    def _move_to(self, place: int) -> None:
        """Put the cursor on a row, and the row into view."""
        self._cursor = max(0, min(place, len(self._board.rows) - 1))
        first = self._cursor * self._height
        top, page = self.scroll_offset.y, self.page.height
        self.jump(min(first, max(top, first + self._height - page)))
        self.refresh()


def _state(row: Row) -> tuple[str, str, str]:
    """Sign, role and word of a row's state; a question to the user comes before everything."""
    return ("?", "warn", "needs you") if row.asks else _STATES[row.state]


def _action(row: Row) -> str:
    return row.error or row.last_action or ("" if row.state.ended else row.persona)


def _title(counts: Counts, width: int) -> Parts:
    """How many tasks stand how, as much of it as there is room for; first, and to be seen, those that wait for the user."""
    told = (
        (counts.asking, "needs you" if counts.asking == 1 else "need you", "bold $text-warning"),
        (counts.working, "working", ""),
        (counts.queued, "queued", ""),
        (counts.failed, "failed", ""),
        (counts.finished, "done", ""),
    )
    title: Parts = [("Tasks", "")]
    for part in [(f" · {count} {word}", style) for count, word, style in told if count]:
        if sum(len(text) for text, _ in [*title, part]) > width - _TITLE_FRAME:
            break
        title.append(part)
    return title


def _fit(text: str, width: int) -> str:
    """`text` on one line of exactly `width` cells."""
    line = one_line(text)
    if cell_len(line) > width:
        line = set_cell_size(line, max(0, width - 1)) + "…"
    return set_cell_size(line, max(0, width))
