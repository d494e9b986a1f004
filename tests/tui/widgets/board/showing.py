"""Boards, and what a pane shows of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual import on
from textual.content import Content
from textual.pilot import Pilot

from pygent_engine.events import ApprovalAsked, CallStarted, Event, TaskCreated, TaskEnded, TaskStateChanged
from pygent_engine.task_values import TaskState
from pygent_engine.values import ApprovalRequest, ToolCall, Usage
from pygent_tui.views.board import EMPTY, Board, fold_batch
from pygent_tui.widgets.board.task_requests import TaskRequest
from pygent_tui.widgets.board.task_table import TaskTable
from tests.support.envelopes import stream

from ..stage import Stage, screen_lines, settle


def folded(*events: Event | tuple[str, Event], start: Board = EMPTY) -> Board:
    return fold_batch(start, stream(events))


def created(task_id: str, title: str = "Write the docs") -> tuple[str, Event]:
    return task_id, TaskCreated(title, "prompt", None, "demo", "main", "local")


def queued(count: int) -> Board:
    return folded(*(created(f"t{number}") for number in range(count)))


def asking(task_id: str, why: str = "asks") -> tuple[str, Event]:
    return task_id, ApprovalAsked(ApprovalRequest(f"{task_id}/c", task_id, "bash", "{}", "ls", why))


THREE = folded(
    created("t1"),
    created("t2", "Measure"),
    created("t3", "Check"),
    ("t1", TaskStateChanged(TaskState.starting)),
    ("t1", TaskStateChanged(TaskState.running)),
    ("t1", CallStarted(ToolCall("c", "bash", "{}"), "make docs")),
    ("t2", TaskEnded(TaskState.failed, "failed: lost", "the container is gone", 1, Usage())),
)


class BoardStage(Stage):
    """A stage that notes what the board asks for."""

    def __init__(self, pane: TaskTable) -> None:
        super().__init__(pane)
        self.asked: list[tuple[str, ...]] = []

    @on(TaskRequest)
    def _note(self, request: TaskRequest) -> None:
        self.asked.append((type(request).__name__, *request.task_ids))


class Shown:
    """A board that fills the screen and has the focus. `asked` is what it asked for."""

    def __init__(self, app: BoardStage, pane: TaskTable, pilot: Pilot[None]) -> None:
        self.app = app
        self.pane = pane
        self.pilot = pilot
        self.asked = app.asked

    @property
    def lines(self) -> list[str]:
        return screen_lines(self.pane)

    @property
    def rows(self) -> int:
        """How many of its first three lines say something."""
        return len([line for line in self.lines[:3] if line])

    @property
    def title(self) -> str:
        return Content.from_markup(self.pane.border_title or "").plain

    async def show(self, board: Board) -> None:
        self.pane.show(board)
        await settle(self.pilot, self.pane)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await settle(self.pilot, self.pane)

    async def click(self, row: int, times: int = 1) -> None:
        await self.pilot.click(self.pane, offset=(5, row), times=times)

    async def resize(self, width: int, height: int) -> None:
        await self.pilot.resize_terminal(width, height)
        await settle(self.pilot, self.pane)


@asynccontextmanager
async def showing(state: Board, width: int = 90, height: int = 8) -> AsyncIterator[Shown]:
    """A board that shows `state`."""
    pane = TaskTable()
    app = BoardStage(pane)
    async with app.run_test(size=(width, height)) as pilot:
        board = Shown(app, pane, pilot)
        await board.show(state)
        pane.focus()
        await pilot.pause()
        yield board
