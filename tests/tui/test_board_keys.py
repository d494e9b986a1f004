"""What is done with tasks from the board, by its keys and by commands."""

from __future__ import annotations

import pytest
from textual.screen import Screen

from pygent_engine.events import CancelTask, ChangesFound, Op, PauseTask, RemoveTask, ResumeTask, TaskEnded, TaskRemoved
from pygent_engine.task_values import TaskState
from pygent_engine.values import Usage
from pygent_tui.screens.board import BoardScreen
from pygent_tui.screens.confirm import Confirm
from pygent_tui.screens.message import MessageDialog
from pygent_tui.screens.peek import Peek
from pygent_tui.screens.task import TaskScreen
from pygent_tui.views.board_order import Choice
from pygent_tui.widgets.board.task_requests import TaskRequest
from pygent_tui.widgets.request import Request
from tests.support.boards import CONFLICT, NONE, STATES, THREE, cursor, table, to, whole
from tests.support.saying import command, said
from tests.support.stage import Stage, play
from tests.support.task_desk import arrive

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
        arrive(stage, TaskEnded(TaskState.finished, "finished", "", 1, Usage()), TaskRemoved())
        await stage.until(lambda: stage.state.board.row("task-1") is None)
        await stage.press("n")
        await stage.until(lambda: isinstance(stage.app.screen, BoardScreen) and cursor(stage) in ("task-2", "task-3"))
        assert stage.ops == []

    play(THREE, scenario)


# ------------------------------------------------------------------ moving, filter, order, marks


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
        assert stage.ops == [RemoveTask("task-6")], "all of it was applied"
        arrive(stage, ChangesFound(2, ("a.py", "b.py")), task="task-7")
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
