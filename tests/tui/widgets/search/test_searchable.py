"""How matches are shown in a line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from pygent_tui.views.needle import Needle
from pygent_tui.widgets.search.searchable import highlight

RED, MATCH, FOUND = Style(color="red"), Style(underline=True), Style(reverse=True)
TEXTS = st.lists(st.text("ab", min_size=1, max_size=5), max_size=6)


def test_a_line_without_a_match_is_the_very_line() -> None:
    strip = Strip([Segment("plain", RED)])
    assert highlight(strip, Needle("z"), MATCH) is strip


def test_a_match_over_two_colours_keeps_them_and_the_current_one_is_strong() -> None:
    strip = Strip([Segment("aab", RED), Segment("baab")])
    shown = highlight(strip, Needle("bb"), MATCH)
    assert list(shown) == [Segment("aa", RED), Segment("b", RED + MATCH), Segment("b", MATCH), Segment("aab", None)]
    strong = highlight(strip, Needle("aa"), MATCH, 1, FOUND)
    assert [segment.style for segment in strong] == [RED + MATCH, RED, None, FOUND, None]


@given(TEXTS, st.text("ab", min_size=1, max_size=3))
def test_marking_changes_no_text(pieces: list[str], query: str) -> None:
    strip = Strip([Segment(piece) for piece in pieces])
    shown = highlight(strip, Needle(query), MATCH)
    assert shown.text == strip.text
    assert sum(len(text) for text, style, _ in shown if style == MATCH) == len(query) * Needle(query).count(strip.text)
