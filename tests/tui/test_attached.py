"""The app on the session of another process: leaving it ends nothing, and its end is told."""

from __future__ import annotations

from dataclasses import replace

from pygent_engine.events import SessionClosed
from pygent_tui.screens.confirm import Confirm
from tests.scenes import scene
from tests.support.envelopes import stream
from tests.support.scene_session import SceneLaunch
from tests.support.stage import Stage, play

RUNNING = scene("running")


def attached(failure: str = "") -> SceneLaunch:
    return replace(RUNNING.launch(), attached=True, failure=failure)


def test_it_says_at_the_start_what_leaving_does() -> None:
    async def look(stage: Stage) -> None:
        said = stage.told
        assert said == ["Attached to a session of another terminal. Leaving detaches; the session goes on."]

    play(RUNNING, look, launch=attached())


def test_quitting_while_something_runs_detaches_without_a_question() -> None:
    async def leave(stage: Stage) -> None:
        assert stage.state.status.busy
        await stage.press("ctrl+q")
        await stage.pilot.pause()
        assert not isinstance(stage.app.screen, Confirm)

    app = play(RUNNING, leave, launch=attached())
    assert (app.return_code, app.last_word) == (0, "Detached; the session goes on.")


def test_the_end_of_the_session_ends_the_app_and_says_so() -> None:
    async def end(stage: Stage) -> None:
        (closed,) = stream([SessionClosed()])
        stage.session.play([replace(closed, seq=stage.session.played + 1)])
        await stage.until(lambda: stage.app.return_code is not None)

    app = play(RUNNING, end, launch=attached())
    assert (app.return_code, app.last_word) == (0, "The session has ended.")


def test_a_session_whose_process_is_gone_is_exit_code_1_and_its_reason_is_cleaned() -> None:
    async def end(stage: Stage) -> None:
        (closed,) = stream([SessionClosed("it is \x1b[2Jgone")])
        stage.session.play([replace(closed, seq=stage.session.played + 1)])
        await stage.until(lambda: stage.app.return_code is not None)

    app = play(RUNNING, end, launch=attached())
    assert (app.return_code, app.last_word) == (1, "The session has ended: it is \N{SYMBOL FOR ESCAPE}[2Jgone.")


def test_a_session_that_cannot_be_reached_any_more_ends_the_app_with_its_sentence() -> None:
    async def nothing(stage: Stage) -> None:
        await stage.until(lambda: stage.app.return_code is not None)

    app = play(RUNNING, nothing, launch=attached("There is no running session ab."))
    assert (app.return_code, app.failure, app.last_word) == (1, "There is no running session ab.", "")
