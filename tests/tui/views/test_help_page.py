"""The page of help: how its sections are laid out."""

from __future__ import annotations

from pygent_tui.views.help_page import Section, laid

PAGE = (Section("Keys", (("F1", "help"), ("Ctrl+J, Alt+Enter, Shift+Enter", "break the line"))), Section("More", text="a text " * 20))


def lines(width: int) -> list[str]:
    return ["".join(text for text, _ in line) for line in laid(PAGE, width)]


def test_what_a_key_does_stands_beside_it_and_beneath_one_that_is_long() -> None:
    assert lines(80)[:5] == [
        "Keys",
        "  F1                      help",
        "  Ctrl+J, Alt+Enter, Shift+Enter",
        "                          break the line",
        "",
    ]


def test_where_it_is_narrow_it_stands_beneath() -> None:
    assert lines(24)[:6] == ["Keys", "  F1", "    help", "  Ctrl+J, Alt+Enter,", "  Shift+Enter", "    break the line"]


def test_no_line_is_wider_than_the_page_and_none_is_too_long_to_read() -> None:
    for width in (1, 10, 59, 60, 80, 300):
        shown = [len(line) for line in lines(width)]
        assert width < 30 or max(shown) <= min(width, 100)
