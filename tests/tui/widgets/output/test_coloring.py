"""Output drawn in its own colours: as a terminal draws it."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.style import Style

from pygent_tui.tabs import spread
from pygent_tui.widgets.output.coloring import colored

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["\x1b[m", "\x1b[1m", "\x1b[3m", "\x1b[4m", "\x1b[7m", "\x1b[22m", "\x1b[39m", "\x1b[31;44m", "\x1b[91m", "\x1b[38;5;200m"]
        ),
        st.text("abc 数", min_size=1, max_size=4),
    ),
    max_size=12,
)


@given(PIECES)
def test_each_character_has_the_weight_and_colour_that_a_terminal_gives_it(pieces: list[str]) -> None:
    text = "".join(pieces)
    screen = pyte.Screen(200, 1)
    pyte.Stream(screen).feed(text)
    cells = [cell for cell in (screen.buffer[0][x] for x in range(screen.cursor.x)) if cell.data]
    shown = [(character, segment.style or Style.null()) for segment in colored(text) for character in segment.text]
    assert [character for character, _ in shown] == [cell.data for cell in cells]
    for (_, style), cell in zip(shown, cells, strict=True):
        assert (bool(style.bold), bool(style.italic), bool(style.underline), bool(style.reverse)) == (
            cell.bold,
            cell.italics,
            cell.underscore,
            cell.reverse,
        )
        assert (style.color is None or style.color.is_default, style.bgcolor is None or style.bgcolor.is_default) == (
            cell.fg == "default",
            cell.bg == "default",
        )


@pytest.mark.parametrize(
    ("codes", "style"),
    [
        ("38;5;200", Style(color=Color.from_ansi(200))),
        ("48;2;1;2;3", Style(bgcolor=Color.from_rgb(1, 2, 3))),
        ("38:2::1:2:3", Style(color=Color.from_rgb(1, 2, 3))),
        ("38:5:9;1", Style(color=Color.from_ansi(9), bold=True)),
        ("4:3", Style(underline=True)),
        ("38;5", None),
        ("38;2;1", None),
        ("38;9;1", Style(bold=True)),
        ("99999999999999999999;1", Style(bold=True)),
        (";;", None),
    ],
)
def test_colours_are_read_in_every_form_and_nonsense_is_none(codes: str, style: Style | None) -> None:
    assert [segment.style for segment in colored(f"\x1b[{codes}mx")] == [style]


def test_a_line_begins_in_the_colour_that_is_open() -> None:
    assert [(segment.text, segment.style) for segment in colored("a\x1b[mb", "\x1b[1m\x1b[31m")] == [
        ("a", Style(bold=True, color=Color.from_ansi(1))),
        ("b", None),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb", "a       b"),
        ("\x1b[31ma\tb", "\x1b[31ma       b"),
        ("数\tb", "数      b"),
        ("12345678\tb", "12345678        b"),
        ("no", "no"),
    ],
)
def test_tabs_reach_the_columns_of_a_terminal(text: str, shown: str) -> None:
    assert spread(text) == shown
