"""What is painted goes when nobody draws it any more, without the garbage collector."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.widget import Widget

from pygent_tui.widgets.composer.chip_area import ChipArea
from pygent_tui.widgets.output.output_pane import OutputPane

from .stage import in_loop


class _Only(App[None]):
    """Shows one widget."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


@pytest.mark.parametrize("make", [OutputPane, ChipArea])
@in_loop
async def test_no_line_is_kept_by_itself(make: Callable[[], Widget]) -> None:
    widget = make()
    async with _Only(widget).run_test(size=(40, 12)):
        lines = widget.render_lines(Region(0, 0, 40, 3))
        before = [sys.getrefcount(line) for line in lines]
        parts = [len(line.divide([line.cell_length])) for line in lines]
        assert (parts, [sys.getrefcount(line) for line in lines]) == ([1, 1, 1], before)
