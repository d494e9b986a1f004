"""Keys that come in one batch: a key with priority takes nothing away from what was typed before it."""

from __future__ import annotations

from pathlib import Path

from pygent_engine.events import SetPersona, StartTask
from pygent_tui.screens.form import Form
from pygent_tui.screens.pick import Pick
from pygent_tui.screens.save_as import SaveAs
from pygent_tui.screens.workbench import Workbench
from tests.scenes import Scene
from tests.scripts import start
from tests.support.pressing import press_at_once
from tests.support.saying import command
from tests.support.stage import Stage, play
from tests.tui.test_reading import focus, printed
from tests.tui.test_tuning import TUNED

START = Scene("start", start)


def test_a_list_is_filtered_by_all_that_was_typed_before_one_is_chosen() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/persona")
        await stage.until(lambda: isinstance(stage.app.screen, Pick) and stage.app.screen.focused is not None)
        await press_at_once(stage, *"critic", "enter")
        await stage.until(lambda: stage.ops)
        assert stage.ops == [SetPersona("a [/] critic")]

    play(TUNED, scenario)


def test_the_cursor_of_a_list_moves_over_what_was_filtered_before() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/persona")
        await stage.until(lambda: isinstance(stage.app.screen, Pick) and stage.app.screen.focused is not None)
        await press_at_once(stage, *"t", "down", "enter")
        await stage.until(lambda: stage.ops)
        assert stage.ops == [SetPersona("tester")]

    play(TUNED, scenario)


def test_a_form_is_sent_with_all_that_was_typed() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/task-new")
        await stage.until(lambda: isinstance(stage.app.screen, Form) and stage.app.screen.focused is not None)
        await press_at_once(stage, *"measure it", "ctrl+s")
        await stage.until(lambda: stage.ops)
        assert stage.ops == [StartTask("measure it")]

    play(START, scenario)


def test_a_form_that_is_left_keeps_all_that_was_typed() -> None:
    async def scenario(stage: Stage) -> None:
        for text in ("measure it", ", twice"):
            await command(stage, "/task-new")
            await stage.until(lambda: isinstance(stage.app.screen, Form) and stage.app.screen.focused is not None)
            await press_at_once(stage, *text, "escape")
            await stage.until(lambda: isinstance(stage.app.screen, Workbench))
        await command(stage, "/task-new")
        await stage.until(lambda: isinstance(stage.app.screen, Form) and stage.app.screen.focused is not None)
        await stage.press("ctrl+s")
        await stage.until(lambda: stage.ops)
        assert stage.ops == [StartTask("measure it, twice")]

    play(START, scenario)


def test_a_file_gets_the_whole_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"

    async def scenario(stage: Stage) -> None:
        await focus(stage)
        await stage.press("s")
        await stage.until(lambda: isinstance(stage.app.screen, SaveAs) and stage.app.screen.focused is not None)
        await stage.press("ctrl+u")
        await press_at_once(stage, *str(path), "enter")
        await stage.until(lambda: path.exists() and path.read_text() == "plain\n")

    play(printed("plain"), scenario)


def test_a_search_is_for_the_whole_word() -> None:
    async def scenario(stage: Stage) -> None:
        pane = await focus(stage)
        await stage.press("slash")
        await press_at_once(stage, *"number 12", "enter")
        await stage.until(lambda: pane.has_focus and "1 found" in stage.text("#output"))

    play(printed(*(f"number {number}" for number in range(13))), scenario)
