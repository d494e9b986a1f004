"""Keys by name: what the screen calls them, and what a user may write."""

from __future__ import annotations

import pytest

from pygent_tui.key_names import parse, shown, shown_all


@pytest.mark.parametrize(
    "text", ["", " ", "ctrl+", "ctrl", "foo", "hyp+a", "ctrl+nosuch", "a b", "ctrl+ctrl+a", "f25", "\x1b", "a,,b", "ctrl+a,"]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\A"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("Ctrl+F", ("ctrl+f",)),
        ("/", ("slash",)),
        (",", ("comma",)),
        ("+", ("plus",)),
        ("ctrl++", ("ctrl+plus",)),
        ("G, g, G", ("G", "g")),
        ("Esc,PgUp", ("escape", "pageup")),
        ("Shift+Ctrl+K", ("ctrl+shift+k",)),
        ("left_square_bracket,[", ("left_square_bracket",)),
    ],
)
def test_a_key_is_taken_as_people_write_it(text: str, keys: tuple[str, ...]) -> None:
    assert parse(text) == keys


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ctrl+q", "Ctrl+Q"),
        ("slash", "/"),
        ("right_curly_bracket", "}"),
        ("G", "G"),
        ("escape", "Esc"),
        ("shift+f6", "Shift+F6"),
        ("alt+right", "Alt+→"),
        ("ctrl+underscore", "Ctrl+_"),
        ("space", "Space"),
    ],
)
def test_a_key_is_shown_as_it_stands_on_a_keyboard(key: str, name: str) -> None:
    assert shown(key) == name


def test_what_is_shown_can_be_written() -> None:
    keys = ("ctrl+q", "slash", "G", "escape", "shift+f6", "ctrl+underscore", "space", "pageup")
    assert parse(shown_all(keys)) == keys
