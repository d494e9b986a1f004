"""The three panes: conversation, live output, task board. Shows the views in them, and goes from one to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..screens.workbench import Workbench
from ..views import app_state
from ..views.app_state import AppState
from ..widgets.board.task_table import TaskTable
from ..widgets.conversation.conversation import Conversation
from ..widgets.output.output_pane import OutputPane
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor


class Panes(Station):
    """Owns the three widgets."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self.conversation = Conversation(id="conversation", classes="framed")
        self.output = OutputPane(id="output", classes="framed")
        self.board = TaskTable(id="board", classes="framed")

    async def furnish(self, welcome: tuple[str, ...]) -> None:
        """Put the panes on the screen."""
        self.conversation.welcome = welcome
        await self.bench.furnish(self.conversation, self.output, self.board)

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            Workbench.Escaped: lambda _: self.escape(),
        }

    def show(self, old: AppState, new: AppState) -> None:
        if new.transcript is not old.transcript:
            self.conversation.show(new.transcript)
        if new.output is not old.output:
            self.output.show(new.output)
            self.bench.grid.fill("output", new.output.current is not None)
        if new.board is not old.board:
            if not self.conductor.tasks.covers:
                self.board.show(new.board)
            self.bench.grid.fill("board", bool(new.board.rows))

    def tick(self, now: float) -> None:
        self.conversation.tick(now)
        if not self.conductor.tasks.covers:
            self.board.tick(now)

    def rename_keys(self) -> None:
        """Other keys do what the panes name keys for."""
        self.conversation.welcome = self.conductor.welcome
        for pane in (self.conversation, self.output, self.board):
            pane.restyled()
            pane.touch()

    def search(self, text: str) -> None:
        """Search the conversation for `text`; without one open the line to write it in."""
        self.conversation.focus()
        self.app.call_later(self.conversation.search, text)

    def inspect(self, task_id: str | None) -> None:
        """Show the output of a task, or (None) of whatever runs."""
        self.conductor.show(app_state.inspected(self.conductor.state, task_id))

    def escape(self) -> None:
        """Interrupt what runs; with nothing running, go back to the prompt and to the newest output."""
        if not self.conductor.interrupt():
            self.inspect(None)
            self.bench.focus_below()
