"""Messages to tasks: written in a dialog, or sent at once by a command."""

from __future__ import annotations

import pytest

from pygent_engine.events import (
    MessageTask,
    RetryTask,
    TaskRemoved,
)
from pygent_tui.screens.message import MessageDialog
from tests.support.saying import command, hears
from tests.support.stage import Stage, play
from tests.support.task_desk import ENDED, THREE, WORKING, arrive, opened


@pytest.mark.uses("message.send")
def test_the_key_that_sends_a_form_sends_a_message_too_but_not_an_empty_one() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-message task-1")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))
        await stage.press("ctrl+s", *"be brief", "ctrl+s")
        await stage.until(lambda: stage.ops == [MessageTask("task-1", "be brief")])

    play(WORKING, scenario)


@pytest.mark.uses("/task-message", "message.leave")
def test_a_message_is_written_in_a_dialog_and_what_was_not_sent_is_there_the_next_time() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-message task-1")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))
        assert "task-1 reads this at its next step" in stage.text(".dialog")
        await stage.press(*"be brief", "escape")
        await stage.until(lambda: stage.app.screen is stage.bench)
        await command(stage, "/task-message task-1")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog) and "be brief" in stage.text(".dialog"))
        await stage.press("enter")
        await stage.until(lambda: stage.ops == [MessageTask("task-1", "be brief")])

    play(WORKING, scenario)


def test_a_message_with_its_text_is_sent_at_once_but_to_one_that_is_over_only_after_enter() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-message task-1 be very brief")
        await hears(stage, "task-1 reads it at its next step.")
        assert stage.ops == [MessageTask("task-1", "be very brief")]
        await command(stage, "/task-message task-3 and the docs")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog) and "try again with this" in stage.text(".dialog"))
        assert len(stage.ops) == 1
        await stage.press("enter")
        await stage.until(lambda: stage.ops[1:] == [RetryTask("task-3", "resume", "and the docs")])
        await hears(stage, "task-3 is tried again with it.")

    play(WORKING, scenario)


def test_a_message_to_marked_tasks_goes_to_each() -> None:
    async def scenario(stage: Stage) -> None:
        stage.conductor.desk.write(("task-1", "task-3", "task-2"))
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))
        await stage.until(lambda: "1 that is over" in stage.text(".dialog"))
        await stage.press(*"stop at noon", "enter")
        await stage.until(lambda: len(stage.ops) == 3)
        text = "stop at noon"
        assert stage.ops == [MessageTask("task-1", text), RetryTask("task-3", "resume", text), MessageTask("task-2", text)]
        await hears(stage, "2 read it at their next step, 1 tried again with it.")

    play(THREE, scenario)


def test_the_dialog_follows_the_task_and_closes_when_it_is_removed() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-message task-1")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))
        await stage.press(*"hello")
        arrive(stage, ENDED)
        await stage.until(lambda: "try again with this" in stage.text(".dialog"))
        arrive(stage, TaskRemoved())
        await stage.until(lambda: stage.app.screen is stage.bench and stage.bench.composer.text == "hello")

    play(WORKING, scenario)


def test_a_paste_of_many_lines_is_text() -> None:
    async def scenario(stage: Stage) -> None:
        from textual.events import Paste  # noqa: PLC0415 - only here

        screen = await opened(stage)
        screen.field.post_message(Paste("one\r\ntwo\x1b[2J"))
        await stage.until(lambda: screen.field.text.startswith("one\ntwo"))
        assert stage.ops == []
        assert "\x1b" not in screen.field.text

    play(THREE, scenario)
