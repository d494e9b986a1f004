"""A pull as a fold: its share never falls, and it is gone when it ended, whatever the end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.events import Event, ImagePullEnded, ImagePullProgress, ImagePullStarted
from pygent_tui.views import asks, status, transcript
from pygent_tui.views.entries import Notice
from pygent_tui.views.pull import Pull, fold
from pygent_tui.views.status_line import status_line
from tests.scripts import failed_pull, half_pulled, pulled, pulling
from tests.support.script import Script

counts = st.integers(0, 10**9)


def talk(script: Script) -> transcript.Transcript:
    state = transcript.EMPTY
    for envelope in script.envelopes:
        state = transcript.fold(state, envelope)
    return state


def glance(script: Script) -> status.Status:
    state = status.EMPTY
    for envelope in script.envelopes:
        state = status.fold(state, envelope)
    return state


@given(st.lists(st.tuples(counts, counts, counts, counts)))
def test_the_share_never_falls_and_stays_between_nothing_and_all(steps: list[tuple[int, int, int, int]]) -> None:
    state: Pull | None = Pull("i")
    for step in steps:
        before, state = state, fold(state, ImagePullProgress("i", *step))
        assert before is not None and state is not None
        assert before.share <= state.share <= 1.0


@pytest.mark.parametrize(
    ("event", "share", "counts"),
    [
        (ImagePullProgress("i", 0, 0, 0, 0), 0.0, ""),
        (ImagePullProgress("i", 0, 1, 0, 0), 0.0, "0 of 1 layer"),
        (ImagePullProgress("i", 2, 4, 5_000_000, 20_000_000), 0.375, "2 of 4 layers, 5.0 of 20.0 MB"),
        (ImagePullProgress("i", 1, 4, 20_000_000, 20_000_000), 0.625, "1 of 4 layers, 20.0 of 20.0 MB"),
        (ImagePullProgress("i", 4, 4, 20_000_000, 20_000_000), 1.0, "4 of 4 layers, 20.0 of 20.0 MB"),
    ],
)
def test_layers_and_bytes_count_half_each(event: ImagePullProgress, share: float, counts: str) -> None:
    assert fold(Pull("i"), event) == Pull("i", share, counts)


@pytest.mark.parametrize("event", [ImagePullEnded("i"), ImagePullEnded("i", "cancelled")])
def test_nothing_is_left_of_a_pull_that_ended(event: Event) -> None:
    script = half_pulled().post(event)
    assert (talk(script).pull, glance(script).pull, glance(script).busy) == (None, None, False)


def test_a_pull_is_shown_beside_the_entries_until_it_ended() -> None:
    assert (talk(pulling()).entries, talk(pulling()).pull) == (talk(Script()).entries, Pull("python:3.12-slim"))
    assert talk(pulled()).entries[1:] == (Notice("info", "The image python:3.12-slim is here now."),)


def test_a_pull_that_failed_says_why_what_to_run_and_how_it_goes_on() -> None:
    reason = "Docker image python:3.12-slim could not be pulled: no such host; run: docker pull python:3.12-slim"
    way_on = "(the next command tries again; pygent --no-docker works on this machine)"
    assert talk(failed_pull()).entries[1:] == (Notice("warning", f"{reason} {way_on}"),)


def test_a_pull_that_was_cancelled_is_no_failure() -> None:
    ended = half_pulled().post(ImagePullEnded("python:3.12-slim", "cancelled"))
    said = "The pull of the image python:3.12-slim was ended (the next command tries again)"
    assert talk(ended).entries[1:] == (Notice("warning", said),)


def test_the_status_tells_the_pull() -> None:
    line = status_line(glance(half_pulled()), asks.EMPTY, "demo", 0.0)
    assert line.left[-1][0] == "· pulling 38 %"


def test_a_pull_of_a_task_is_not_the_session_s() -> None:
    script = Script().task("task-1", "one").post(ImagePullStarted("i"), "task-1")
    assert (talk(script).pull, glance(script).pull) == (None, None)
