"""The board of delegated tasks on the whole screen: counts, rows in columns, the task under the cursor, and the keys for it."""

from __future__ import annotations

from typing import Self

from textual.app import ComposeResult
from textual.binding import Binding
from textual.geometry import Region
from textual.messages import Update
from textual.screen import Screen

from ..bound import key_of
from ..views.board import Board
from ..views.board_order import Choice
from ..widgets.board.detail import BoardDetail
from ..widgets.board.head import BoardHead
from ..widgets.board.task_table import TaskTable, invited
from ..widgets.key_line import KeyLine


class Rows(TaskTable):
    """The rows, where their keys are at hand at once."""

    @property
    def invitation(self) -> tuple[str, ...]:
        return invited(f"Press {key_of(self, 'board.new')} to start one")


class BoardScreen(Screen[None]):
    """Shows what it is told; what the user wants with tasks bubbles up to the app. It is no modal one: those draw what is below."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("f2,escape,q", "leave", "Back to the conversation", id="board.close", show=False),
    ]
    AUTO_FOCUS = "TaskTable"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall"), (36, "-high")]  # noqa: RUF012 - as above

    DEFAULT_CSS = """
    BoardScreen { background: $background; }
    BoardScreen TaskTable { width: 100%; height: 1fr; padding: 0 1; }
    BoardScreen BoardDetail { width: 100%; height: 7; }
    BoardScreen.-high BoardDetail { height: 13; }
    BoardScreen.-short BoardDetail, BoardScreen.-bare BoardDetail { display: none; }
    """

    def __init__(self, choice: Choice) -> None:
        super().__init__(classes="-bare")
        self.table = Rows(id="tasks")
        self.table.choice = choice
        self.detail = BoardDetail(id="detail")
        self._head = BoardHead(self.table, id="head")

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Textual has the screen on top painted whole for each part that changes in the one below; nothing of that is seen here."""
        if regions:
            return self
        return super().refresh(repaint=repaint, layout=layout, recompose=recompose)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.table
        yield self.detail
        yield KeyLine(id="keys")

    # ------------------------------------------------------------ attributes down

    def show(self, board: Board) -> None:
        self.table.show(board)

    def tick(self, now: float) -> None:
        """Show the times as they are at `now` (Unix seconds)."""
        self.table.tick(now)
        self.detail.tick(now)

    # ------------------------------------------------------------ what the table tells

    def on_task_table_moved(self, event: TaskTable.Moved) -> None:
        self._head.renew()
        self.set_class(event.view is None, "-bare")
        self.detail.diff_key = key_of(self.table, "board.diff")
        self.detail.show(event.view, event.board)
        self.post_message(Update(self.detail))  # by its own way it would come a frame later than the row

    def action_leave(self) -> None:
        self.dismiss()
