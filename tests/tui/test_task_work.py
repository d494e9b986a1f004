"""Tasks begun again and given other caps: forms, commands, and what they ask of the session."""

from __future__ import annotations

import pytest

from pygent_engine.events import LimitTask, ResumeTask, RetryTask
from pygent_engine.values import Limits
from pygent_tui.widgets.board.task_requests import LimitsAsked, RetryAsked
from tests.support.saying import command, hears
from tests.support.stage import Stage, play
from tests.support.task_forms import CAPPED, COPIES, WORKED, opened, sent, verdict

# ---------------------------------------------------------------- a new task


def test_enter_on_the_last_choice_of_a_retry_sends_it() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(RetryAsked("task-1"))
        await opened(stage)
        await stage.press("enter", "tab", "enter", "enter")
        assert await sent(stage) == [RetryTask("task-1")]

    play(WORKED, scenario)


# ---------------------------------------------------------------- again


@pytest.mark.uses("/task-retry")
def test_a_task_that_is_not_over_is_not_retried() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-retry task-3")
        await hears(stage, "task-3 “Measure on disk” is not over: it can begin again once it is over")
        assert stage.app.screen is stage.bench

    play(WORKED, scenario)


@pytest.mark.uses("board.retry")
def test_a_retry_goes_on_with_the_history_unless_told_otherwise() -> None:
    async def scenario(stage: Stage) -> None:
        stage.bench.focus_pane("board")
        await stage.press("home", "r")
        await opened(stage)
        await stage.press("ctrl+s")
        assert await sent(stage) == [RetryTask("task-1")]

    play(WORKED, scenario)


def test_a_clean_retry_of_several_with_another_prompt_model_and_persona() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(RetryAsked("task-1", "task-3", "task-2"))
        await opened(stage)
        await stage.press("right")
        assert verdict(stage) == "All 2 are queued again; files and history of before are deleted."
        await stage.press("tab", *"only the tests", "tab", *"qwen", "tab", "left", "ctrl+s")
        assert await sent(stage) == [RetryTask(each, "clean", "only the tests", "qwen", "tester") for each in ("task-1", "task-2")]

    play(WORKED, scenario)


def test_a_retry_that_is_left_asks_for_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(RetryAsked("task-1"))
        await opened(stage)
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)
        assert stage.ops == []

    play(WORKED, scenario)


# ---------------------------------------------------------------- caps


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/task-limits task-2 steps=4", "task-2 “Read the logs” is over: it spends nothing more"),
        ("/task-limits task-1 price=4", "price=4: write caps as steps=40"),
        ("/task-limits task-1 steps=x", "Steps: write a number"),
        ("/task-limits task-9 steps=4", "There is no task 'task-9'"),
    ],
)
def test_caps_that_cannot_be_meant_are_refused(text: str, sentence: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, text)
        await hears(stage, sentence)
        assert stage.ops == []

    play(CAPPED, scenario)


@pytest.mark.uses("/task-limits")
def test_a_command_raises_a_cap_and_the_task_goes_on() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-limits task-1 steps=40 tokens=none")
        await stage.until(lambda: len(stage.ops) == 2)
        assert stage.ops == [LimitTask("task-1", Limits(40)), ResumeTask("task-1")]

    play(CAPPED, scenario)


@pytest.mark.uses("board.limits")
def test_the_form_of_caps_shows_what_is_used_and_saving_it_resumes() -> None:
    async def scenario(stage: Stage) -> None:
        stage.bench.focus_pane("board")
        await stage.press("home", "L")
        await opened(stage)
        assert verdict(stage) == "Used: 3 steps, 4,140 tokens; so it stays paused."
        await stage.press(*"40", "ctrl+s")
        assert (await sent(stage))[0] == LimitTask("task-1", Limits(40, 200_000))
        await stage.until(lambda: stage.ops[1:] == [ResumeTask("task-1")])

    play(CAPPED, scenario)


def test_a_cap_is_changed_in_place_after_a_key_that_moves_the_cursor_and_replaced_without() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-limits task-1")
        await opened(stage)
        await stage.press("end", *"0", "tab", *"9k", "tab", "tab", *"60", "shift+tab", "shift+tab", *"8k", "ctrl+s")
        assert (await sent(stage))[0] == LimitTask("task-1", Limits(30, 8_000, None, 60.0))

    play(CAPPED, scenario)


def test_one_form_of_caps_for_several_tasks() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(LimitsAsked("task-2", "task-3"))
        await opened(stage)
        await stage.press("tab", *"50k", "ctrl+s")
        assert await sent(stage) == [LimitTask("task-3", Limits(20, 50_000))]

    play(COPIES, scenario)
