"""Laws of the list above the composer: what is marked, and stays marked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.app import ComposeResult
from textual.pilot import Pilot

from pygent_tui.widgets.popup import ROWS, Choice, Popup
from tests.support.rest import RestingApp

from .stage import in_loop

NAMES = tuple(f"a{number:02d}" for number in range(20))


class Bare(RestingApp):
    """A list and nothing else."""

    def compose(self) -> ComposeResult:
        yield Popup()


@asynccontextmanager
async def showing() -> AsyncIterator[tuple[Popup, Pilot[None]]]:
    async with Bare().run_test(size=(40, 20)) as pilot:
        popup = pilot.app.query_one(Popup)
        fill(popup, *NAMES)
        yield popup, pilot


def fill(popup: Popup, *names: str) -> None:
    """Offer these, at the top of the screen."""
    popup.fill("@", [Choice(name, f"@{name}") for name in names], "Files", "", marked=True)
    popup.place(popup.screen.region.split_horizontal(1)[0], popup.screen.region, below=True)


async def marked(popup: Popup, pilot: Pilot[None]) -> str:
    """The choice that is marked; it is among the rows that are shown."""
    await pilot.pause()
    assert popup.chosen is not None
    assert f"›{popup.chosen.shown}" in popup.render().plain
    return popup.chosen.shown


@in_loop
async def test_what_the_user_marked_stays_marked_when_the_list_is_filled_anew() -> None:
    async with showing() as (popup, pilot):
        for _ in range(ROWS + 3):
            popup.move(1)
        fill(popup, "new", *NAMES[2:])
        assert await marked(popup, pilot) == NAMES[ROWS + 3]
        fill(popup, *NAMES[ROWS:])
        assert await marked(popup, pilot) == NAMES[ROWS + 3]


@in_loop
async def test_the_first_is_marked_when_the_marked_one_is_gone_or_something_else_is_sought() -> None:
    async with showing() as (popup, pilot):
        popup.move(1)
        fill(popup, NAMES[0], *NAMES[2:])
        assert await marked(popup, pilot) == NAMES[0]
        popup.move(1)
        popup.written()
        fill(popup, *NAMES)
        assert await marked(popup, pilot) == NAMES[0]


@in_loop
async def test_a_list_that_was_closed_remembers_nothing_of_it() -> None:
    async with showing() as (popup, pilot):
        popup.move(1)
        popup.close()
        fill(popup, *NAMES)
        assert await marked(popup, pilot) == NAMES[0]


@in_loop
async def test_what_nobody_marked_gives_way_to_what_fits_better() -> None:
    async with showing() as (popup, pilot):
        fill(popup, "better", *NAMES)
        assert await marked(popup, pilot) == "better"
