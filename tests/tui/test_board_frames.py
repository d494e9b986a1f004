"""What one key of the board paints comes in one frame."""

from __future__ import annotations

import asyncio

from textual.app import App
from textual.events import Key

from pygent_tui.screens.board import BoardScreen
from pygent_tui.views.board_order import Choice
from tests.support.scene_session import DEADLINE_S
from tests.tui.widgets.board.showing import THREE
from tests.tui.widgets.stage import in_loop


class _Watched(BoardScreen):
    """Writes down which widgets the first frame paints after the cursor came to a task, by the task's id."""

    def __init__(self) -> None:
        super().__init__(Choice())
        self.painted: dict[str | None, set[str | None]] = {}
        self.moved = asyncio.Event()

    def _compositor_refresh(self) -> None:
        self.painted.setdefault(self.table.choice.cursor, {widget.id for widget in self._dirty_widgets})
        super()._compositor_refresh()
        if "t2" in self.painted:
            self.moved.set()


@in_loop
async def test_the_strip_below_tells_of_the_next_task_in_the_very_frame_that_moves_the_cursor() -> None:
    board = _Watched()
    app = App[None]()
    async with app.run_test(size=(120, 40)) as pilot:
        await app.push_screen(board)
        board.show(THREE)
        while board.table.current is None:
            await pilot.pause()
        assert app._driver is not None
        app._driver.send_message(Key("j", "j"))  # not by the pilot, which has frames painted whenever it likes
        await asyncio.wait_for(board.moved.wait(), DEADLINE_S)
        assert board.painted["t2"] >= {"tasks", "detail"}
