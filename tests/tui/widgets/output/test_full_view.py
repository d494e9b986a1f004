"""Laws of a large file on the screen: what is said of it while it is still read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from textual.widgets import Static

from pygent_engine.events import CallStarted, OutputDelta
from pygent_engine.values import ToolCall
from pygent_tui.files.text_file import TextFile
from pygent_tui.views.output import EMPTY, fold
from pygent_tui.widgets.output.full_view import FullView
from tests.support.envelopes import stream

from ..stage import Stage, in_loop, screen_lines

DEADLINE_S = 60.0


class Slow(TextFile):
    """A file whose last lines are known only after `go`."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.go = Event()

    def index(self) -> Iterator[float]:
        for part in super().index():
            yield part
            assert self.go.wait(DEADLINE_S)


def view(file: TextFile) -> FullView:
    state = EMPTY
    for envelope in stream([CallStarted(ToolCall("c", "bash", "{}"), "make"), OutputDelta("c", "one\n…\n")]):
        state = fold(state, envelope)
    return FullView(file, "output.txt", state.buffers[0])


def found(pane: FullView) -> str:
    return str(pane.query_one(".search-found", Static).render())


@in_loop
async def test_a_search_that_has_only_begun_does_not_say_that_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "output.txt").write_text("one\ntwo\n" * 20)
    file = Slow(tmp_path / "output.txt")
    pane = view(file)
    async with Stage(pane).run_test(size=(80, 8)) as pilot:
        await pilot.press("slash", *"two", "enter")
        assert found(pane).endswith("searching … 0%")
        assert "nothing found" not in found(pane)
        await pilot.press("n")
        assert "searching … 0%" in found(pane)
        file.go.set()
        while "searching" in found(pane):
            await pilot.pause()
        assert found(pane).endswith(" of 20")
        assert "two" in screen_lines(pane)


@in_loop
async def test_lines_are_counted_so_far_until_all_are_known(tmp_path: Path) -> None:
    (tmp_path / "output.txt").write_text("line\n" * 20_000)
    file = Slow(tmp_path / "output.txt")
    pane = view(file)
    async with Stage(pane).run_test(size=(80, 8)) as pilot:
        assert " so far, " in str(pane.border_title)
        file.go.set()
        while " so far" in str(pane.border_title):
            await pilot.pause()
        assert "20,000 lines · output.txt" in str(pane.border_title)
