"""Interrupting, leaving, panes, help: every key of the workbench, pressed in the real app."""

from __future__ import annotations

import pytest

from pygent_engine.events import CancelTask, Interrupt, SubmitPrompt
from pygent_tui.screens.confirm import Confirm
from pygent_tui.screens.help import Help
from pygent_tui.widgets.composer.composer import Composer
from tests.scenes import Scene, scene
from tests.scripts import answer, running, start, tasks
from tests.support.stage import Stage, play, show_scene

START = Scene("start", start)
BUSY = Scene("busy", running)
TASKS = Scene("tasks", tasks)


def composer(stage: Stage) -> Composer:
    return stage.bench.query_one(Composer)


# ------------------------------------------------------------------ interrupting and leaving


def test_escape_interrupts_the_turn_and_never_quits() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("escape", "escape")
        assert stage.ops == [Interrupt(), Interrupt()]
        assert stage.app.is_running

    play(BUSY, scenario)


def test_escape_without_a_turn_asks_nothing_and_returns_to_the_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "escape")
        await stage.until(lambda: composer(stage).has_focus)
        assert stage.ops == []

    play(START, scenario)


def test_ctrl_c_copies_the_selection_else_interrupts_and_never_quits() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"word", "shift+home", "ctrl+c")
        assert (stage.app.clipboard, stage.ops) == ("word", [])
        await stage.press("end", "ctrl+c")
        assert (stage.ops, stage.app.is_running) == ([Interrupt()], True)

    play(BUSY, scenario)


def test_ctrl_c_with_nothing_to_copy_or_interrupt_says_how_to_leave() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("ctrl+c", "ctrl+c")
        assert (stage.ops, stage.app.is_running) == ([], True)
        assert set(stage.told) == {"Nothing runs. Ctrl+Q quits."}

    play(START, scenario)


@pytest.mark.uses("app.quit")
def test_ctrl_q_leaves_at_once_when_nothing_runs() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("ctrl+q")

    assert play(START, scenario).return_code == 0


@pytest.mark.uses("confirm.no")
def test_ctrl_q_asks_while_something_runs_and_staying_is_the_default() -> None:
    async def scenario(stage: Stage) -> None:
        for stay in ("enter", "escape", "n", "ctrl+q"):
            await stage.press("ctrl+q")
            assert isinstance(stage.app.screen, Confirm)
            await stage.press(stay)
        assert isinstance(stage.app.screen, Confirm), "a second Ctrl+Q is no yes"
        assert stage.app.is_running

    play(TASKS, scenario)


@pytest.mark.uses("confirm.yes")
def test_y_in_the_quit_dialog_leaves() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("ctrl+q", "y")

    assert play(TASKS, scenario).return_code == 0


@pytest.mark.uses("/exit")
def test_the_exit_command_asks_as_ctrl_q_does() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/exit", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))

    play(BUSY, scenario)


# ------------------------------------------------------------------ panes


def test_f6_and_tab_visit_every_pane_and_come_back() -> None:
    async def scenario(stage: Stage) -> None:
        for key in ("f6", "tab"):
            seen = []
            for _ in range(4):
                await stage.press(key)
                assert stage.bench.focused is not None
                seen.append(stage.bench.focused.id)
            assert seen == ["conversation", "output", "board", "composer"]

    play(TASKS, scenario)


def test_f3_fills_the_screen_with_the_focused_pane_and_back() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "f6", "f3")
        assert (stage.one("#output").display, stage.one("#conversation").region.area) == (True, 0)
        assert stage.one("#output").size.width > 100
        await stage.press("f3")
        assert stage.one("#conversation").region.area > 0

    play(BUSY, scenario)


@pytest.mark.uses("board.cancel")
def test_x_on_the_board_cancels_after_a_yes_only() -> None:
    async def scenario(stage: Stage) -> None:
        stage.one("#board").focus()
        await stage.press("x", "enter")
        assert stage.ops == []
        await stage.press("x", "y")
        assert stage.ops == [CancelTask("task-1")]

    play(TASKS, scenario)


@pytest.mark.uses("board.output")
def test_l_on_the_board_shows_the_output_of_the_task_and_escape_follows_again() -> None:
    async def scenario(stage: Stage) -> None:
        stage.one("#board").focus()
        await stage.press("down", "l")
        await stage.until(lambda: stage.state.output.selected == "task-2/c1")
        stage.session.play(tasks().end_turn().envelopes[-2:])
        await stage.until(lambda: stage.state.status.turn_since is None)
        await stage.press("escape")
        await stage.until(lambda: stage.state.output.selected is None)

    play(TASKS, scenario)


@pytest.mark.uses("/cancel")
def test_cancelling_a_task_that_is_not_there_is_refused() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/cancel t9", "enter")
        await stage.until(lambda: stage.told)
        assert stage.ops == []

    play(TASKS, scenario)


def test_a_narrow_screen_shows_side_panes_once_they_have_something() -> None:
    async def scenario(stage: Stage) -> None:
        assert (stage.one("#output").region.area, stage.one("#board").region.area) == (0, 0)
        stage.session.play(tasks().envelopes[1:])
        await stage.until(lambda: stage.state.board.rows)
        await stage.until(lambda: stage.one("#output").region.area and stage.one("#board").region.area)
        assert stage.one("#conversation").size.height >= 5

    play(START, scenario, size=(80, 24))


def test_a_tiny_screen_survives_and_is_usable_again_when_it_grows() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.pilot.resize_terminal(20, 5)
        await stage.press("h", "i")
        await stage.pilot.resize_terminal(80, 24)
        await stage.press("enter")
        assert stage.ops == [SubmitPrompt("hi")]
        assert "LOCAL" in stage.text("#status")

    play(scene("fallback"), scenario, size=(80, 24))


@pytest.mark.parametrize("name", ["overview", "approval", "question", "cannot-start", "help", "quit"])
def test_no_size_ends_the_app(name: str) -> None:
    async def scenario(stage: Stage) -> None:
        await show_scene(stage, scene(name))
        for columns, rows in ((1, 1), (2, 60), (3, 3), (5, 2), (12, 12), (200, 1), (1, 40)):
            await stage.pilot.resize_terminal(columns, rows)

    assert play(scene(name), scenario).crash is None


# ------------------------------------------------------------------ help, theme, time


@pytest.mark.uses("/help")
def test_the_help_command_opens_help_as_f1_does() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/help", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, Help))

    play(START, scenario)


@pytest.mark.uses("app.help")
def test_f1_opens_help_and_escape_leaves_it() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f1")
        assert isinstance(stage.app.screen, Help)
        await stage.press("escape")
        assert (stage.app.screen_stack, stage.ops) == ([stage.bench], [])

    play(BUSY, scenario)


def test_nothing_ticks_while_nothing_runs() -> None:
    async def scenario(stage: Stage) -> None:
        assert not stage.conductor.telling.ticking
        stage.session.play(answer().envelopes[1:3])
        await stage.until(lambda: stage.state.status.busy)
        assert stage.conductor.telling.ticking
        stage.session.play(answer().envelopes[3:])
        await stage.until(lambda: not stage.state.status.busy)
        assert not stage.conductor.telling.ticking

    play(START, scenario)


@pytest.mark.uses("app.suspend")
def test_without_a_shell_to_go_back_to_ctrl_z_does_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("ctrl+z", *"on")
        assert composer(stage).text == "on"

    play(START, scenario)


def test_a_closed_session_is_told_and_takes_no_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        stage.session.play(start().closed()[1:])
        await stage.until(lambda: stage.state.status.closed is not None)
        await stage.press(*"hi", "enter")
        await stage.until(lambda: stage.told)
        assert (stage.ops, composer(stage).text) == ([], "hi")
        assert "closed" in stage.text("#status")

    play(START, scenario)
