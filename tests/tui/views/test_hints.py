"""Which keys are named, and in which order."""

from __future__ import annotations

from pygent_tui.views.hints import Hint, hints


def test_nothing_is_named_that_is_not_valid() -> None:
    assert hints({}, {"app.help": "help"}) == ()


def test_the_most_needed_come_first_whatever_the_order_of_the_bindings() -> None:
    active = {"app.quit": "Ctrl+Q", "composer.send": "Enter", "app.help": "F1"}
    assert hints(active, {}) == (
        Hint("composer.send", "Enter", "send"),
        Hint("app.help", "F1", "help"),
        Hint("app.quit", "Ctrl+Q", "quit"),
    )


def test_what_a_key_does_just_now_is_said_and_an_empty_word_leaves_it_out() -> None:
    active = {"app.back": "Esc", "composer.send": "Enter"}
    assert hints(active, {"app.back": "interrupt", "composer.send": ""}) == (Hint("app.back", "Esc", "interrupt"),)
    assert hints({"app.back": "Esc"}, {}) == ()


def test_keys_that_belong_together_are_named_together_or_not_at_all() -> None:
    active = {"output.previous": "[", "output.next": "]"}
    assert hints(active, {}) == (Hint("output.previous", "[ ]", "calls"),)
    assert hints({"output.next": "]"}, {}) == ()


def test_of_two_keys_for_the_same_one_is_named() -> None:
    assert hints({"pane.next": "F6", "pane.next-tab": "Tab"}, {}) == (Hint("pane.next-tab", "Tab", "panes"),)


def test_the_key_that_a_task_at_its_limit_waits_for_is_named_once_before_what_can_always_be_done() -> None:
    active = {"board.open": "Enter", "app.help": "F1", "board.limits": "L"}
    assert [hint.text for hint in hints(active, {})] == ["Enter open", "F1 help", "L limits"]
    assert [hint.text for hint in hints(active, {"board.limits": "raise its limit"})] == ["L raise its limit", "Enter open", "F1 help"]
