"""The status bar: what stands in it when there is little room."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import ComposeResult

from pygent_tui.widgets.status_bar import StatusBar
from tests.support.rest import RestingApp

LEFT = [(" LOCAL ", ""), (" demo · ready", "")]
NOTES = ["Ctrl+Q quit", "F1 help"]
ASIDE = " · local because there is no Docker engine on this machine"


class Bare(RestingApp):
    """A status bar and nothing else."""

    def compose(self) -> ComposeResult:
        yield StatusBar(LEFT, NOTES)

    def on_mount(self) -> None:
        self.query_one(StatusBar).show(LEFT, NOTES, ASIDE)


async def shown(width: int) -> str:
    async with Bare().run_test(size=(width, 3)) as pilot:
        await pilot.pause()
        return str(pilot.app.query_one(StatusBar).render())


@pytest.mark.parametrize(
    ("width", "begins", "ends"),
    [
        (122, f" LOCAL  demo · ready{ASIDE}  ", "  F1 help  Ctrl+Q quit"),
        (82, " LOCAL  demo · ready · local because there is no Docker", "…  F1 help  Ctrl+Q quit"),
        (62, " LOCAL  demo · ready  ", "  F1 help  Ctrl+Q quit"),
        (38, " LOCAL  demo · ready  ", "  Ctrl+Q quit"),
    ],
)
def test_an_aside_takes_the_room_that_the_keys_leave(width: int, begins: str, ends: str) -> None:
    line = asyncio.run(shown(width))
    assert (line.startswith(begins), line.endswith(ends), len(line)) == (True, True, width - 2), line
