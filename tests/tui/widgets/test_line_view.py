"""Laws of every pane of lines, shown by the one that changes fastest."""

from __future__ import annotations

from typing import Self

from textual.geometry import Region

from pygent_engine.events import CallStarted, OutputDelta
from pygent_engine.values import ToolCall
from pygent_tui.views.output import EMPTY, Outputs, fold
from pygent_tui.widgets.output.output_pane import OutputPane
from tests.support.envelopes import stream

from .stage import Stage, in_loop, screen_lines, settle


class Watched(OutputPane):
    """Counts how often it asks for the screen to be laid out."""

    layouts = 0

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        self.layouts += layout
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


def printed(first: int, last: int, start: Outputs = EMPTY) -> Outputs:
    """The output of one call, from the line `first` to the one before `last`."""
    events = [OutputDelta("c", "".join(f"line {number}\n" for number in range(first, last)))]
    begun = [CallStarted(ToolCall("c", "bash", "{}"), "make")] if start is EMPTY else []
    state = start
    for envelope in stream([*begun, *events]):
        state = fold(state, envelope)
    return state


@in_loop
async def test_lines_that_come_below_a_full_page_lay_out_nothing_anew() -> None:
    pane = Watched()
    async with Stage(pane).run_test(size=(40, 12)) as pilot:
        state = printed(0, 100)
        pane.show(state)
        await settle(pilot, pane)
        pane.layouts = 0
        pane.show(printed(100, 300, state))
        await settle(pilot, pane)
        assert pane.layouts == 0
        assert "line 299" in screen_lines(pane)
        assert (pane.virtual_size.height, pane.vertical_scrollbar.window_virtual_size) == (300, 300)


@in_loop
async def test_a_theme_that_changes_recolours_lines_that_are_shown() -> None:
    pane = OutputPane()
    app = Stage(pane)
    async with app.run_test(size=(40, 12)) as pilot:
        pane.show(printed(0, 100))
        await settle(pilot, pane)
        dark = [segment.style for segment in pane.render_line(3)]
        app.theme = "textual-light"
        await settle(pilot, pane)
        assert [segment.style for segment in pane.render_line(3)] != dark


@in_loop
async def test_lines_that_look_alike_are_painted_in_the_same_styles() -> None:
    pane = OutputPane()
    async with Stage(pane).run_test(size=(40, 12)) as pilot:
        pane.show(printed(10, 90))
        await settle(pilot, pane)
        first, second, *_ = pane.render_lines(Region(0, 1, 40, 10))
        assert [segment.style for segment in first] == [segment.style for segment in second]
