"""Rows with a cursor, which keys and clicks move and which stays in view. What a row is and says is its subclass's business."""

from __future__ import annotations

from typing import ClassVar

from textual.events import Click

from .line_view import LineView


class RowView(LineView):
    """`count` rows of `row_height` lines each; `cursor` is the place of one of them, and stays 0 while there are none."""

    FOLLOWS: ClassVar[bool] = False

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.cursor = 0

    # ------------------------------------------------------------ what a subclass gives

    @property
    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    @property
    def row_height(self) -> int:
        """The lines of each row."""
        return 1

    def moved(self) -> None:
        """The cursor was put on a row."""

    def opened(self) -> None:
        """The row under the cursor was clicked on twice."""

    # ------------------------------------------------------------ the cursor

    def move_to(self, place: int) -> None:
        """Put the cursor on a row, and the row into view."""
        if not self.count:
            return
        left, self.cursor = self.cursor, max(0, min(place, self.count - 1))
        self.jump(self.revealing(self.scroll_offset.y))
        for row in (left, self.cursor):
            self.refresh_lines(row * self.row_height, self.row_height)
        self.moved()

    def revealing(self, top: int) -> int:
        """The line to be shown first, so that the row under the cursor is seen; `top` when it is."""
        first = self.cursor * self.row_height
        return min(first, max(top, first + self.row_height - self.page.height))

    async def on_click(self, event: Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and offset.y < self.page.height and self.count:
            self.move_to((self.scroll_offset.y + offset.y) // self.row_height)
            if event.chain == 2:
                self.opened()

    def action_scroll_up(self) -> None:
        self.move_to(self.cursor - 1)

    def action_scroll_down(self) -> None:
        self.move_to(self.cursor + 1)

    def action_page_up(self) -> None:
        self.move_to(self.cursor - self.page.height // self.row_height)

    def action_page_down(self) -> None:
        self.move_to(self.cursor + self.page.height // self.row_height)

    def action_scroll_home(self) -> None:
        self.move_to(0)

    def action_scroll_end(self) -> None:
        self.move_to(self.count - 1)
