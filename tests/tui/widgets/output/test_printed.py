"""Laws of wrapped and searched output: what is read stays where it is, and matches follow their lines."""

from __future__ import annotations

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from pygent_engine.events import CallEnded, OutputDelta
from pygent_engine.values import ToolResult
from pygent_tui.widgets.output.output_pane import OutputPane

from ..stage import Stage, in_loop, screen_lines, settle
from .test_output_pane import HOSTILE, begun, folded, numbered


@pytest.mark.parametrize("unit", ["x", "数"], ids=["narrow", "wide"])
def test_wrapped_lines_that_are_read_stay_while_older_ones_are_dropped(unit: str) -> None:
    def some(first: int, last: int) -> OutputDelta:
        return OutputDelta("c", "".join(f"{number} {unit * (number % 90)}\n" for number in range(first, last)))

    @in_loop
    async def scenario() -> None:
        pane = OutputPane()
        async with Stage(pane).run_test(size=(40, 10)) as pilot:
            state = folded(begun(), some(0, 9_000))
            pane.show(state)
            await settle(pilot, pane)
            pane.wrap = True
            await pilot.press("pageup", "up", "up")
            before = screen_lines(pane)
            for number in range(9_000, 18_000, 1_000):
                state = folded(some(number, number + 1_000), start=state)
                pane.show(state)
                pane.flush()
                assert screen_lines(pane) == before
                if state.buffers[0].dropped > 8_000:
                    break
            assert state.buffers[0].dropped > 0

    scenario()


@in_loop
async def test_wrapping_and_back_keeps_the_line_that_is_read_and_the_end_that_is_followed() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(30, 6)) as pilot:
        pane.show(folded(begun(), OutputDelta("c", "".join(f"line {number} {'y' * 70}\n" for number in range(500)))))
        await settle(pilot, pane)
        await pilot.press("w")
        assert (pane.following, screen_lines(pane)[3][:8]) == (True, "line 499")
        await pilot.press("g", *["pagedown"] * 9)
        line = pane.top_line
        await pilot.press("w")
        assert pane.top_line == line
        await pilot.press("w")
        assert pane.top_line == line


@in_loop
async def test_a_selection_over_wrapped_rows_is_copied_as_the_lines_they_are() -> None:
    pane = OutputPane()
    pane.wrap = True
    async with Stage(pane).run_test(size=(12, 8)) as pilot:
        pane.show(folded(begun(), OutputDelta("c", "one two three four five\nsix\n")))
        await settle(pilot, pane)
        assert pane.get_selection(Selection(Offset(4, 0), None)) == ("two three four five\nsix", "\n")


@in_loop
async def test_hostile_output_is_harmless_when_it_is_wrapped_and_searched() -> None:
    pane = OutputPane()
    pane.wrap = True
    app = Stage(pane)
    async with app.run_test(size=(30, 12)) as pilot:
        pane.show(folded(begun(HOSTILE), OutputDelta("c", f"{HOSTILE}\n{HOSTILE}", skipped=3)))
        await settle(pilot, pane)
        await pilot.press("slash", *"[@click")
        lines = [pane.render_line(y) for y in range(pane.size.height)]
        assert "".join(line.text for line in lines).isprintable()
        assert not any(segment.control or (segment.style and segment.style.link) for line in lines for segment in line)
        assert not app.acted


@in_loop
async def test_the_match_that_is_shown_stays_the_same_while_lines_come_and_go() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(60, 10)) as pilot:
        state = folded(begun(), numbered(0, 10_000))
        pane.show(state)
        await settle(pilot, pane)
        await pilot.press("slash", *"line 999", "enter", "N")
        assert pane.matches is not None
        await pilot.pause()
        assert pane.matches.position == (2, 11)
        hit = pane.matches.current
        shown = [y for y, line in enumerate(screen_lines(pane)) if line == "line 9990"]
        for number in range(10_000, 19_000, 1_000):
            state = folded(numbered(number, number + 1_000), start=state)
            pane.show(state)
            pane.flush()
        assert state.buffers[0].dropped > 0
        assert (pane.matches.current, [y for y, line in enumerate(screen_lines(pane)) if line == "line 9990"]) == (hit, shown)
        assert pane.matches.position == (1, 10), "line 999 itself is no longer kept"


@in_loop
async def test_a_match_far_to_the_right_is_brought_into_view() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(30, 6)) as pilot:
        pane.show(folded(begun(), OutputDelta("c", f"{'.' * 200}needle{'.' * 200}\nshort\n")))
        await settle(pilot, pane)
        await pilot.press("slash", *"needle")
        await settle(pilot, pane)
        assert "needle" in screen_lines(pane)[0]


@in_loop
async def test_matches_can_be_told_apart_without_colour() -> None:
    pane = OutputPane()
    app = Stage(pane)
    app.no_color = True
    async with app.run_test(size=(30, 6)) as pilot:
        pane.show(folded(begun(), OutputDelta("c", "ab ab\n"), CallEnded(ToolResult("c", "", "ok", 0, 1.0))))
        await settle(pilot, pane)
        await pilot.press("slash", *"ab")
        styles = [(segment.style.underline, segment.style.reverse) for segment in pane.line(0) if segment.style and segment.text == "ab"]
        assert styles == [(None, True), (True, None)]


@in_loop
async def test_a_tab_behind_wide_characters_is_searched_as_the_blanks_that_are_seen() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(30, 6)) as pilot:
        pane.show(folded(begun(), OutputDelta("c", "数数\tx\na\tb\n")))
        await settle(pilot, pane)
        assert (pane.find(" " * 5), pane.find(" " * 4)) == (1, 2)
        assert [pane.step(), pane.step()] == [(2, 2), (1, 2)]


@in_loop
async def test_the_part_of_a_long_line_that_is_read_stays_whatever_the_width() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(80, 12)) as pilot:
        pane.show(folded(begun(), OutputDelta("c", "".join(f"{number:05d} " for number in range(3_000)) + "\nend\n")))
        await settle(pilot, pane)
        await pilot.press("w", "g", *["pagedown"] * 5)
        read = int(screen_lines(pane)[0].split()[1])
        for width in (40, 27, 63, 20, 31, 80, 50, 80):
            await pilot.resize_terminal(width, 12)
            await settle(pilot, pane)
            assert abs(int(screen_lines(pane)[0].split()[1]) - read) < 20  # a row of the widest page, or less
