"""The lines above the board on the whole screen: how many tasks stand how, and the names of the columns."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from .task_table import TaskTable


class BoardHead(Widget):
    """Says what `table` has to say over its rows."""

    DEFAULT_CSS = "BoardHead { height: auto; padding: 0 1; background: $background; text-wrap: nowrap; }"

    def __init__(self, table: TaskTable, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._table = table
        self._said = Content()

    def renew(self) -> None:
        """Say what is so now."""
        heading = Content.assemble(*self._table.heading(self.content_size.width)).stylize_before("bold")
        names = self._table.column_names
        said = Content.assemble(heading, "\n", (names, "$text-muted")) if names else heading
        if said != self._said:
            self._said = said
            self.refresh(layout=True)

    def on_resize(self) -> None:
        self.renew()

    def render(self) -> Content:
        return self._said
