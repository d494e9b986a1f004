"""The history of prompts."""

from __future__ import annotations

from pygent_tui.widgets.composer.history import History


def test_an_empty_history_has_nothing_either_way() -> None:
    assert (History().older("draft"), History().newer()) == (None, None)


def test_walking_back_and_forth_returns_to_the_draft() -> None:
    history = History()
    for text in ("one", "two"):
        history.add(text)
    assert [history.older("draft"), history.older("two"), history.older("one")] == ["two", "one", None]
    assert [history.newer(), history.newer(), history.newer()] == ["two", "draft", None]


def test_a_prompt_repeated_at_once_is_remembered_once() -> None:
    history = History()
    for text in ("one", "one", " "):
        history.add(text)
    assert [history.older(""), history.older("one")] == ["one", None]
