"""Copies of one prompt on the screen: chosen by keys and clicks, looked at, and the best one applied."""

from __future__ import annotations

import pytest

from pygent_engine.events import ChangesApplied, ChangesListed, CompareTasks, DiffTask, TaskRemoved, Warned
from pygent_engine.task_values import ApplyReport
from pygent_tui.screens.compare import Compare
from pygent_tui.screens.task_diff import TaskDiff
from pygent_tui.widgets.board.task_requests import CompareAsked
from tests import work_scripts
from tests.scenes import Scene
from tests.support.saying import command, hears
from tests.support.stage import Stage, play
from tests.work_scripts import CHANGES

COPIES = Scene("copies", work_scripts.copies)
NINE = Scene("nine", lambda: work_scripts.copies(9))
WORKED = Scene("worked", work_scripts.worked)


async def opened(stage: Stage) -> Compare:
    await stage.until(lambda: isinstance(stage.app.screen, Compare) and stage.app.screen.focused is not None)
    screen = stage.app.screen
    assert isinstance(screen, Compare)
    await stage.pilot.pause()
    return screen


@pytest.mark.uses("/task-compare")
def test_a_task_without_copies_is_not_compared() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-compare task-1")
        await hears(stage, "task-1 has no copies; mark some tasks, or start copies of a prompt with n.")
        assert stage.ops == []

    play(WORKED, scenario)


def test_tasks_that_are_no_copies_are_compared_when_several_are_named() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-compare task-2 task-1")
        screen = await opened(stage)
        assert [view.id for view in screen.state.pair] == ["task-2", "task-1"]
        assert stage.ops == [DiffTask("task-2"), DiffTask("task-1")]

    play(WORKED, scenario)


@pytest.mark.uses("board.compare", "compare.again", "compare.close")
def test_the_copies_stand_side_by_side_and_what_they_changed_comes_in() -> None:
    async def scenario(stage: Stage) -> None:
        stage.bench.focus_pane("board")
        await stage.press("home", "C")
        await opened(stage)
        looked = [DiffTask(f"task-{number}") for number in (1, 2, 3)]
        assert stage.ops == looked
        shown = stage.text("#compare-copies")
        assert "3 copies · Make the cache faster; keep the tests green." in shown
        assert all(word in shown for word in ("❯1 task-1 ✓ finished", "gpt-5-mini", "no answer yet"))
        await stage.press("3")
        await stage.until(lambda: "3 · task-3 · looking…" in stage.text("#compare-left"))
        script = work_scripts.copies().post(ChangesListed(CHANGES[1:2]), "task-3")
        stage.session.play(script.envelopes[-1:])
        await stage.until(lambda: "3 · task-3 · 1 file +4 −0" in stage.text("#compare-left"))
        assert "1 · task-1 · 3 files +8 −4" in stage.text("#compare-right")
        await stage.press("r")
        assert stage.ops == looked * 2
        await stage.press("q")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(COPIES, scenario, size=(130, 40))


@pytest.mark.uses(
    "compare.choose-1",
    "compare.choose-2",
    "compare.choose-3",
    "compare.choose-4",
    "compare.choose-5",
    "compare.choose-6",
    "compare.choose-7",
    "compare.choose-8",
    "compare.choose-9",
    "compare.next",
    "compare.previous",
)
def test_figures_and_arrows_choose_a_copy() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(CompareAsked("task-4"))
        screen = await opened(stage)
        for figure in "298765431":
            await stage.press(figure)
            assert screen.state.choice.id == f"task-{figure}"
        await stage.press("left")
        assert screen.state.choice.id == "task-9"
        assert "❯9 task-9" in stage.text("#compare-copies")
        await stage.press("right", "right")
        assert [view.id for view in screen.state.pair] == ["task-2", "task-1"]

    play(NINE, scenario, size=(80, 24))


@pytest.mark.uses("compare.apply", "compare.diff", "compare.copy", "compare.style", "compare.open")
def test_the_chosen_one_is_read_copied_and_applied() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(CompareAsked("task-1"))
        screen = await opened(stage)
        await stage.press("2", "y")
        await hears(stage, "Sent the answer of task-2")
        assert stage.app.clipboard.startswith("I replaced the JSON key")
        await stage.press("d", "D")
        await stage.until(lambda: isinstance(stage.app.screen, TaskDiff))
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is screen)
        await stage.press("A")
        await stage.until(lambda: isinstance(stage.app.screen, TaskDiff) and stage.app.screen.state.asks)
        assert isinstance(stage.app.screen, TaskDiff)
        assert stage.app.screen.task_id == "task-2"
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is screen)
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen is not screen)

    play(COPIES, scenario)


@pytest.mark.uses("compare.between")
def test_how_the_two_differ_takes_the_place_of_what_each_changed_and_goes_again() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(CompareAsked("task-1"))
        screen = await opened(stage)
        assert "b how they differ" in stage.text("#keys")
        await stage.press("tab", "b")
        await stage.until(lambda: "b what each changed" in stage.text("#keys"))
        assert stage.ops[3:] == [CompareTasks("task-1", "task-2")]
        assert "− 1 task-1 · + 2 task-2 · looking…" in stage.text("#compare-between")
        script = work_scripts.compared(work_scripts.copies())
        stage.session.play(script.envelopes[-1:])
        told = ("only task-2 has cache.toml", "differs: src/cache.py", "return hash(request)")
        await stage.until(lambda: all(said in stage.text("#compare-between") for said in told))
        assert "− 1 task-1 · + 2 task-2 · 4 files differ +3 −7" in stage.text("#compare-between")
        assert (screen.focused, screen.sides[0].display) == (screen.between, False)
        await stage.press("b")
        await stage.until(lambda: screen.sides[0].display)
        assert screen.focused is screen.sides[0]

    play(COPIES, scenario)


def test_another_choice_and_a_new_look_compare_anew() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(CompareAsked("task-1"))
        screen = await opened(stage)
        await stage.press("b", "3", "r")
        await stage.until(lambda: len(stage.ops) == 9)
        assert [op for op in stage.ops if isinstance(op, CompareTasks)] == [
            CompareTasks("task-1", "task-2"),
            CompareTasks("task-3", "task-1"),
            CompareTasks("task-3", "task-1"),
        ]
        script = work_scripts.copies().post(Warned("Task task-3 has no files yet: it is [/] queued."), "task-3")
        stage.session.play(script.envelopes[-1:])
        await stage.until(lambda: "has no files yet: it is [/] queued." in stage.text("#compare-between"))
        assert "not compared" in stage.text("#compare-between")
        assert screen.state.apart is None

    play(COPIES, scenario)


def test_a_copy_that_is_alone_is_compared_with_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(CompareAsked("task-1"))
        screen = await opened(stage)
        await stage.press("b")
        script = work_scripts.copies()
        before = len(script.envelopes)
        script.post(TaskRemoved(), "task-2").post(TaskRemoved(), "task-3")
        stage.session.play(script.envelopes[before:])
        await stage.until(lambda: len(screen.state.copies) == 1)
        assert not screen.state.between
        await stage.press("b")
        assert not screen.state.between

    play(COPIES, scenario)


def test_what_is_applied_is_not_offered_again() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(CompareAsked("task-2"))
        await opened(stage)
        assert "A apply" in stage.text("#keys")
        script = work_scripts.copies().post(ChangesApplied(ApplyReport(("src/cache.py",))), "task-2")
        await stage.press("2")
        stage.session.play(script.envelopes[-1:])
        await stage.until(lambda: "A apply" not in stage.text("#keys"))
        assert "D all changes" in stage.text("#keys")

    play(COPIES, scenario)


def test_a_copy_without_changes_or_an_answer_offers_neither() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(CompareAsked("task-1"))
        screen = await opened(stage)
        await stage.press("3", "A", "D", "y")
        assert stage.app.screen is screen
        assert "A apply" not in stage.text("#keys")

    play(COPIES, scenario)


def test_a_click_chooses_and_copies_that_are_removed_are_gone() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(CompareAsked("task-1"))
        screen = await opened(stage)
        await stage.pilot.click("#compare-copies", offset=(60, 3))
        await stage.until(lambda: screen.state.choice.id == "task-2")
        script = work_scripts.copies()
        before = len(script.envelopes)
        for number in (2, 1, 3):
            script.post(TaskRemoved(), f"task-{number}")
        stage.session.play(script.envelopes[before : before + 1])
        await stage.until(lambda: [view.id for view in screen.state.copies] == ["task-1", "task-3"])
        stage.session.play(script.envelopes[before + 1 :])
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(COPIES, scenario)


@pytest.mark.parametrize("size", [(40, 12), (20, 5)])
def test_it_works_where_there_is_little_room(size: tuple[int, int]) -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(CompareAsked("task-1"))
        screen = await opened(stage)
        await stage.press("right", "tab", "end", "escape")
        assert screen.state.choice.id == "task-2"
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(COPIES, scenario, size=size)
