"""A task's own screen when something goes wrong: nothing that was written is lost, and what was refused is said."""

from __future__ import annotations

from functools import partial

from pygent_engine.events import (
    RetryTask,
    SessionClosed,
    TaskRemoved,
    Warned,
)
from pygent_tui.screens.confirm import Confirm
from pygent_tui.screens.message import MessageDialog
from pygent_tui.screens.task import TaskScreen
from pygent_tui.widgets.asks.message_field import MessageField
from tests import task_scripts
from tests.scenes import Scene
from tests.support.saying import hears, said
from tests.support.stage import Stage, play
from tests.support.task_desk import ENDED, THREE, arrive, opened, peeked, shows


def test_a_task_that_there_is_not_opens_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        stage.conductor.submit("/task-open nowhere")
        await hears(stage, "There is no task 'nowhere'")
        assert stage.app.screen is stage.bench

    play(THREE, scenario)


def test_a_task_that_is_removed_while_it_is_open_closes_its_screen_and_keeps_what_was_written() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.press(*"half a thought")
        arrive(stage, ENDED, TaskRemoved())
        await hears(stage, "task-1 was removed.")
        await stage.until(lambda: stage.app.screen is stage.bench and stage.bench.composer.text == "half a thought")

    play(THREE, scenario)


def test_a_task_that_is_removed_below_a_dialog_closes_once_that_is_gone() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.press("f1")
        arrive(stage, ENDED, TaskRemoved())
        await stage.until(lambda: stage.state.board.row("task-1") is None)
        assert not isinstance(stage.app.screen, TaskScreen)
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario)


def test_a_task_that_ends_while_it_is_written_to_is_tried_again_only_after_a_yes() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        await stage.press(*"name the codes")
        arrive(stage, ENDED)
        await stage.until(lambda: "is over" in stage.text("#task-field"))
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        assert stage.ops == []
        await stage.press("n")
        await stage.until(lambda: stage.app.screen is screen and screen.field.text == "name the codes")
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await stage.until(lambda: stage.ops == [RetryTask("task-1", "resume", "name the codes")])
        assert screen.field.text == ""

    play(THREE, scenario)


def test_what_is_written_after_the_session_closed_is_given_back() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        arrive(stage, SessionClosed(), task="main")
        await stage.until(lambda: stage.state.status.closed is not None)
        await stage.press(*"late", "enter")
        await hears(stage, "The session is closed")
        assert (screen.field.text, stage.ops) == ("late", [])

    play(THREE, scenario)


def test_hostile_text_is_drawn_as_text() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        for part in ("#task-head", "#task-talk", "#task-output"):
            await stage.until(partial(shows, stage, part, "[/] [bold red]x[/bold red]"))
            assert "\x1b" not in stage.text(part)
            assert "\u202e" not in stage.text(part)
        await stage.press("escape")
        await peeked(stage)
        assert "[bold red]x[/bold red]" in stage.text("#peek")
        await stage.press("m")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))

    play(Scene("hostile-task", task_scripts.hostile), scenario, size=(120, 40))


def test_what_is_refused_to_a_task_is_said_unless_its_conversation_is_seen() -> None:
    async def scenario(stage: Stage) -> None:
        arrive(stage, Warned("it is over; /task-retry begins again"))
        await hears(stage, "task-1: it is over; /task-retry begins again")
        await opened(stage)
        count = len(said(stage))
        arrive(stage, Warned("something else"))
        await stage.until(lambda: "something else" in stage.text("#task-talk"))
        assert len(said(stage)) == count

    play(THREE, scenario)


def test_the_field_knows_when_a_key_was_typed() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        assert isinstance(screen.field, MessageField)
        await stage.pilot.press("a")
        assert screen.field.typed_at > 0

    play(THREE, scenario)
