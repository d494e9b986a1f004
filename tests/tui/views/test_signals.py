"""The title of the terminal, and what is signed to somebody who looks elsewhere."""

from __future__ import annotations

import pytest

from pygent_tui.views import app_state
from pygent_tui.views.app_state import AppState
from pygent_tui.views.signals import news, sign, takes_title, title
from tests.scripts import approval, running, start
from tests.support.script import Script


def folded(script: Script) -> AppState:
    return app_state.fold(AppState(), script.envelopes)


def test_the_title_says_where_and_whether_somebody_is_needed() -> None:
    states = (AppState(), folded(start()), folded(running()), folded(approval()))
    assert [title("/home/user/project", state) for state in states] == [
        f"pygent · project · {doing}" for doing in ("starting", "ready", "running", "needs you")
    ]


def test_a_folder_of_any_name_is_no_order_to_the_terminal_and_no_long_one() -> None:
    told = title("/w/a\x1b]52;c;aGk=\x07\x9b2J\u202e" + "x" * 300, AppState())
    assert told.isprintable()
    assert len(told) < 120


def test_what_comes_is_news_once() -> None:
    working, asked = folded(running()), folded(approval())
    assert (news(AppState(), asked), news(asked, asked)) == ("Pygent needs you", "")
    ended = app_state.fold(working, running().end_turn().envelopes[len(running().envelopes) :])
    assert (news(AppState(), working), news(working, ended), news(ended, ended)) == ("", "Pygent is done", "")


@pytest.mark.parametrize(
    ("setting", "environment", "how"),
    [
        ("off", {"TERM_PROGRAM": "WezTerm"}, None),
        ("bell", {"TERM_PROGRAM": "WezTerm"}, "bell"),
        ("osc9", {}, "osc9"),
        ("auto", {}, "bell"),
        ("auto", {"TERM_PROGRAM": "WezTerm"}, "osc9"),
        ("auto", {"TERM": "xterm-kitty"}, "osc9"),
        ("auto", {"TERM_PROGRAM": "WezTerm", "TMUX": "/tmp/tmux-0/default,1,0"}, "bell"),
    ],
)
def test_the_sign_is_one_that_the_terminal_understands(setting: str, environment: dict[str, str], how: str | None) -> None:
    assert sign(setting, environment) == how


@pytest.mark.parametrize(
    ("term", "takes"), [("xterm-256color", True), ("tmux-256color", True), ("linux", False), ("vt100", False), ("", False)]
)
def test_a_terminal_without_a_title_is_given_none(term: str, takes: bool) -> None:
    assert takes_title({"TERM": term}) is takes
