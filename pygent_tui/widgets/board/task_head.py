"""The head of a task's own screen: how it stands on the first line, what it spends on the second."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from pygent_engine.task_values import TaskView

from ...views.task_facts import Part, spends, stands
from ..roles import drawn

_GAP = "   "


class TaskHead(Widget):
    """`note` is said at the right of the second line."""

    SCOPED_CSS = False  # the screen's classes count
    DEFAULT_CSS = """
    TaskHead { height: 2; padding: 0 1; background: $background; text-wrap: nowrap; text-overflow: ellipsis; }
    .-short TaskHead { height: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: TaskView | None = None
        self._now = 0.0
        self._note = ""

    def show(self, view: TaskView, now: float, note: str = "") -> None:
        """Show `view` as it stands at `now`, Unix seconds."""
        if (view, int(now), note) != (self._view, int(self._now), self._note):
            self._view, self._now, self._note = view, now, note
            self.refresh()

    def render(self) -> Content:
        if self._view is None:
            return Content("")
        first = drawn(stands(self._view, self._now))
        return first if self.size.height < 2 else Content("\n").join([first, self._second(self._view)])

    def _second(self, view: TaskView) -> Content:
        """As many groups as there is room for."""
        note = f"{_GAP}{self._note}" if self._note else ""
        room = self.content_size.width - cell_len(note)
        parts: list[Part] = []
        for group in spends(view, self._now):
            more = [*parts, *([(_GAP, "muted")] if parts else []), *group]
            if sum(cell_len(text) for text, _ in more) > room:
                break
            parts = more
        return drawn((*parts, (note, "warn")))
