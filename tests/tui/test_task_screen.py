"""A task's own screen: its conversation and output, its keys, and what is written to it."""

from __future__ import annotations

from functools import partial

import pytest

from pygent_engine.events import (
    AnswerApproval,
    ApprovalSettled,
    Envelope,
    MessageTask,
)
from pygent_tui.screens.peek import Peek
from pygent_tui.screens.task import TaskScreen
from pygent_tui.widgets.asks.ask_panel import AskPanel
from tests import task_scripts
from tests.support.saying import command, hears
from tests.support.stage import Stage, play
from tests.support.task_desk import QUEUED, THREE, WORKING, arrive, focus, is_open, noted, opened, ready


def test_a_command_knows_the_tasks_of_a_board_that_is_hidden_too() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f4")
        await stage.until(lambda: not stage.conductor.tasks.table.size)
        await stage.press("f2", "j", "k", "f2")  # which gives its own cursor to the one that is hidden
        await command(stage, "/task-open")
        await stage.until(lambda: isinstance(stage.app.screen, TaskScreen))
        assert stage.told == []

    play(WORKING, scenario)


@pytest.mark.uses("/task-open", "/task-peek")
def test_without_a_task_a_command_is_for_the_one_under_the_cursor_of_the_board() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-open")
        await stage.until(lambda: isinstance(stage.app.screen, TaskScreen))
        await stage.until(lambda: "task-3 · Lint the tests" in stage.text("#task-head"))
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)
        await command(stage, "/task-peek task-1")
        await stage.until(lambda: isinstance(stage.app.screen, Peek))
        await stage.until(lambda: "task-1" in stage.text("#peek"))

    play(WORKING, scenario)


@pytest.mark.uses("task.leave")
def test_a_task_shows_its_own_conversation_and_output_and_nothing_of_others() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.until(lambda: "sphinx-build docs out" in stage.text("#task-talk"))
        talk = stage.text("#task-talk")
        assert "The task" in talk
        assert "You, while it works · not read yet" in talk
        assert talk.count("You, while it works") == talk.count("Pygent, from the main conversation") == 1
        assert "pip install" not in talk
        await stage.until(lambda: "reading sources... [100%] why" in stage.text("#task-output"))
        head = stage.text("#task-head")
        assert "running  task-1 · Write the docs" in head
        assert "2/20 steps" in head
        assert "1 elsewhere waits for you" in head
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario, size=(140, 40))


def test_it_is_live() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        script = task_scripts.three()
        before = len(script.envelopes)
        script.output("task-1/c2", "one more line\n", "task-1")
        stage.session.play(script.envelopes[before:])
        await stage.until(lambda: "one more line" in stage.text("#task-output"))

    play(THREE, scenario)


def test_a_task_that_has_not_begun_shows_its_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.until(lambda: "The task · not read yet" in stage.text("#task-talk"))
        assert "It has run no command yet." in stage.text("#task-output")
        assert "has not begun: it reads this at its first step" in stage.text("#task-field")

    play(QUEUED, scenario)


def test_what_is_written_is_sent_to_the_task_and_said_when_it_is_read() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        await stage.press(*"two", "ctrl+j", *"lines", "enter")
        await hears(stage, "task-1 reads it at its next step.")
        assert stage.ops == [MessageTask("task-1", "two\nlines")]
        assert screen.field.text == ""
        await stage.press("enter")
        assert len(stage.ops) == 1

    play(THREE, scenario)


@pytest.mark.uses("task.part-next", "task.part-before", "task.part-next-tab", "task.part-before-tab", "task.write")
def test_the_parts_are_gone_through_and_letters_without_a_meaning_are_written() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        assert focus(stage) is screen.field
        await stage.press("tab")
        assert focus(stage) is screen.talk
        await stage.press("tab")
        assert focus(stage) is screen.output
        await stage.press("i")
        assert focus(stage) is screen.field
        await stage.press("shift+tab")
        assert focus(stage) is screen.output
        await stage.press("f6", "f6")
        assert focus(stage) is screen.talk
        await stage.press("shift+f6", "shift+f6")
        assert focus(stage) is screen.output
        await stage.press("Z")
        assert (focus(stage), screen.field.text) == (screen.field, "Z")

    play(THREE, scenario)


@pytest.mark.uses("task.next", "task.previous", "task.next-here", "task.previous-here")
def test_one_goes_from_task_to_task_and_what_was_written_to_each_is_kept() -> None:
    async def scenario(stage: Stage) -> None:
        async def at(task: str) -> None:
            await stage.until(lambda: is_open(stage, task))

        await opened(stage)
        await stage.press(*"a draft", "f8")
        await at("task-2")
        await ready(stage)
        await stage.press("f7")
        await at("task-1")
        assert stage.one("#task-field").text == "a draft"  # type: ignore[attr-defined] # a field
        await stage.press("shift+tab", "left_square_bracket")
        await at("task-3")
        await stage.press("tab", "right_square_bracket")
        await at("task-1")
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(THREE, scenario)


@pytest.mark.uses("task.call-before", "task.call-next")
def test_an_older_call_is_shown_from_what_the_model_was_given() -> None:
    async def scenario(stage: Stage) -> None:
        await opened(stage)
        await stage.press("shift+tab", "left_curly_bracket")
        await stage.until(lambda: "old.rst" in stage.text("#task-output"))
        await stage.press("right_curly_bracket")
        await stage.until(lambda: "reading sources" in stage.text("#task-output"))
        assert stage.state.output.selected is None

    play(THREE, scenario)


def test_the_output_of_a_card_is_shown_beside_it() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        await stage.press("tab", "G", "k", "k", "k", "k", "v")
        await stage.until(lambda: focus(stage) is screen.output and "old.rst" in stage.text("#task-output"))

    play(THREE, scenario)


@pytest.mark.uses("task.answer")
def test_what_a_task_asks_is_answered_on_its_own_screen() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage, "task-2")
        panel = await ready(stage)
        assert focus(stage) is panel
        assert "pip install lru-dict" in stage.text("AskPanel")
        await stage.until(lambda: stage.app.screen.query_one(AskPanel).seen_whole)
        await stage.press("shift+tab")
        assert focus(stage) is screen.output
        await stage.press("alt+a")
        await stage.press("y")
        await stage.until(lambda: stage.ops == [AnswerApproval("task-2/c1", "once")])
        await stage.until(lambda: screen.field.display and not screen.query(AskPanel))
        assert focus(stage) is screen.field

    play(THREE, scenario)


def test_an_answer_from_elsewhere_takes_the_panel_away() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage, "task-2")
        await ready(stage)
        arrive(stage, ApprovalSettled("task-2/c1", "deny"), task="task-2")
        await stage.until(lambda: screen.field.display and not screen.query(AskPanel))

    play(THREE, scenario)


def test_a_key_that_was_typed_to_the_task_answers_nothing_that_comes_in_between() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage)
        await stage.press(*"please sa")
        script = task_scripts.asking()
        stage.session.play([Envelope(stage.session.played + 1, stage.app.clock(), "task-1", script.envelopes[-1].event)])
        await ready(stage)
        await stage.pilot.press("y")
        await stage.until(lambda: screen.field.text == "please say")
        assert stage.ops == []

    play(THREE, scenario, quiet_s=30.0)


_KEYS = {
    "x": ("task-1", "CancelAsked"),
    "P": ("task-1", "PauseAsked"),
    "L": ("task-1", "LimitsAsked"),
    "D": ("task-1", "DiffAsked"),
    "E": ("task-1", "ShellAsked"),
    "r": ("task-3", "RetryAsked"),
    "A": ("task-3", "ApplyAsked"),
}


@pytest.mark.uses("task.cancel", "task.pause", "task.limits", "task.diff", "task.shell", "task.retry", "task.apply")
def test_what_can_be_done_with_a_task_can_be_done_from_its_screen() -> None:
    async def scenario(stage: Stage) -> None:
        asked = noted(stage)
        for key, (task, wanted) in _KEYS.items():
            stage.conductor.desk.open(task)
            await stage.until(partial(is_open, stage, task))
            await stage.press("shift+tab", key)
            assert asked.pop() == ((task,), wanted)

    play(THREE, scenario)


def test_keys_that_do_nothing_in_its_state_are_not_offered() -> None:
    async def scenario(stage: Stage) -> None:
        screen = await opened(stage, "task-3")
        await stage.press("shift+tab")
        assert not {"task.cancel", "task.pause", "task.limits"} & {each.binding.id for each in screen.active_bindings.values()}

    play(THREE, scenario)
