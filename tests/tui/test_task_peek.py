"""The peek at a task: it follows the cursor of the board, and what the task asks is answered in it."""

from __future__ import annotations

import pytest

from pygent_engine.events import (
    AnswerQuestion,
    ApprovalSettled,
    QuestionAnswered,
    TaskRemoved,
)
from pygent_tui.screens.confirm import Confirm
from pygent_tui.screens.message import MessageDialog
from pygent_tui.screens.task import TaskScreen
from pygent_tui.widgets.asks.ask_panel import AskPanel
from tests.support.stage import Stage, play
from tests.support.task_desk import ASKING, ENDED, THREE, arrive, noted, peeked, ready


@pytest.mark.uses("peek.close", "peek.next", "peek.previous")
def test_a_peek_follows_the_cursor_of_the_board() -> None:
    async def scenario(stage: Stage) -> None:
        await peeked(stage)
        await stage.until(lambda: "[100%] why" in stage.text("#peek") and "task-1" in stage.text("#peek"))
        await stage.press("k")
        await stage.until(lambda: "pip install lru-dict" in stage.text("#peek"))
        assert stage.conductor.tasks.table.targets == ("task-2",)
        await stage.press("j")
        await stage.until(lambda: "task-1 · Write the docs" in stage.text("#peek"))
        await stage.press("p")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario)


@pytest.mark.uses("peek.answer")
def test_a_question_is_answered_in_the_peek() -> None:
    async def scenario(stage: Stage) -> None:
        await peeked(stage)
        panel = await ready(stage)
        await stage.pilot.press("2")
        assert stage.ops == []
        await stage.press("tab")
        assert panel.has_focus
        await stage.press("2")
        await stage.until(lambda: stage.ops == [AnswerQuestion("task-1/c1", "reStructuredText")])
        await stage.until(lambda: not stage.app.screen.query(AskPanel))

    play(ASKING, scenario)


@pytest.mark.uses("peek.allow", "peek.deny")
def test_the_peek_asks_to_allow_or_deny_what_stands_in_it_whole() -> None:
    async def scenario(stage: Stage) -> None:
        asked = noted(stage)
        await peeked(stage, "task-2")
        await ready(stage)
        await stage.until(lambda: stage.app.screen.query_one(AskPanel).seen_whole)
        await stage.press("a", "d")
        assert asked == [(("task-2",), "AllowAsked"), (("task-2",), "DenyAsked")]
        arrive(stage, ApprovalSettled("task-2/c1", "once"), task="task-2")
        await stage.until(lambda: not stage.app.screen.query(AskPanel))
        assert not {"peek.allow", "peek.deny"} & {each.binding.id for each in stage.app.screen.active_bindings.values() if each.enabled}

    play(THREE, scenario)


def test_a_peek_closes_when_there_is_no_task_any_more() -> None:
    async def scenario(stage: Stage) -> None:
        await peeked(stage)
        arrive(stage, QuestionAnswered("task-1/c1", ""), ENDED, TaskRemoved())
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(ASKING, scenario)


@pytest.mark.uses("peek.open", "peek.message", "peek.cancel")
def test_from_the_peek_one_writes_cancels_and_opens() -> None:
    async def scenario(stage: Stage) -> None:
        opened_peek = await peeked(stage)
        await stage.press("m")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is opened_peek)
        await stage.press("x")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("n")
        await stage.until(lambda: stage.app.screen is opened_peek)
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, TaskScreen))
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario)
