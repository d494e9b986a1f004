"""The list above the composer: files, commands, what a command takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Region

from pygent_engine.events import Interrupt, Steer, SubmitPrompt
from pygent_tui.screens.help import Help
from pygent_tui.widgets.composer.composer import Composer
from pygent_tui.widgets.popup import Popup
from tests.scenes import Scene
from tests.scripts import running, start
from tests.support.scene_session import SceneLaunch, SceneSession
from tests.support.stage import Scenario, Stage, play

START = Scene("start", start)
BUSY = Scene("busy", running)


def composer(stage: Stage) -> Composer:
    return stage.bench.query_one(Composer)


def popup(stage: Stage) -> Popup:
    return stage.bench.query_one(Popup)


def in_workspace(folder: Path, scenario: Scenario, *paths: str) -> None:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    play(START, scenario, launch=SceneLaunch(SceneSession(start().envelopes), workspace=str(folder)))


def offers(stage: Stage, text: str) -> bool:
    return popup(stage).is_open and text in stage.text("#popup")


# ------------------------------------------------------------------ files


def test_enter_on_a_name_that_nothing_fits_sends_the_prompt(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"@zzz", "enter")
        await stage.until(lambda: stage.ops)
        assert stage.ops == [SubmitPrompt("@zzz")]

    in_workspace(tmp_path, scenario, "main.py")


@pytest.mark.uses("composer.complete")
def test_tab_and_enter_put_the_path_in_its_place(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"see @mai")
        await stage.until(lambda: offers(stage, "›src/main.py"))
        await stage.press("tab")
        assert (composer(stage).text, popup(stage).is_open) == ("see @src/main.py ", False)
        await stage.press(*"and @note")
        await stage.until(lambda: offers(stage, "my notes.txt"))
        await stage.press("enter")
        assert (composer(stage).text, stage.ops) == ('see @src/main.py and @"my notes.txt" ', [])

    in_workspace(tmp_path, scenario, "src/main.py", "my notes.txt")


def test_tab_goes_on_into_a_folder(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"@sr")
        await stage.until(lambda: offers(stage, "src/"))
        await stage.press("tab")
        assert composer(stage).text == "@src/"
        await stage.until(lambda: offers(stage, "src/main.py"))
        await stage.press("down", "enter")
        assert composer(stage).text == "@src/main.py "

    in_workspace(tmp_path, scenario, "src/main.py")


def test_up_and_down_choose_and_do_not_walk_the_history(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"x", "enter", *"@a")
        await stage.until(lambda: offers(stage, "a2"))
        await stage.press("down", "down", "up", "enter")
        assert composer(stage).text == "@a1 "

    in_workspace(tmp_path, scenario, "a0", "a1", "a2")


def test_a_list_that_comes_late_is_not_taken_for_what_was_typed_since(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("@")
        await stage.until(lambda: offers(stage, "a.py"))
        station = stage.conductor.completing
        asked = station._token
        assert asked is not None
        composer(stage).insert("m")
        station._offer_files(asked, ["a.py", "main.py"])  # found for the @ alone
        composer(stage).action_complete()
        await stage.until(lambda: composer(stage).text == "@main.py ")

    in_workspace(tmp_path, scenario, "a.py", "main.py")


@pytest.mark.uses("composer.leave")
def test_escape_closes_the_list_keeps_the_text_and_interrupts_nothing(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"@m")
        await stage.until(lambda: offers(stage, "main.py"))
        await stage.press("escape", "a")
        await stage.pilot.pause(0.1)
        assert (composer(stage).text, popup(stage).is_open, stage.ops) == ("@ma", False, [])

    in_workspace(tmp_path, scenario, "main.py")


def test_a_file_that_is_made_meanwhile_is_found(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"@oth")
        await stage.until(lambda: offers(stage, "other.py"))
        (tmp_path / "fresh.py").write_text("x")
        stage.conductor.completing._listed_at = None  # two seconds have passed
        await stage.press("tab", *"@fres")
        await stage.until(lambda: offers(stage, "fresh.py"))

    in_workspace(tmp_path, scenario, "other.py")


def test_a_hostile_name_is_shown_harmless_and_put_in_place_as_it_is(tmp_path: Path) -> None:
    name = "evil[bold][@click=app.quit]\x1b]52;c;aGk=\x07\u202e"

    async def scenario(stage: Stage) -> None:
        await stage.press(*"@evil")
        await stage.until(lambda: offers(stage, "evil[bold][@click=app.quit]]52;c;aGk="))
        await stage.press("enter")
        assert composer(stage).text == f"@{name} "

    in_workspace(tmp_path, scenario, name)


def test_the_list_stands_right_above_the_composer_and_covers_no_key_of_it(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("@")
        await stage.until(lambda: popup(stage).is_open)
        await stage.pilot.pause()
        box, below = popup(stage).region, composer(stage).region
        assert (box.bottom, box.x, box.height) == (below.y, below.x, 10)
        assert not box.overlaps(Region(*below))

    in_workspace(tmp_path, scenario, *(f"f{number}" for number in range(20)))


# ------------------------------------------------------------------ commands


def test_commands_are_offered_with_what_they_take_and_do() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("/", "s", "t")
        assert "/steer TEXT" in stage.text("#popup")
        assert "Tell the running turn something" in stage.text("#popup")

    play(BUSY, scenario)


def test_enter_takes_a_command_and_sends_one_that_takes_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/sto", "enter")
        await stage.until(lambda: stage.ops)
        assert (stage.ops, composer(stage).text) == ([Interrupt()], "")
        await stage.press(*"/ste", "enter")
        assert composer(stage).text == "/steer "
        assert "/steer TEXT" in stage.text("#composer")
        await stage.press(*"faster", "enter")
        await stage.until(lambda: len(stage.ops) == 2)
        assert stage.ops[1] == Steer("faster")

    play(BUSY, scenario)


def test_a_command_is_shown_by_a_tab_and_not_sent() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/hel", "tab")
        assert (composer(stage).text, stage.app.screen) == ("/help", stage.bench)
        await stage.press("enter")
        await stage.until(lambda: isinstance(stage.app.screen, Help))

    play(START, scenario)


def test_what_a_command_takes_is_offered_and_taken_only_when_it_was_begun_or_marked() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/theme ")
        assert "pygent-light" in stage.text("#popup")
        assert popup(stage).chosen is None
        await stage.press(*"pygent-l", "enter")
        assert composer(stage).text == "/theme pygent-light"
        await stage.press("enter")
        await stage.until(lambda: stage.app.theme == "pygent-light")

    play(START, scenario)


@pytest.mark.parametrize("text", ["/etc/passwd", "see /he", "a@b", "/help\nx"])
def test_what_is_no_command_and_no_file_opens_no_list(text: str) -> None:
    async def scenario(stage: Stage) -> None:
        composer(stage).insert(text)
        await stage.pilot.pause()
        assert not popup(stage).is_open

    play(START, scenario)
