"""The ways on when the session cannot be opened."""

from __future__ import annotations

from dataclasses import replace

from pygent_engine.events import SubmitPrompt
from pygent_tui.screens.cannot_start import CannotStart
from tests.scenes import Scene, fallback, scene
from tests.support.scene_session import SceneLaunch, SceneSession
from tests.support.stage import Stage, play

REASON = "Docker does not answer."
CANNOT = replace(scene("cannot-start"), failure=REASON)
LOCAL = Scene("local", fallback)


def launch() -> SceneLaunch:
    """Opens only when it is asked to work locally."""
    return SceneLaunch(SceneSession(fallback().envelopes), failure=REASON)


def test_the_reason_is_told_and_quitting_ends_with_an_error() -> None:
    async def scenario(stage: Stage) -> None:
        assert isinstance(stage.app.screen, CannotStart)
        assert REASON in stage.text(".dialog")
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
