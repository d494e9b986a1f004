"""A bare app around one pane, for tests of the pane alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import ParamSpec

from textual.app import ComposeResult
from textual.pilot import Pilot

from pygent_tui.widgets.line_view import LineView
from tests.support.rest import RestingApp

P = ParamSpec("P")


class Stage(RestingApp):
    """Holds one pane that fills the screen."""

    def __init__(self, pane: LineView) -> None:
        super().__init__()
        self.pane = pane
        self.acted = False

    def compose(self) -> ComposeResult:
        yield self.pane

    def action_betray(self) -> None:
        """What a link smuggled into text would call."""
        self.acted = True


def screen_lines(pane: LineView) -> list[str]:
    """What the pane shows, line by line, without the blanks at the right."""
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


def in_loop(test: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    """A test that runs in an event loop of its own."""

    @wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(test(*args, **kwargs))

    return run


async def settle(pilot: Pilot[None], pane: LineView) -> None:
    """Let the pane show all that it was given."""
    await pilot.pause()
    pane.flush()
    await pilot.pause()
