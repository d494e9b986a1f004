"""Laws of rows with a cursor, whatever they say and however tall they are."""

from __future__ import annotations

import pytest
from textual.strip import Strip

from pygent_tui.widgets.row_view import RowView

from .stage import Stage, in_loop, screen_lines, settle


class Numbers(RowView):
    """So many rows of so many lines; notes where the cursor was put, and what was opened."""

    def __init__(self, rows: int, height: int) -> None:
        super().__init__()
        self._rows = rows
        self._lines = height
        self.notes: list[str] = []

    @property
    def count(self) -> int:
        return self._rows

    @property
    def row_height(self) -> int:
        return self._lines

    def moved(self) -> None:
        self.notes.append(f"at {self.cursor}")

    def opened(self) -> None:
        self.notes.append(f"open {self.cursor}")

    def reflow(self) -> None:
        self.set_extent(self.count * self.row_height, self.page.width, self.scroll_offset.y)

    def line(self, y: int) -> Strip:
        row, part = divmod(y, self.row_height)
        return self.row((f"{row}.{part}", "text")) if row < self.count else self.row()


@in_loop
async def test_where_there_is_no_row_nothing_moves() -> None:
    pane = Numbers(0, 1)
    async with Stage(pane).run_test(size=(20, 6)) as pilot:
        await pilot.press("up", "down", "pageup", "pagedown", "home", "end")
        await pilot.click(pane, offset=(1, 1), times=2)
        assert (pane.cursor, pane.notes) == (0, [])


@pytest.mark.parametrize("height", [1, 2])
@in_loop
async def test_the_row_under_the_cursor_is_seen_whole_wherever_it_goes(height: int) -> None:
    pane = Numbers(20, height)
    async with Stage(pane).run_test(size=(20, 6)) as pilot:
        await settle(pilot, pane)
        for key, row in (("end", 19), ("down", 19), ("up", 18), ("home", 0), ("up", 0), ("pagedown", 6 // height), ("pageup", 0)):
            await pilot.press(key)
            assert pane.cursor == row, key
            assert {f"{row}.{part}" for part in range(height)} <= set(screen_lines(pane))


@in_loop
async def test_a_click_goes_to_its_row_and_a_second_one_opens_it() -> None:
    pane = Numbers(20, 2)
    async with Stage(pane).run_test(size=(20, 6)) as pilot:
        await settle(pilot, pane)
        await pilot.click(pane, offset=(1, 3))
        await pilot.click(pane, offset=(1, 5), times=2)
        assert pane.notes == ["at 1", "at 2", "at 2", "open 2"]
