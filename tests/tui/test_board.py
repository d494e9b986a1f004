"""The board in the pane and on the whole screen: every key and command, pressed in the real app."""

from __future__ import annotations

import pytest
from textual.screen import Screen

from pygent_engine.events import (
    CancelTask,
    ChangesFound,
    Envelope,
    Event,
    Op,
    PauseTask,
    RemoveTask,
    ResumeTask,
    TaskCreated,
    TaskEnded,
    TaskRemoved,
    TaskStateChanged,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import ROOT_TASK, Usage
from pygent_tui.screens.board import BoardScreen
from pygent_tui.screens.confirm import Confirm
from pygent_tui.screens.message import MessageDialog
from pygent_tui.screens.peek import Peek
from pygent_tui.screens.task import TaskScreen
from pygent_tui.views.board_order import Choice
from pygent_tui.widgets.board.task_requests import TaskRequest
from pygent_tui.widgets.board.task_table import TaskTable
from pygent_tui.widgets.request import Request
from tests import board_scripts
from tests.scenes import Scene, start
from tests.support.saying import command, said
from tests.support.stage import Stage, play

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


def arrive(stage: Stage, task: str, *events: Event) -> None:
    """More of a task comes from the session."""
    first = stage.session.played + 1
    stage.session.play([Envelope(number, stage.app.clock(), task, event) for number, event in enumerate(events, first)])


async def shows(stage: Stage, selector: str, *texts: str, hides: str = "\0") -> None:
    await stage.until(lambda: all(text in stage.text(selector) for text in texts) and hides not in stage.text(selector))


# ------------------------------------------------------------------ what cannot be done


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/task-cancel t9", "There is no task 't9'; /tasks shows those that there are."),
        ("/task-cancel task-1 t9", "There is no task 't9'; /tasks shows those that there are."),
        ("/task-cancel task-1", "task-1 “Port the command line to argparse” ended already; nothing is left to cancel."),
        ("/task-pause task-1", "task-1 “Port the command line to argparse” ended already; /task-retry begins again."),
        ("/task-remove task-2", "task-2 “Measure the start-up” still works; cancel it first: /task-cancel."),
    ],
)
def test_what_a_command_cannot_do_is_said(text: str, sentence: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, text)
        await stage.until(lambda: said(stage) == [sentence])
        assert stage.ops == []

    play(CONFLICT, scenario)


@pytest.mark.parametrize("text", ["/task-cancel", "/task-pause", "/task-remove", "/task-copy"])
def test_without_tasks_a_command_says_how_one_is_started(text: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, text)
        await stage.until(lambda: said(stage) == ["There are no delegated tasks yet; /task-new starts one."])

    play(NONE, scenario)


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
        arrive(stage, "task-1", TaskCreated("Title", "prompt", None, "m", ROOT_TASK, "local"))
        await stage.until(lambda: board.detail.display)
        arrive(stage, "task-1", TaskStateChanged(TaskState.cancelled), TaskRemoved())
        await stage.until(lambda: not board.detail.display)

    play(NONE, drive)


def test_a_key_that_does_nothing_for_the_row_is_not_written_into_the_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        stage.bench.focus_pane("board")
        await to(stage, "task-1")
        await stage.press("r", "X", "A")
        assert (stage.bench.composer.text, stage.ops, stage.bench.focused) == ("", [], table(stage))

    play(THREE, scenario)


def test_the_task_under_the_cursor_may_go_while_its_question_is_asked() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, "task-1")
        await stage.press("x")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        arrive(stage, "task-1", TaskEnded(TaskState.finished, "finished", "", 1, Usage()), TaskRemoved())
        await stage.until(lambda: stage.state.board.row("task-1") is None)
        await stage.press("n")
        await stage.until(lambda: isinstance(stage.app.screen, BoardScreen) and cursor(stage) in ("task-2", "task-3"))
        assert stage.ops == []

    play(THREE, scenario)


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
        arrive(stage, "task-3", TaskRemoved())
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


@pytest.mark.uses("board.mark", "board.mark-all", "board.cancel")
def test_with_marks_a_key_is_for_all_of_them() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, "task-1")
        await stage.press("space")
        await to(stage, "task-4")
        await stage.press("space", "x", "enter")
        assert stage.ops == []
        await stage.press("x", "y")
        assert stage.ops == [CancelTask("task-1"), CancelTask("task-4")]
        await stage.press("asterisk")
        assert len(table(stage).targets) == 13
        await stage.press("asterisk", "P")
        assert len(stage.ops) == 3

    play(STATES, scenario)


# ------------------------------------------------------------------ what is done with tasks


@pytest.mark.uses("board.pause")
@pytest.mark.parametrize(
    ("task", "op"),
    [("task-1", PauseTask("task-1")), ("task-4", ResumeTask("task-4")), ("task-5", ResumeTask("task-5")), ("task-3", ResumeTask("task-3"))],
)
def test_p_pauses_and_lets_go_on(task: str, op: Op) -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, task)
        await stage.press("P")
        assert stage.ops == [op]

    play(STATES, scenario)


@pytest.mark.uses("board.remove")
def test_a_task_with_changes_that_were_not_taken_over_is_forgotten_after_a_yes_only() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, "task-6")
        await stage.press("X")
        assert stage.ops == [RemoveTask("task-6")], "all of it was taken over"
        arrive(stage, "task-7", ChangesFound(2, ("a.py", "b.py")))
        await stage.until(lambda: (view := stage.state.board.row("task-7")) is not None and view.changes == 2)
        await to(stage, "task-7")
        await stage.press("X")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        assert "2 changed files of task-7" in stage.text(".dialog")
        await stage.press("enter", "X", "y")
        assert stage.ops == [RemoveTask("task-6"), RemoveTask("task-7")]

    play(STATES, scenario)


OVER = [RemoveTask(f"task-{number}") for number in range(6, 11)]


@pytest.mark.uses("board.clear")
def test_c_forgets_all_that_are_over() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage)
        await stage.press("c")
        assert stage.ops == OVER

    play(STATES, scenario)


@pytest.mark.uses("board.copy")
def test_y_copies_the_answer_or_how_a_task_stands() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, "task-6")
        await stage.press("y")
        assert stage.app.clipboard.startswith("All 14 tests pass now")
        await to(stage, "task-1")
        await stage.press("y")
        assert stage.app.clipboard.startswith("task-1: Port the command line")

    play(STATES, scenario)


@pytest.mark.uses("board.output")
def test_l_on_the_whole_screen_goes_to_the_output_pane() -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, "task-4")
        await stage.press("l")
        await stage.until(lambda: stage.app.screen is stage.bench and stage.state.output.selected == "task-4/c1")
        assert stage.bench.focused is stage.one("#output")

    play(STATES, scenario)


def test_l_in_one_batch_with_a_key_that_opens_something_closes_neither_in_place_of_the_other() -> None:
    async def drive(stage: Stage) -> None:
        board = await whole(stage, "task-3")
        board.table.action_ask("peek")
        board.table.action_output()
        await stage.until(lambda: isinstance(stage.app.screen, Peek))
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is board)
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is not board)

    play(THREE, drive)


@pytest.mark.uses("/task-pause")
def test_the_command_to_pause_takes_the_tasks_that_it_names_or_the_one_under_the_cursor() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-pause task-2 task-3")
        table(stage).choose(Choice("task-2"))
        await command(stage, "/task-pause")
        await stage.until(lambda: stage.ops == [PauseTask("task-2"), PauseTask("task-3"), PauseTask("task-2")])

    play(CONFLICT, scenario)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        pytest.param("enter", TaskScreen, marks=pytest.mark.uses("board.open")),
        pytest.param("p", Peek, marks=pytest.mark.uses("board.peek")),
        pytest.param("m", MessageDialog, marks=pytest.mark.uses("board.message")),
    ],
)
def test_keys_open_a_task_peek_at_it_and_write_to_it(key: str, kind: type[Screen[object]]) -> None:
    async def scenario(stage: Stage) -> None:
        await whole(stage, "task-2")
        await stage.press(key)
        await stage.until(lambda: isinstance(stage.app.screen, kind))

    play(CONFLICT, scenario)


@pytest.mark.parametrize(
    ("text", "op"),
    [
        pytest.param("/task-cancel task-2", CancelTask("task-2"), marks=pytest.mark.uses("/task-cancel")),
        pytest.param("/cancel task-2", CancelTask("task-2"), marks=pytest.mark.uses("/cancel")),
        pytest.param("/task-remove task-1", RemoveTask("task-1"), marks=pytest.mark.uses("/task-remove")),
        pytest.param("/task-clear", RemoveTask("task-1"), marks=pytest.mark.uses("/task-clear")),
    ],
)
def test_a_command_asks_before_something_is_lost(text: str, op: Op) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, text)
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        assert stage.ops == [op]

    play(CONFLICT, scenario)


@pytest.mark.uses("/task-copy")
def test_the_command_to_copy_copies_the_answer() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-copy task-1")
        await stage.until(lambda: stage.app.clipboard == "The cache is a dictionary now.")

    play(CONFLICT, scenario)


# ------------------------------------------------------------------ what others do


def test_each_request_for_tasks_has_a_station_that_takes_it() -> None:
    async def scenario(stage: Stage) -> None:
        kinds = {kind for kind in (*TaskRequest.__subclasses__(), *_of_module(TaskRequest.__module__)) if kind is not TaskRequest}
        assert {kind.__name__ for kind in kinds if kind not in stage.conductor._takers} == set()

    play(NONE, scenario)


def _of_module(name: str) -> list[type[Request]]:
    return [kind for kind in Request.__subclasses__() if kind.__module__ == name]
