"""The ways on when the session cannot be opened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent_engine.events import Interrupt, SubmitPrompt
from pygent_tui.screens.cannot_start import CannotStart
from tests.scenes import Scene, scene
from tests.scripts import fallback, pulling
from tests.support.scene_session import SceneLaunch, SceneSession
from tests.support.script import Script
from tests.support.stage import Stage, play

REASON = "Docker does not answer."
CANNOT = replace(scene("cannot-start"), failure=REASON)
LOCAL = Scene("local", fallback)
MISSING = Scene("pulling", pulling)


def launch() -> SceneLaunch:
    """Opens only when it is asked to work locally."""
    return SceneLaunch(SceneSession(fallback().envelopes), failure=REASON)


def test_the_reason_is_told_and_quitting_ends_with_an_error() -> None:
    async def scenario(stage: Stage) -> None:
        assert isinstance(stage.app.screen, CannotStart)
        assert REASON in stage.text(".dialog")
        assert "cannot start" in stage.bench.bar.render().plain
        await stage.press("q")

    app = play(CANNOT, scenario)
    assert (app.return_code, app.failure) == (1, REASON)


def test_ctrl_q_is_an_error_too() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("ctrl+q")

    assert play(CANNOT, scenario).return_code == 1


def test_a_retry_that_fails_tells_so_again() -> None:
    async def scenario(stage: Stage) -> None:
        first = stage.app.screen
        await stage.press("r")
        await stage.until(lambda: isinstance(stage.app.screen, CannotStart) and stage.app.screen is not first)

    play(CANNOT, scenario)


def test_working_locally_opens_the_session_and_sends_what_was_typed() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("l")
        await stage.until(lambda: stage.state.status.opened)
        assert stage.app.screen is stage.bench
        assert "LOCAL" in stage.text("#status")
        await stage.press(*"hi", "enter")
        assert stage.ops == [SubmitPrompt("hi")]

    app = play(LOCAL, scenario, launch=launch())
    assert app.failure == ""


def test_a_reason_is_literal_text() -> None:
    async def scenario(stage: Stage) -> None:
        assert "[/] [@click=app.quit]x[/] \\x1b[2J".replace("\\x1b", "\u241b") in stage.text(".dialog")

    play(replace(CANNOT, failure="[/] [@click=app.quit]x[/] \x1b[2J"), scenario)


def without_image(script: Script) -> SceneLaunch:
    """Opens when it may pull, or is asked to work locally."""
    return SceneLaunch(SceneSession(script.envelopes), failure="Not here; run: docker pull some:image", missing="some:image")


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
@pytest.mark.parametrize("name", ["cannot-start", "image-missing"])
def test_the_ways_on_are_seen_however_small_the_screen_and_the_reason_scrolls(name: str, size: tuple[int, int]) -> None:
    async def scenario(stage: Stage) -> None:
        shown = stage.text(".dialog")
        assert all(way in shown for way in ("r  try again", "l  work locally", "q  quit"))
        await stage.press(*["down"] * 20)
        await stage.until(lambda: "unless you turned that off." in stage.text(".dialog").replace("\n", " "))

    play(scene(name), scenario, size=size)


def test_a_missing_image_is_told_with_the_command_that_pulls_it() -> None:
    async def scenario(stage: Stage) -> None:
        shown = stage.text(".dialog")
        assert "docker pull some:image" in shown
        assert "waiting for you: image missing" in stage.bench.bar.render().plain
        assert all(way in shown for way in ("p  pull it", "r  try again", "l  work locally", "q  quit"))
        await stage.press("q")

    app = play(CANNOT, scenario, launch=without_image(Script()))
    assert (app.return_code, app.failure) == (1, "Not here; run: docker pull some:image")


def test_pulling_opens_the_session_which_takes_prompts_meanwhile_and_esc_ends_the_pull() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("p")
        await stage.until(lambda: stage.state.status.pull)
        assert stage.app.screen is stage.bench
        await stage.press(*"hi", "enter", "escape")
        assert stage.ops == [SubmitPrompt("hi"), Interrupt()]

    assert play(MISSING, scenario, launch=without_image(pulling())).failure == ""


def test_quitting_during_a_pull_asks_first() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("p")
        await stage.until(lambda: stage.state.status.pull)
        await stage.press("ctrl+q")
        assert "The pull of the image still runs." in stage.text(".dialog")
        await stage.press("y")

    assert play(MISSING, scenario, launch=without_image(pulling())).return_code == 0


def test_a_missing_image_does_not_keep_from_working_locally() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("l")
        await stage.until(lambda: stage.state.status.opened)
        assert "LOCAL" in stage.text("#status")

    play(LOCAL, scenario, launch=without_image(fallback()))


def test_only_a_missing_image_can_be_pulled() -> None:
    async def scenario(stage: Stage) -> None:
        first = stage.app.screen
        await stage.press("p")
        assert stage.app.screen is first and "pull" not in stage.text(".dialog")

    play(CANNOT, scenario)
