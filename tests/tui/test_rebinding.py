"""The user's own keys in the app: they work, are shown, and what is wrong with them is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent_tui.screens.help import Help
from tests.scenes import scene
from tests.support.stage import Stage, play

TASKS = scene("ended-tasks")


def told(stage: Stage) -> list[str]:
    return stage.told


async def taken(stage: Stage) -> None:
    await stage.until(lambda: stage.conductor.rebinding.map.keys or stage.conductor.rebinding.map.troubles)


def test_a_key_of_the_users_own_works_in_the_place_of_ours_and_is_shown() -> None:
    async def scenario(stage: Stage) -> None:
        await taken(stage)
        await stage.press("f6", "f6")
        await stage.until(lambda: "F7 wrap" in stage.text("#keys"))
        pane = stage.conductor.panes.output
        await stage.press("w")
        assert not pane.wrap
        assert stage.bench.composer.text == "w", "a key that is free is for the prompt"
        await stage.press("f6", "f6", "f7")
        assert pane.wrap
        await stage.press("f1")
        assert "F7, Alt+W Wrap lines" in " ".join(stage.text("#help").split())
        assert told(stage) == []

    play(TASKS, scenario, launch=replace(TASKS.launch(), keys=(("output.wrap", "f7, alt+w"),)))


def test_what_is_wrong_is_told_at_the_start_and_in_the_help_and_the_rest_works() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: len(told(stage)) == 3)
        assert "Ctrl+Q is taken by app.quit" in " ".join(told(stage))
        await stage.press("f12")
        assert isinstance(stage.app.screen, Help)
        assert stage.text("#help").splitlines()[1].startswith("│ Your keys")

    keys = (("output.wrap", "ctrl+q"), ("nonsense", "f7"), ("pane.up", "\x1b[2J"), ("app.help", "f12"))
    play(TASKS, scenario, launch=replace(TASKS.launch(), keys=keys))


@pytest.mark.uses("/keys")
def test_the_names_of_all_keys_are_listed_with_what_they_are_now() -> None:
    async def scenario(stage: Stage) -> None:
        await taken(stage)
        await stage.press(*"/keys", "enter")
        await stage.until(lambda: isinstance(stage.app.screen, Help))
        await stage.until(lambda: "app.help" in stage.text("#help"))
        assert "F12 · Help" in stage.text("#help")

    play(TASKS, scenario, launch=replace(TASKS.launch(), keys=(("app.help", "f12"),)))
