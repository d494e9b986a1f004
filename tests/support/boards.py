"""What the tests of the board share: scenes, and the ways to its rows."""

from __future__ import annotations

from pygent_tui.screens.board import BoardScreen
from pygent_tui.widgets.board.task_table import TaskTable
from tests import board_scripts
from tests.scenes import Scene
from tests.scripts import start
from tests.support.stage import Stage

NONE = Scene("none", start)
THREE = Scene("three", board_scripts.three)
STATES = Scene("states", board_scripts.every_state)
CONFLICT = Scene("conflict", board_scripts.conflict)


def table(stage: Stage) -> TaskTable:
    return stage.conductor.tasks.table


def cursor(stage: Stage) -> str:
    current = table(stage).current
    return current.id if current is not None else ""


async def whole(stage: Stage, task: str = "") -> BoardScreen:
    """The board on the whole screen, the cursor on `task`."""
    await stage.press("f2")
    await stage.until(lambda: isinstance(stage.app.screen, BoardScreen) and table(stage).has_focus and table(stage).size)
    if task:
        await to(stage, task)
    assert isinstance(stage.app.screen, BoardScreen)
    return stage.app.screen


async def to(stage: Stage, task: str) -> None:
    table(stage).flush()
    await stage.press("g")
    while cursor(stage) != task:
        before = cursor(stage)
        await stage.press("j")
        assert cursor(stage) != before, f"{task} is not on the board"
