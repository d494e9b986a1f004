"""Colour sequences carried from where they were written to the lines that follow."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_tui.views.sgr import carried, plain, reset_in

PIECES = st.lists(
    st.sampled_from(["\x1b[m", "\x1b[0m", "\x1b[0;31m", "\x1b[1;32m", "\x1b[39m", "\x1b[44m", "\x1b[22m", "\x1b[4m", "ab", "\n"]),
    max_size=12,
)


def brush(text: str) -> object:
    """What a terminal would write with after `text`."""
    screen = pyte.Screen(80, 24)
    pyte.Stream(screen).feed(text.replace("\n", ""))
    return screen.cursor.attrs


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("", "plain", ""),
        ("\x1b[31m", "plain", "\x1b[31m"),
        ("\x1b[31m", "a\x1b[mb", ""),
        ("\x1b[31m", "a\x1b[0mb\x1b[1mc", "\x1b[1m"),
        ("\x1b[31m", "\x1b[0;32ma", "\x1b[0;32m"),
        ("\x1b[31m\x1b[1m", "\x1b[31m", "\x1b[1m\x1b[31m"),
    ],
)
def test_what_is_open_lasts_until_it_is_taken_back(before: str, text: str, after: str) -> None:
    assert carried(before, text) == after


@given(PIECES, PIECES)
def test_what_is_carried_paints_as_the_whole_would(before: list[str], text: list[str]) -> None:
    opened = carried("", "".join(before))
    assert brush(carried(opened, "".join(text))) == brush("".join(before) + "".join(text))


def test_what_is_carried_stays_short() -> None:
    opened = ""
    for number in range(10_000):
        opened = carried(opened, f"\x1b[38;5;{number % 256}m")
    assert len(opened) < 1_000
    assert opened.endswith(f"\x1b[38;5;{9_999 % 256}m")


def test_a_reset_is_found_and_sequences_are_taken_out() -> None:
    assert (reset_in("a\x1b[31mb"), reset_in("a\x1b[mb\x1b[31m")) == (-1, 1)
    assert plain("a\x1b[1;31mb\x1b[mc") == "abc"
