"""Laws of drawn markdown: whatever a model writes is drawn, within its width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from pygent_tui.widgets.conversation.markdown import MarkdownPen

BITS = st.sampled_from(
    [
        *("> ", "- ", "1. ", "# ", "```", "~~~", "|", "---", "| - | - |", "**", "*", "`", "[a](", "b)", "![i](u)", "![]()", "[", "]"),
        *("<b>", "&#0;", "\\", "\n", "\n\n", "   ", "\t", "word ", "日本語 ", "👨‍👩‍👧 ", "\u0301", "~~", "* * *\n", "===\n", "x" * 90),
    ]
)
PEN = MarkdownPen(lambda role: Style())


def drawn(text: str, width: int = 60) -> list[str]:
    return ["".join(segment.text for segment in line).rstrip() for line in PEN.render(text, width)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("![a cat](cat.png)", ["[image: a cat (cat.png)]"]),
        ("See ![](x) **and ![b](y)**.", ["See [image: (x)] and [image: b (y)]."]),
        ("# On ![a]()\n\n> ![q](z) *so*", ["On [image: a ()]", "", "▌ [image: q (z)] so"]),
    ],
)
def test_an_image_is_told_where_it_stands(text: str, lines: list[str]) -> None:
    assert [line.strip() for line in drawn(text) if line] == [line.strip() for line in lines if line]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("one\ntwo  \nthree", ["one", "two", "three"]),
        ("- one\n  still\n- two", [" • one", "   still", " • two"]),
        ("9. nine\n10. ten\n    - in", ["  9. nine", " 10. ten", "      • in"]),
        ("---", ["─" * 60]),
    ],
)
def test_lines_numbers_and_rules_stand_as_they_were_written(text: str, lines: list[str]) -> None:
    assert drawn(text) == lines


@given(st.lists(BITS, max_size=40).map("".join), st.sampled_from([8, 13, 40, 120]))
def test_whatever_is_written_is_drawn_within_its_width(text: str, width: int) -> None:
    assert all(sum(segment.cell_length for segment in line) <= width for line in PEN.render(text, width))
