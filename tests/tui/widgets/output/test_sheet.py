"""Rows of output: folded as a terminal folds, and addressed by lines that stay when others go."""

from __future__ import annotations

import gc
from functools import reduce
from itertools import pairwise

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from pygent_engine.events import CallStarted, Event, OutputDelta
from pygent_engine.values import ToolCall
from pygent_tui.views.output import EMPTY, Buffer, append, fold
from pygent_tui.views.sgr import plain
from pygent_tui.widgets.output.buffer_source import BufferSource
from pygent_tui.widgets.output.sheet import Laid, Place, Sheet, folds, lay
from tests.support.envelopes import stream

LINES = st.lists(st.text("ab 数据é", max_size=60), min_size=1, max_size=8)


def buffer(*texts: str) -> Buffer:
    events: list[Event] = [CallStarted(ToolCall("c", "bash", "{}"), "make"), *(OutputDelta("c", text) for text in texts)]
    return reduce(fold, stream(events), EMPTY).buffers[0]


def rows_of(text: str, width: int) -> list[str]:
    starts = [0, *folds(text, width)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]


@given(st.text("abcé", min_size=1, max_size=60), st.integers(1, 30))
@settings(deadline=None)
def test_a_line_is_folded_where_a_terminal_folds_it(text: str, width: int) -> None:
    screen = pyte.Screen(width, 60)
    pyte.Stream(screen).feed(text)
    rows = rows_of(text, width)
    assert rows == [line.rstrip() for line in screen.display[: len(rows)]]


@given(st.text("ab 数", max_size=60), st.integers(2, 30))
@settings(deadline=None)
def test_each_row_holds_as_many_wide_characters_as_fit(text: str, width: int) -> None:
    rows = rows_of(text, width)
    assert "".join(rows) == text
    assert all(cell_len(row) <= width < cell_len(row + after[0]) for row, after in pairwise(rows))
    assert cell_len(rows[-1]) <= width


def test_what_is_wider_than_the_pane_and_what_has_no_width_is_folded_too() -> None:
    assert folds("数数", 1) == [1]
    assert folds("e\u0301" * 4, 2) == [4]
    assert folds("", 1) == []


@given(LINES, st.integers(1, 20))
def test_each_row_is_found_by_its_place_and_each_place_by_its_row(lines: list[str], width: int) -> None:
    sheet = Sheet(BufferSource(buffer("\n".join(lines) + "\n")), width)
    places = [sheet.place(row) for row in range(sheet.rows)]
    assert [sheet.row(place) for place in places] == list(range(sheet.rows))
    assert sorted({place.line for place in places}) == list(range(len(lines)))
    assert sheet.row(Place(len(lines), 2)) == sheet.rows + 2


@given(LINES, st.integers(1, 20), st.integers(0, 200))
def test_a_sheet_that_grew_is_one_laid_out_anew(lines: list[str], width: int, cut: int) -> None:
    text = "\n".join(lines)
    grown = Sheet(BufferSource(buffer(text[:cut])), width)
    grown.update(BufferSource(buffer(text)), width)
    fresh = Sheet(BufferSource(buffer(text)), width)
    assert [grown.place(row) for row in range(grown.rows)] == [fresh.place(row) for row in range(fresh.rows)]


def test_a_place_is_the_same_line_after_older_ones_were_dropped() -> None:
    texts = ["".join(f"{number} {'x' * 50}\n" for number in range(first, first + 5_000)) for first in (0, 5_000, 10_000, 15_000)]
    old = buffer(*texts[:3])
    sheet = Sheet(BufferSource(old), 20)
    place = Place(14_000, 1)
    before = sheet.row(place)
    after = buffer(*texts)
    assert after.dropped > old.dropped
    sheet.update(BufferSource(after), 20)
    assert (sheet.place(sheet.row(place)), sheet.row(place)) == (place, before - 3 * (after.dropped - old.dropped))
    assert sheet.row(Place(3)) == 0


@pytest.mark.parametrize(("width", "most"), [(None, 10), (20, 80)])
def test_little_stays_laid_out_of_what_a_command_prints_without_end(width: int | None, most: int) -> None:
    printed = buffer("")
    sheet = Sheet(BufferSource(printed), width)
    before = laid_out()
    for number in range(150):
        printed = append(printed, f"{number} {'x' * 70}\n" * 450)
        sheet.update(BufferSource(printed), width)
        sheet.laid(len(printed.chunks) - 1)
    assert laid_out() - before <= most


def laid_out() -> int:
    """How many sections are kept laid out, by whomever."""
    return sum(isinstance(each, Laid) for each in gc.get_objects())


def test_colours_take_no_room() -> None:
    laid = lay("\x1b[31mabc\x1b[mdef\n\n数\t据", 3)
    assert ([plain(line) for line in laid.lines], laid.ends) == (["abcdef", "", "数      据"], [2, 3, 7])


def test_a_colour_that_was_opened_in_what_was_dropped_is_open_still() -> None:
    source = BufferSource(buffer("\x1b[31m", *(f"{'x' * 30}\n" * 5_000 for _ in range(4)), "\x1b[1m" + "y" * 40_000 + "\n", "z"))
    assert (source.first > 0, source.opened(0), source.opened(source.sections - 1)) == (True, "\x1b[31m", "\x1b[31m\x1b[1m")
