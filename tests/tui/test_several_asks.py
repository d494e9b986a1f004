"""Several asks at once: one is shown, the others are a key away, and no key answers two."""

from __future__ import annotations

import pytest

from pygent_engine.events import AnswerApproval, AnswerQuestion, QuestionAsked
from pygent_engine.values import Question
from pygent_tui.widgets.asks.ask_panel import AskPanel
from tests.scenes import Scene
from tests.scripts import task_approval
from tests.support.pressing import QUIET_S, drawn, panel, press_at, press_at_once
from tests.support.script import Script, call
from tests.support.stage import Stage, play


def three() -> Script:
    """Two tasks that want to run something, and a question."""
    return task_approval().post(QuestionAsked(Question("c9", "task-3", "Where is the server?")), "task-3")


THREE = Scene("three", three)


async def shown(stage: Stage, call_id: str) -> None:
    await stage.until(lambda: stage.bench.query(AskPanel) and panel(stage).call_id == call_id and panel(stage).guard.drawn_at)


@pytest.mark.uses("asks.next", "asks.previous")
def test_those_who_wait_are_listed_and_chosen_without_an_answer() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "1 of 3 wait" in stage.text("AskPanel"))
        listed = stage.text("AskPanel")
        assert "› 1  task-1 · An LRU cache in memory · $ python -m pytest tests/test_lru.py" in listed
        assert "  2  task-2 · A cache on disk · $ rm -rf .cache" in listed
        assert "  3  task-3 · A shared cache server · ? Where is the server?" in listed
        for key, call_id in (("tab", "task-2/c2"), ("right", "c9"), ("tab", "task-1/c2"), ("shift+tab", "c9"), ("left", "task-2/c2")):
            await stage.press(key)
            await shown(stage, call_id)
        assert stage.ops == []

    play(THREE, scenario)


def test_titles_of_tasks_and_what_they_want_are_shown_as_they_are() -> None:
    evil = "[/] [@click=app.quit]x[/]"
    script = Script("local").task("task-1", evil).reply("", call("c1", cmd=evil), task="task-1").ask("c1", evil, "task-1")
    script.question("c2", evil, evil)

    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "1 of 2 wait" in stage.text("AskPanel"))
        shown = stage.text("AskPanel")
        assert f"May this run? bash · task-1 · {evil}" in shown
        assert f"› 1  task-1 · {evil} · $ {evil}" in shown
        assert f"  2  main · ? {evil}" in shown
        assert f"This command {evil}" in shown
        await stage.press("tab")
        await stage.until(lambda: f"› 1  {evil}" in stage.text("AskPanel"))

    play(Scene("evil", lambda: script), scenario)


def test_one_is_chosen_by_its_number_and_answered_alone() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("2")
        await shown(stage, "task-2/c2")
        await stage.press("y")
        assert stage.ops == [AnswerApproval("task-2/c2", "once")]
        await shown(stage, "c9")

    play(THREE, scenario)


@pytest.mark.parametrize("key", ["tab", "2"])
def test_a_yes_typed_for_another_one_that_is_not_shown_yet_is_no_yes_for_this_one(key: str) -> None:
    async def scenario(stage: Stage) -> None:
        await shown(stage, "task-1/c2")
        await press_at_once(stage, key, "y")
        await shown(stage, "task-2/c2")
        assert stage.ops == []
        await stage.press("y")
        assert stage.ops == [AnswerApproval("task-2/c2", "once")]

    play(THREE, scenario)


def test_what_was_written_of_an_answer_is_there_again() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("3")
        await shown(stage, "c9")
        await stage.press(*"on host", "tab")
        await shown(stage, "task-1/c2")
        await stage.press("left")
        await shown(stage, "c9")
        await stage.until(lambda: "on host" in stage.text("AskPanel"))
        await stage.press("b", "enter")
        assert stage.ops == [AnswerQuestion("c9", "on hostb")]

    play(THREE, scenario)


def test_a_key_that_answers_does_not_answer_the_next_one() -> None:
    async def scenario(stage: Stage) -> None:
        at = await drawn(stage) + 1
        await press_at(stage, panel(stage), ("y", at), ("y", at + 0.01))
        await shown(stage, "task-2/c2")
        await press_at(stage, panel(stage), ("y", await drawn(stage) + 0.05))
        assert stage.ops == [AnswerApproval("task-1/c2", "once")]

    play(THREE, scenario, quiet_s=QUIET_S)


def test_a_figure_typed_in_a_prompt_chooses_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        at = await drawn(stage) + 0.1
        await press_at(stage, panel(stage), ("2", at), ("3", at + 0.1))
        assert panel(stage).call_id == "task-1/c2"
        assert stage.ops == []

    play(THREE, scenario, quiet_s=QUIET_S)


def test_alone_the_tab_key_goes_to_the_panes_as_ever() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("tab")
        await stage.until(lambda: not panel(stage).has_focus_within)
        assert stage.ops == []

    play(Scene("one", lambda: Script("local").question("c1", "Which?", "this")), scenario)
