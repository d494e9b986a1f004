"""Laws of the second layer against hostile text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import ControlType, Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from pygent_tui.widgets.sanitise import SafeLines, one_line, safe_strip, safe_text

HOSTILE = "a\x1b]52;c;eA==\x07b\x1b[2Jc\x9b31md\u202ee\u2066f\x7fg\u2028h\r\n\x00i\udc80"


def test_nothing_that_a_terminal_acts_upon_is_left() -> None:
    assert safe_text(HOSTILE) == "a]52;c;eA==b[2Jc31mdefghi"


def test_a_text_on_one_line_keeps_its_words_apart_and_is_safe() -> None:
    assert one_line(" a\n\tb\r\n c\x1b[2J\u2028d ") == "a b c[2J d"


def test_links_actions_and_control_segments_are_taken_away() -> None:
    style = Style(bold=True, link="https://example.com", meta={"@click": "app.quit"})
    strip = safe_strip(Strip([Segment("x", style), Segment("\x1b[2J", None, [(ControlType.CLEAR,)]), Segment("y")]))
    assert [(text, control) for text, _, control in strip] == [("x", None), ("y", None)]
    bold = next(iter(strip)).style
    assert bold is not None and bold.bold and bold.link is None and bold.meta == {}


def test_a_clean_strip_is_passed_on_as_it_is() -> None:
    strip = Strip([Segment("plain", Style(bold=True))])
    assert safe_strip(strip) is strip


def test_a_line_of_any_widget_keeps_its_width_and_its_actions_but_no_control_and_no_link() -> None:
    style = Style(link="https://example.com", meta={"@click": "app.help_quit"})
    strip = Strip([Segment(HOSTILE, style), Segment("plain")])
    drawn = strip.apply_filter(SafeLines(), Color(0, 0, 0))
    assert safe_text(drawn.text) == drawn.text
    assert sum(segment.cell_length for segment in drawn) == drawn.cell_length == strip.cell_length
    hostile = next(iter(drawn)).style
    assert hostile is not None and (hostile.link, hostile.meta) == (None, {"@click": "app.help_quit"})


@given(st.text())
def test_what_was_made_safe_stays_as_it_is(text: str) -> None:
    assert safe_text(safe_text(text)) == safe_text(text)
