"""The user's own keys: what can be is taken, and each that cannot is told in a sentence."""

from __future__ import annotations

import pytest

from pygent_tui.keymap import Bound, Keymap, Places, fitted, keymap, places

_BOUND = {
    bound.id: bound
    for bound in (
        Bound("app.quit", "Quit", ("ctrl+q",), first=True),
        Bound("output.full", "Full screen", ("f",)),
        Bound("output.wrap", "Wrap lines", ("w",)),
        Bound("output.clear", "Clear", ("escape",)),
        Bound("output.follow", "Follow", ("escape",)),
        Bound("board.cancel", "Cancel it", ("x",)),
        Bound("composer.send", "Send", ("enter",)),
    )
}
_OUTPUT = frozenset({"app.quit", "output.full", "output.wrap", "output.clear", "output.follow"})
_BOARD = frozenset({"app.quit", "board.cancel"})
_TOGETHER = frozenset({("output.clear", "output.follow"), ("output.follow", "output.clear")})
PLACES = Places(_BOUND, (_OUTPUT, _BOARD), _TOGETHER)


def of(**chosen: str) -> Keymap:
    return fitted([(name.replace("_", "."), keys) for name, keys in chosen.items()], PLACES)


@pytest.mark.parametrize(
    ("name", "keys", "sentence"),
    [
        ("output_warp", "f7", "Key for 'output.warp': there is no such name; did you mean output.wrap?"),
        ("zzz", "f7", "Key for 'zzz': there is no such name; /keys lists the names."),
        ("output_wrap", "ctrl+nosuch", "Key for output.wrap: 'ctrl+nosuch' is no key; write one like ctrl+f, f5, pagedown or /."),
        ("output_wrap", "", "Key for output.wrap: '' is no key; write one like ctrl+f, f5, pagedown or /."),
        ("output_wrap", "f", "Key for output.wrap: f is taken by output.full (Full screen); output.wrap keeps its own."),
        ("output_wrap", "Ctrl+Q", "Key for output.wrap: Ctrl+Q is taken by app.quit (Quit); output.wrap keeps its own."),
        ("app_quit", "x", "Key for app.quit: x is needed to write with; take one with Ctrl or Alt, or an F key."),
        ("composer_send", "x", "Key for composer.send: x is needed to write with; take one with Ctrl or Alt, or an F key."),
    ],
)
def test_what_cannot_be_is_told_and_leaves_the_rest(name: str, keys: str, sentence: str) -> None:
    assert of(**{name: keys, "board_cancel": "f8"}) == Keymap({"board.cancel": "f8"}, (sentence,))


def test_a_hostile_name_is_told_as_what_it_is() -> None:
    assert fitted([("\x1b[2J", "f7")], PLACES).troubles == (r"Key for '\x1b[2J': there is no such name; /keys lists the names.",)


def test_a_key_is_free_where_its_owner_does_not_answer() -> None:
    assert of(board_cancel="w") == Keymap({"board.cancel": "w"})


def test_two_can_change_keys() -> None:
    assert of(output_full="w", output_wrap="f") == Keymap({"output.full": "w", "output.wrap": "f"})


def test_two_that_want_the_same_key_do_not_both_get_it() -> None:
    got = of(output_full="f7", output_wrap="f7")
    assert (got.keys, len(got.troubles)) == ({"output.full": "f7"}, 1)


def test_what_shared_a_key_with_another_leaves_that_one_its_key() -> None:
    assert of(output_follow="r") == Keymap({"output.clear": "escape", "output.follow": "r"})


def test_each_binding_has_one_name_and_no_key_of_ours_clashes() -> None:
    found = places()
    assert keymap([(name, ",".join(bound.keys)) for name, bound in found.bound.items()]).troubles == ()
