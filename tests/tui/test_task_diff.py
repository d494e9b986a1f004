"""The changes of a task on a screen of their own: listed, shown, copied, and only text."""

from __future__ import annotations

import pytest

from pygent_engine.events import ApplyTask, ChangesListed, DiffTask, TaskRemoved, Warned
from pygent_engine.task_values import FileChange
from pygent_engine.values import FileDiff
from pygent_tui.screens.message import MessageDialog
from pygent_tui.screens.task_diff import TaskDiff
from pygent_tui.widgets.board.task_requests import DiffAsked
from tests.support.saying import command, hears
from tests.support.stage import Stage, play
from tests.support.task_diffs import LISTED, WORKED, Playing, asked, note, opened
from tests.work_scripts import CHANGES

# ---------------------------------------------------------------- looking


@pytest.mark.parametrize(
    ("text", "sentence"), [("/task-diff nope", "There is no task 'nope'"), ("/task-take-back task-1", "Nothing of task-1")]
)
def test_what_there_is_not_is_refused(text: str, sentence: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, text)
        await hears(stage, sentence)
        assert stage.app.screen is stage.bench
        assert stage.ops == []

    play(WORKED, scenario)


@pytest.mark.uses("/task-diff", "task-diff.close")
def test_until_the_answer_comes_it_says_that_it_looks() -> None:
    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, WORKED)
        await command(stage, "/task-diff task-1")
        await opened(stage)
        await asked(stage, DiffTask("task-1"))
        assert note(stage) == "Looking at what task-1 changed…"
        assert "Nothing to show yet." in stage.text("#task-diff-view")
        assert not {"A apply", "Space mark", "y copy patch", "d side by side"} & set(stage.text("#keys").split("  "))
        await playing.post(ChangesListed(CHANGES))
        await stage.until(lambda: "+ .venv/  ignored, 812 files" in stage.text("#task-diff-list"))
        shown = stage.text("#task-diff-list")
        assert "task-1 · 5 paths" in shown
        assert "± src/cache.py  ! also task-2  +4 −2" in shown
        await stage.until(lambda: "return request.fingerprint" in stage.text("#task-diff-view"))
        assert {"A apply", "Space mark", "y copy patch", "d side by side"} <= {key.strip() for key in stage.text("#keys").split("  ")}
        await stage.press("escape")
        await stage.until(lambda: stage.app.screen is stage.bench)

    play(WORKED, scenario, size=(130, 40))


def test_a_refusal_is_shown_and_a_task_that_is_removed_closes_the_screen() -> None:
    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, WORKED)
        stage.app.post_message(DiffAsked("task-1"))
        await opened(stage)
        await playing.post(Warned("git is not on this machine; install it to see [/] changes."))
        assert note(stage) == "git is not on this machine; install it to see [/] changes."
        await playing.post(TaskRemoved())
        await stage.until(lambda: stage.app.screen is stage.bench)
        await hears(stage, "task-1 was removed.")

    play(WORKED, scenario)


@pytest.mark.uses("task-diff.again")
def test_an_answer_that_does_not_come_is_said_and_asked_for_again() -> None:
    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, WORKED)
        stage.app.post_message(DiffAsked("task-1"))
        screen = await opened(stage)
        screen._deadline_s = 0.05
        await stage.press("r")
        await stage.until(lambda: note(stage) == "No answer yet; r asks again.")
        screen._deadline_s = 60.0
        await stage.press("r")
        assert note(stage) == "Looking at what task-1 changed…"
        await asked(stage, *[DiffTask("task-1")] * 3)
        await playing.post(ChangesListed(()))
        assert note(stage) == "task-1 changed nothing."

    play(WORKED, scenario)


@pytest.mark.uses("board.diff", "task-diff.open", "task-diff.style", "task-diff.copy", "task-diff.message")
def test_paths_lead_to_their_diffs_which_are_copied_as_a_patch() -> None:
    async def scenario(stage: Stage) -> None:
        stage.bench.focus_pane("board")
        await stage.press("home", "D")
        screen = await opened(stage)
        await stage.press("j", "down", "k")
        assert screen.list.path == "tests/test_cache.py"
        await stage.press("y")
        await hears(stage, "Sent the patch of task-1")
        assert stage.app.clipboard.startswith("--- a/src/cache.py\n+++ b/src/cache.py\n@@ -1,6 +1,7 @@\n")
        await stage.press("d", "enter")
        assert screen.focused is screen.diffs
        stop = screen.diffs.cursor.stop
        assert stop is not None and stop.item == 2
        await stage.press("m")
        await stage.until(lambda: isinstance(stage.app.screen, MessageDialog))

    play(LISTED, scenario, size=(160, 40))


# ---------------------------------------------------------------- several


def test_names_and_diffs_that_would_do_harm_are_only_text() -> None:
    evil = FileChange(
        "[/] [@click=app.quit]x\x1b[2J\u202e.py", "added", diff=FileDiff("[/]", "added", "@@ -0,0 +1 @@\n+\x1b]52;c;x\x07[bold]\n", 1)
    )

    async def scenario(stage: Stage) -> None:
        playing = Playing(stage, WORKED)
        stage.app.post_message(DiffAsked("task-1"))
        await opened(stage)
        await playing.post(ChangesListed((evil,)))
        await stage.until(lambda: "[/] [@click=app.quit]x" in stage.text("#task-diff-list"))
        await stage.press("A")
        assert isinstance(stage.app.screen, TaskDiff)
        await stage.until(lambda: stage.ops[1:] == [ApplyTask("task-1")])

    play(WORKED, scenario)
