"""What tasks changed: looked at, marked, applied, taken back; refusals, conflicts and answers that do not come."""

from __future__ import annotations

import pytest
from textual.events import Key

from pygent_engine.events import ApplyTask, ChangesApplied, ChangesTakenBack, DiffTask, UnapplyTask, Warned
from pygent_engine.task_values import ApplyReport
from pygent_tui.screens.confirm import Confirm
from pygent_tui.screens.task_diff import TaskDiff
from pygent_tui.widgets.board.task_requests import ApplyAsked, TakeBackAsked
from tests.support.saying import command, hears
from tests.support.stage import Stage, play
from tests.support.task_diffs import APPLIED_BEFORE, LISTED, WORKED, Playing, asked, dialog, note, opened
from tests.work_scripts import APPLIED, CONFLICT

# ---------------------------------------------------------------- taking over


@pytest.mark.uses("/task-apply", "task-diff.apply", "confirm.yes")
def test_all_but_what_is_ignored_is_applied_after_a_word_of_who_changed_it_too() -> None:
    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, LISTED)
        await command(stage, "/task-apply task-1")
        await opened(stage)
        assert note(stage).startswith("A applies all of it to the workspace: src/cache.py, tests/test_cache.py, cache.toml and 1 more.")
        await stage.press("A")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        assert "task-2 changed src/cache.py too." in dialog(stage)
        await stage.press("y")
        await asked(stage, DiffTask("task-1"), ApplyTask("task-1"))
        assert note(stage) == "Applying the changes…"
        await stage.press("A")  # not twice
        await playing.post(ChangesApplied(APPLIED))
        assert note(stage).startswith("Applied to the workspace: src/cache.py")
        await stage.until(lambda: stage.text("#task-diff-list").count("✓ applied") == 4)
        await stage.until(lambda: "A apply" not in stage.text("#keys"))
        assert "U take back" in stage.text("#keys")
        await stage.press("space")  # what is marked may be applied again
        await stage.until(lambda: "A apply" in stage.text("#keys"))
        assert len(stage.ops) == 2

    play(LISTED, scenario, size=(130, 40))


@pytest.mark.uses("board.apply", "task-diff.mark", "task-diff.mark-all")
def test_only_what_is_marked_is_applied() -> None:
    async def scenario(stage: Stage) -> None:
        stage.bench.focus_pane("board")
        await stage.press("home", "A")
        screen = await opened(stage)
        await stage.press("asterisk")
        assert len(screen.state.marked) == 4
        await stage.press("asterisk", "down", "space", "end", "space")
        assert "task-1 · 5 paths · 2 marked" in stage.text("#task-diff-list")
        assert "● + tests/test_cache.py" in stage.text("#task-diff-list")
        await stage.press("A")
        await asked(stage, DiffTask("task-1"), ApplyTask("task-1", ("tests/test_cache.py", ".venv/")))

    play(LISTED, scenario)


def test_a_mark_counts_for_what_is_typed_in_one_batch_with_it() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(ApplyAsked("task-1"))
        await opened(stage)
        await stage.press("down")
        for key, character in (("space", " "), ("A", "A")):
            stage.app.post_message(Key(key, character))
        await asked(stage, DiffTask("task-1"), ApplyTask("task-1", ("tests/test_cache.py",)))

    play(LISTED, scenario)


def test_a_conflict_applies_nothing_and_shows_both_sides_and_the_way_on() -> None:
    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, LISTED)
        stage.app.post_message(ApplyAsked("task-1"))
        await opened(stage)
        await stage.press("A", "y")
        await asked(stage, DiffTask("task-1"), ApplyTask("task-1"))
        await playing.post(ChangesApplied(CONFLICT))
        assert note(stage).startswith("Nothing was applied: src/cache.py changed here too. Mark others and A applies those; m tells")
        await stage.until(lambda: "✗ conflict" in stage.text("#task-diff-list"))
        assert "<<<<<<< workspace" in stage.text("#task-diff-view")
        await stage.press("down", "space", "A")
        await stage.until(lambda: stage.ops[2:] == [ApplyTask("task-1", ("tests/test_cache.py",))])

    play(LISTED, scenario, size=(130, 50))


def test_a_no_to_the_warning_applies_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(ApplyAsked("task-1"))
        await opened(stage)
        await stage.press("A", "n")
        await opened(stage)
        await asked(stage, DiffTask("task-1"))

    play(LISTED, scenario)


# ---------------------------------------------------------------- taking back


@pytest.mark.uses("/task-take-back", "task-diff.take-back")
def test_what_was_applied_is_taken_back_after_a_yes() -> None:
    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, APPLIED_BEFORE)
        await command(stage, "/task-take-back task-1")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("n", "U")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await asked(stage, DiffTask("task-1"), UnapplyTask("task-1"))
        await playing.post(ChangesTakenBack(CONFLICT))
        assert note(stage) == "Nothing was taken back: src/cache.py changed here since."
        await stage.press("U", "y")
        await playing.post(ChangesTakenBack(APPLIED))
        assert note(stage).startswith("Taken back: src/cache.py")
        await stage.press("U")  # nothing is left to take back
        assert isinstance(stage.app.screen, TaskDiff)

    play(APPLIED_BEFORE, scenario)


@pytest.mark.uses("board.take-back")
def test_the_key_of_the_board_asks_before_it_takes_back() -> None:
    async def scenario(stage: Stage) -> None:
        stage.bench.focus_pane("board")
        await stage.press("home", "U")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        assert "src/cache.py, tests/test_cache.py, cache.toml and 1 more of task-1" in dialog(stage)
        await stage.press("escape")
        await opened(stage)
        await asked(stage, DiffTask("task-1"))

    play(APPLIED_BEFORE, scenario)


# ---------------------------------------------------------------- several


async def both(stage: Stage) -> None:
    """Ask for the changes of two tasks, and say yes."""
    stage.app.post_message(ApplyAsked("task-1", "task-2"))
    await stage.until(lambda: isinstance(stage.app.screen, Confirm))
    assert "task-1, task-2, one after the other" in dialog(stage)
    await stage.press("y")
    await asked(stage, ApplyTask("task-1"))


def test_of_several_tasks_one_is_applied_after_the_other() -> None:
    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, WORKED)
        await both(stage)
        await playing.post(ChangesApplied(APPLIED))
        await asked(stage, ApplyTask("task-1"), ApplyTask("task-2"))
        await playing.post(ChangesApplied(ApplyReport(("src/b.py",))), task="task-2")
        await hears(stage, "Applied 5 paths of 2 tasks to the workspace.")

    play(WORKED, scenario)


def test_the_first_conflict_of_several_ends_it_and_is_shown() -> None:
    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, WORKED)
        await both(stage)
        await playing.post(ChangesApplied(CONFLICT))
        await hears(stage, "task-1 conflicts: 0 applied before it; 1 after it was left alone.")
        await opened(stage)
        assert note(stage).startswith("Nothing was applied: src/cache.py changed here too.")
        assert stage.ops == [ApplyTask("task-1"), DiffTask("task-1")]

    play(WORKED, scenario)


def test_a_refusal_ends_it_too_and_nothing_is_asked_twice_meanwhile() -> None:
    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, WORKED)
        await both(stage)
        stage.app.post_message(ApplyAsked("task-1", "task-2"))
        await hears(stage, "Changes are being applied already")
        await playing.post(ChangesApplied(APPLIED))
        await playing.post(Warned("The workspace is full."), task="task-2")
        await hears(stage, "The workspace is full: 1 applied before it.")
        assert stage.ops == [ApplyTask("task-1"), ApplyTask("task-2")]

    play(WORKED, scenario)


@pytest.mark.parametrize("size", [(40, 12), (20, 5)])
def test_it_works_where_there_is_little_room(size: tuple[int, int]) -> None:
    async def scenario(stage: Stage) -> None:
        stage.app.post_message(TakeBackAsked("task-1"))
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await stage.until(lambda: UnapplyTask("task-1") in stage.ops)
        await stage.press("end", "enter", "tab", "q")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(APPLIED_BEFORE, scenario, size=size)
