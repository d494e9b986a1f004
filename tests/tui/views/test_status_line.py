"""The words of the status bar."""

from __future__ import annotations

import pytest

from pygent_engine.events import CallStarted, SessionClosed
from pygent_engine.values import ApprovalMode, Mode, ToolCall
from pygent_tui.views import app_state
from pygent_tui.views.status_line import CANNOT_START, IMAGE_MISSING, NO_NOTE, Part, StatusLine, compact, elapsed, status_line
from tests.scripts import approval, ended_tasks, fallback, running, start
from tests.support.script import Script, call


def line(script: Script | None, note: Part = NO_NOTE) -> StatusLine:
    """What the bar says seven seconds after the end of `script`."""
    state = app_state.fold(app_state.AppState(), script.envelopes if script else [])
    return status_line(state.status, state.asks, "demo", script.at + 7 if script else 0.0, note)


def text(script: Script | None, note: Part = NO_NOTE) -> str:
    return "".join(part for part, _ in line(script, note).left)


def test_before_the_session_there_is_no_mode_to_tell() -> None:
    assert (text(None), text(None, CANNOT_START)) == (" demo · starting", " demo · cannot start")
    assert line(None, IMAGE_MISSING).left[-1] == ("· waiting for you: image missing", "bold $text-warning")


def test_the_whole_line_of_an_idle_session() -> None:
    left = ((" DOCKER ", "bold $text-success on $success-muted"), (" demo ", "$foreground"), ("· ready", "$text-muted"))
    assert line(start()) == StatusLine(left, ())


def test_a_fallback_says_why() -> None:
    assert text(fallback()) == " LOCAL  demo · ready"
    assert line(fallback()).aside == " · local because Docker does not answer (is its daemon running?)"


def test_a_running_command_is_told_with_its_time_and_what_was_used() -> None:
    assert text(running()) == " DOCKER  demo · running: python -m pytest tests · 8s"
    assert line(running()).notes == ("1.4k tokens",)


def test_a_command_of_the_user_is_told_without_a_turn() -> None:
    script = Script().post(CallStarted(ToolCall("user-1", "bash", "{}"), "make", "user"))
    assert text(script) == " DOCKER  demo · running: make"


def test_a_long_command_is_cut_where_it_can_be_seen() -> None:
    script = Script().turn("x").reply("", call("c1", cmd="x" * 50)).start("c1")
    assert f"· running: {'x' * 39}… · " in text(script)


def test_who_waits_for_the_user_comes_before_what_runs() -> None:
    assert text(approval()) == " LOCAL  demo · waiting for you"


def test_tasks_that_live_are_counted() -> None:
    assert "· thinking · 1 task · " in text(ended_tasks())


def test_a_closed_session_is_closed() -> None:
    assert text(running().post(SessionClosed())) == " DOCKER  demo · closed"


@pytest.mark.parametrize(("seconds", "said"), [(-1, "0s"), (59.9, "59s"), (60, "1m00s"), (3599, "59m59s"), (3720, "1h02m")])
def test_elapsed_time_is_said_as_a_person_does(seconds: float, said: str) -> None:
    assert elapsed(seconds) == said


@pytest.mark.parametrize(("count", "said"), [(0, "0"), (999, "999"), (1000, "1.0k"), (48_213, "48k"), (1_300_000, "1.3M")])
def test_counts_are_short(count: int, said: str) -> None:
    assert compact(count) == said


@pytest.mark.parametrize(
    ("mode", "approvals", "confirm_bash", "badge"),
    [
        ("docker", "auto", True, ()),
        ("docker", "auto", False, ()),
        ("local", "auto", True, ()),
        ("local", "auto", False, ((" ASKS OFF ", "bold $text-error on $error-muted"),)),
        ("local", "ask", False, ((" ASKS FOR ALL ", "bold $text-primary on $primary-muted"),)),
        ("docker", "never-write", True, ((" NO WRITES ", "bold $text-primary on $primary-muted"),)),
    ],
)
def test_what_asks_is_told_where_it_is_not_as_it_began(
    mode: Mode, approvals: ApprovalMode, confirm_bash: bool, badge: tuple[tuple[str, str], ...]
) -> None:
    state = app_state.fold(app_state.AppState(), Script(mode).envelopes)
    shown = status_line(state.status, state.asks, "demo", 0.0, NO_NOTE, approvals, confirm_bash)
    assert shown.left[1:-2] == badge
