"""The board in the pane and on the whole screen: what it shows, and how one moves over it."""

from __future__ import annotations

import pytest

from pygent_engine.events import TaskCreated, TaskRemoved, TaskStateChanged
from pygent_engine.task_values import TaskState
from pygent_engine.values import ROOT_TASK
from pygent_tui.screens.board import BoardScreen
from pygent_tui.views.board_order import Choice
from tests.support.boards import CONFLICT, NONE, STATES, THREE, cursor, table, to, whole
from tests.support.saying import command, said
from tests.support.stage import Stage, play
from tests.support.task_desk import arrive

# ------------------------------------------------------------------ what cannot be done


def test_an_empty_board_says_what_to_press_and_its_keys_ask_for_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage)
        assert "Press n to start one" in stage.text("#tasks")
        await stage.press(
            "x", "P", "r", "L", "D", "A", "U", "C", "E", "y", "X", "c", "l", "p", "m", "a", "d", "enter", "space", "o", "asterisk"
        )
        assert (stage.ops, said(stage), isinstance(stage.app.screen, BoardScreen)) == ([], [], True)

    play(NONE, scenario)


def test_the_strip_below_is_there_only_with_a_row() -> None:
    async def drive(stage: Stage) -> None:
        board = await whole(stage)
        assert not board.detail.display
        arrive(stage, TaskCreated("Title", "prompt", None, "m", ROOT_TASK, "local"))
        await stage.until(lambda: board.detail.display)
        arrive(stage, TaskStateChanged(TaskState.cancelled), TaskRemoved())
        await stage.until(lambda: not board.detail.display)

    play(NONE, drive)


# ------------------------------------------------------------------ the whole screen


@pytest.mark.uses("board.full", "board.close")
def test_f2_shows_the_board_on_the_whole_screen_and_goes_back() -> None:
    async def scenario(stage: Stage) -> None:
        for back in ("f2", "escape", "q"):
            await whole(stage)
            await stage.press(back)
            await stage.until(lambda: stage.app.screen is stage.bench)
        assert stage.ops == []

    play(THREE, scenario)


def test_the_pane_tells_the_times_of_now_when_it_is_seen_again() -> None:
    async def scenario(stage: Stage) -> None:
        later = stage.app.clock() + 7200
        await whole(stage)
        stage.app.clock = lambda: later
        stage.conductor.tick()
        await stage.press("f2")
        await stage.until(lambda: "2h00m" in stage.text("#board"))

    play(THREE, scenario)


@pytest.mark.uses("/tasks")
def test_the_tasks_command_shows_the_board() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/tasks")
        await stage.until(lambda: isinstance(stage.app.screen, BoardScreen))

    play(THREE, scenario)


def test_cursor_marks_filter_and_order_are_those_of_the_pane() -> None:
    async def scenario(stage: Stage) -> None:
        stage.bench.focus_pane("board")
        await to(stage, "task-5")
        await stage.press("space", "o")
        await whole(stage)
        assert (cursor(stage), table(stage).choice) == ("task-5", Choice("task-5", frozenset({"task-5"}), "state"))
        await to(stage, "task-7")
        await stage.press("f2")
        await stage.until(lambda: stage.app.screen is stage.bench)
        assert cursor(stage) == "task-7"

    play(STATES, scenario)


def test_the_strip_below_tells_of_the_task_under_the_cursor_and_follows_it() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, "task-2")
        await stage.until(lambda: "asks      pip install click" in stage.text("#detail"))
        await to(stage, "task-3")
        await stage.until(
            lambda: "answer    Half of the start" in stage.text("#detail") and "src/app.py, src/table.py" in stage.text("#detail")
        )
        arrive(stage, TaskRemoved(), task="task-3")
        await stage.until(lambda: "Half of the start" not in stage.text("#detail"))

    play(THREE, scenario)


def test_the_last_line_names_what_can_be_done_with_this_row() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, "task-2")
        await stage.until(lambda: stage.text("#keys").startswith(" a allow  d deny"))
        await to(stage, "task-3")
        await stage.until(
            lambda: "r retry" in stage.text("#keys") and "cancel" not in stage.text("#keys") and "A apply" in stage.text("#keys")
        )
        await to(stage, "task-1")
        await stage.until(
            lambda: "x cancel" in stage.text("#keys") and "P pause" in stage.text("#keys") and "retry" not in stage.text("#keys")
        )

    play(THREE, scenario, size=(160, 40))


def test_a_conflict_names_the_other_task() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, "task-2")
        assert "! task-1" in stage.text("#tasks")
        await stage.until(lambda: "changed by task-1" in stage.text("#detail"))

    play(CONFLICT, scenario)


# ------------------------------------------------------------------ moving, filter, order, marks


@pytest.mark.uses("pane.down", "pane.up", "pane.end", "pane.top")
@pytest.mark.uses("board.row-1", "board.row-2", "board.row-3", "board.row-4", "board.row-5", "board.row-6", "board.row-7")
@pytest.mark.uses("board.row-8", "board.row-9")
def test_keys_go_from_row_to_row() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage)
        rows = [view.id for view in stage.conductor.tasks.table._shown]
        for key, place in (("j", 1), ("down", 2), ("k", 1), ("G", 12), ("g", 0), *((str(number), number - 1) for number in range(1, 10))):
            await stage.press(key)
            assert cursor(stage) == rows[place], key

    play(STATES, scenario)


@pytest.mark.uses("board.filter")
def test_a_filter_narrows_the_board_until_it_is_taken_away() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage)
        await stage.press("slash", *"limit", "enter")
        await stage.until(lambda: table(stage).choice.query == "limit" and cursor(stage) == "task-2")
        assert "“limit”: 1" in stage.text("#head")
        await stage.press("escape")
        await stage.until(lambda: table(stage).choice.query == "")
        assert isinstance(stage.app.screen, BoardScreen), "the first Escape is for the filter"

    play(STATES, scenario)


@pytest.mark.uses("board.sort")
def test_o_changes_the_order_and_says_so() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage)
        await stage.press("o", "o")
        await stage.until(lambda: "by newest" in stage.text("#head"))

    play(STATES, scenario)
