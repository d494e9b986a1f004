"""The last line of the screen: what it names is what the keys do now."""

from __future__ import annotations

import pytest

from pygent_engine.events import Interrupt
from pygent_tui.screens.help import Help
from pygent_tui.widgets.asks.approval_panel import ApprovalPanel
from tests.asking_scripts import long_command
from tests.scenes import Scene, scene
from tests.support.stage import Stage, play

START, RUNNING, TASKS, APPROVAL = scene("start"), scene("running"), scene("ended-tasks"), scene("approval")


def keys(stage: Stage) -> str:
    return stage.text("#keys")


def test_it_says_what_can_be_done_from_the_prompt() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: keys(stage).startswith(" Enter send  F1 help  Ctrl+Q quit  Tab panes  Ctrl+P commands"))

    play(START, scenario)


def test_from_a_pane_it_says_the_way_back() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6")
        await stage.until(lambda: keys(stage).startswith(" Esc to the prompt"))

    play(START, scenario)


def test_it_says_that_a_turn_can_be_interrupted_and_what_enter_does_meanwhile() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: keys(stage).startswith(" Esc interrupt  Enter queue  Ctrl+S steer  F1 help"))

    play(RUNNING, scenario)


def test_it_follows_the_focus() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6")
        await stage.until(lambda: "Enter open" in keys(stage) and "y copy" in keys(stage))
        await stage.press("f6")
        await stage.until(lambda: "f full screen" in keys(stage) and "w wrap" in keys(stage))
        await stage.press("f6")
        await stage.until(lambda: "p peek" in keys(stage) and "f full" not in keys(stage))

    play(TASKS, scenario)


def test_it_says_how_a_search_goes_on() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("f6", "slash")
        await stage.until(lambda: keys(stage).startswith(" Enter keep  Esc end search"))
        assert "/ search" not in keys(stage), "it is written now"
        await stage.press(*"cache", "enter")
        await stage.until(lambda: keys(stage).startswith(" n N match  Esc end search"))
        await stage.press("escape")
        await stage.until(lambda: "match" not in keys(stage))

    play(TASKS, scenario)


def test_a_list_that_is_left_takes_its_keys_with_it() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("slash")
        await stage.until(lambda: keys(stage).startswith(" Tab complete  Enter take  Esc close"))
        await stage.press("escape")
        await stage.until(lambda: keys(stage).startswith(" Enter send"))

    play(START, scenario)


def test_what_asks_says_itself_which_keys_answer_and_from_a_pane_how_to_get_there() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: isinstance(stage.bench.focused, ApprovalPanel) and keys(stage).startswith(" F1 help"))
        assert "Esc" not in keys(stage)
        await stage.press("f6")
        await stage.until(lambda: "Alt+A answer" in keys(stage))

    play(APPROVAL, scenario)


def test_what_is_longer_than_its_panel_is_said_to_scroll() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: keys(stage).startswith(" ↑ ↓ scroll"))

    play(Scene("long-command", long_command), scenario)


@pytest.mark.parametrize(("size", "line"), [((40, 12), " Enter send  F1 help  Ctrl+Q quit"), ((16, 12), " Enter send"), ((8, 12), "")])
def test_it_names_only_whole_keys_the_most_needed_first(size: tuple[int, int], line: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: keys(stage).rstrip() == line)
        assert stage.one("#keys").region.height == 1

    play(START, scenario, size=size)


def test_on_a_screen_that_is_tiny_there_is_none() -> None:
    async def scenario(stage: Stage) -> None:
        assert not stage.bench.keys.display

    play(START, scenario, size=(20, 5))


def test_a_click_does_what_the_key_does() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.pilot.click("#keys", offset=(3, 0))
        assert stage.ops == [Interrupt()]
        await stage.pilot.click("#keys", offset=(2 + keys(stage).index("F1"), 0))
        await stage.until(lambda: isinstance(stage.app.screen, Help))

    play(RUNNING, scenario)
