"""Laws of the live output pane."""

from __future__ import annotations

from functools import reduce

from pygent_engine.events import CallEnded, CallStarted, Event, OutputDelta
from pygent_engine.values import ToolCall, ToolResult
from pygent_tui.views.output import EMPTY, Outputs, fold, select
from pygent_tui.widgets.output.output_pane import OutputPane
from tests.support.envelopes import stream

from ..stage import Stage, in_loop, screen_lines, settle

HOSTILE = "x\x1b]52;c;eA==\x07\x1b[2J\x9b31m\u202e[/][@click=app.betray]press[/]\x1b]8;;http://evil\x07link\x1b]8;;\x07y"


def folded(*events: Event | tuple[str, Event], start: Outputs = EMPTY) -> Outputs:
    return reduce(fold, stream(events), start)


def begun(summary: str = "make", call_id: str = "c") -> CallStarted:
    return CallStarted(ToolCall(call_id, "bash", "{}"), summary)


def numbered(first: int, last: int) -> OutputDelta:
    return OutputDelta("c", "".join(f"line {number}\n" for number in range(first, last)))


@in_loop
async def test_hostile_output_reaches_no_line_and_triggers_nothing() -> None:
    pane = OutputPane()
    app = Stage(pane)
    async with app.run_test(size=(90, 12)) as pilot:
        pane.show(folded((HOSTILE, begun(HOSTILE)), OutputDelta("c", f"{HOSTILE}\n{HOSTILE}", skipped=3)))
        await settle(pilot, pane)
        lines = [pane.render_line(y) for y in range(pane.size.height)]
        text = "".join(line.text for line in lines)
        assert (text + (pane.border_title or "")).isprintable()
        assert "[@click=app.betray]press[/]" in text
        assert not any(segment.control or (segment.style and segment.style.link) for line in lines for segment in line)
        for y in range(pane.size.height):
            await pilot.click(pane, offset=(12, y))
        assert not app.acted


@in_loop
async def test_an_empty_pane_says_what_it_is_for_in_whole_words_at_any_width() -> None:
    for width in (1, 12, 30, 90):
        pane = OutputPane()
        async with Stage(pane).run_test(size=(width, 24)) as pilot:
            pane.show(EMPTY)
            await settle(pilot, pane)
            shown = " ".join(" ".join(screen_lines(pane)).split())
            assert width == 1 or shown == "No command has run yet. What a command prints appears here while it runs."


@in_loop
async def test_lines_that_are_read_stay_while_older_ones_are_dropped() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(40, 10)) as pilot:
        state = folded(begun(), numbered(0, 10_000))
        pane.show(state)
        await settle(pilot, pane)
        await pilot.press("pageup", "up")
        before = screen_lines(pane)
        for number in range(10_000, 16_000, 500):
            state = folded(numbered(number, number + 500), start=state)
            pane.show(state)
            pane.flush()
        await settle(pilot, pane)
        assert state.buffers[0].dropped > 0
        assert (screen_lines(pane), pane.following) == (before, False)
        await pilot.press("G")
        assert screen_lines(pane)[-1] == "line 15999"


@in_loop
async def test_output_is_followed_and_ends_in_how_it_ended() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(40, 6)) as pilot:
        state = folded(begun(), numbered(0, 100), OutputDelta("c", "unfinished"))
        pane.show(state)
        await settle(pilot, pane)
        assert screen_lines(pane)[-2:] == ["line 99", "unfinished"]
        pane.show(folded(CallEnded(ToolResult("c", "", "ok", 3, 2.0)), start=state))
        await settle(pilot, pane)
        assert screen_lines(pane)[-3:] == ["unfinished", "", "✗ exit 3 · 2.0 s"]


@in_loop
async def test_a_colour_lasts_over_the_end_of_its_line_until_it_is_taken_back() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(40, 6)) as pilot:
        pane.show(folded(begun(), OutputDelta("c", "\x1b[1;31mred\x1b[0m plain\n\x1b[32mgreen\nafter\x1b[m\nplain\n")))
        await settle(pilot, pane)
        styles = [{segment.text: segment.style for segment in pane.line(y)} for y in range(4)]
        red, green = styles[0]["red"], styles[1]["green"]
        assert red is not None and red.bold and red.color is not None and red.color.number == 1
        assert green is not None and green.color is not None and green.color.number == 2
        assert (styles[2]["after"], styles[3]["plain"]) == (green, pane.look("text"))


@in_loop
async def test_long_lines_are_not_wrapped_but_marked_where_they_are_cut_and_scroll_sideways() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(20, 6)) as pilot:
        pane.show(folded(begun(), OutputDelta("c", "0123456789" * 4 + "\nshort\n")))
        await settle(pilot, pane)
        assert screen_lines(pane)[:2] == ["012345678901234567›", "short"]
        await pilot.press(*["right"] * 4)
        assert screen_lines(pane)[0].endswith("789")
        await pilot.press(*["left"] * 4)
        assert screen_lines(pane)[1] == "short"


@in_loop
async def test_the_border_names_the_place_the_state_the_task_and_the_command() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(60, 6)) as pilot:
        state = folded(begun("first", "a"), ("t1", begun("second", "b")))
        for chosen, title in ((None, "Output 1/2 · ● first"), ("b", "Output 2/2 · ● t1 · second")):
            pane.show(select(state, chosen))
            await settle(pilot, pane)
            assert pane.border_title == title


@in_loop
async def test_an_empty_pane_says_what_it_is_for() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(60, 6)) as pilot:
        await settle(pilot, pane)
        assert screen_lines(pane)[0] == " No command has run yet."


@in_loop
async def test_a_silent_command_is_seen_to_run_and_to_end() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(60, 6)) as pilot:
        pane.show(folded(begun()))
        await settle(pilot, pane)
        assert screen_lines(pane)[0] == "● running, no output yet"
        pane.show(folded(begun(), CallEnded(ToolResult("c", "", "ok", 0, 0.1))))
        await settle(pilot, pane)
        assert screen_lines(pane)[:2] == ["✓ exit 0 · 0.1 s", ""]


@in_loop
async def test_without_colour_only_the_weight_of_the_text_is_kept() -> None:
    pane = OutputPane()
    app = Stage(pane)
    app.no_color = True
    async with app.run_test(size=(60, 6)) as pilot:
        pane.show(folded(begun(), OutputDelta("c", "\x1b[1;31mred\x1b[0m\n")))
        await settle(pilot, pane)
        style = next(iter(pane.line(0))).style
        assert style is not None and style.bold and style.color is None


@in_loop
async def test_another_command_does_not_take_away_what_is_read() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(40, 8)) as pilot:
        state = folded(begun("first"), numbered(0, 100))
        pane.show(state)
        await settle(pilot, pane)
        await pilot.press("pageup")
        before = screen_lines(pane)
        state = folded(CallEnded(ToolResult("c", "", "ok", 0, 1.0)), begun("second", "d"), OutputDelta("d", "new\n"), start=state)
        pane.show(state)
        await settle(pilot, pane)
        assert (screen_lines(pane), pane.border_title) == (before, "Output 1/2 · ✓ first")
        await pilot.press("end")
        assert (screen_lines(pane)[0], pane.border_title) == ("new", "Output 2/2 · ● second")
        pane.show(select(state, "c"))
        await settle(pilot, pane)
        assert pane.border_title == "Output 1/2 · ✓ first"
