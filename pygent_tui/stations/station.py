"""The base of the stations: what the conductor calls, and when. All of it on the UI's thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pygent_engine.task_values import TaskView

from ..views.app_state import AppState
from ..widgets.request import Request

if TYPE_CHECKING:
    from ..app import PygentApp
    from ..conductor import Conductor
    from ..screens.workbench import Workbench


class Station:
    """One part of the work. `conductor` has the state, the screen, the session and the other stations."""

    def __init__(self, conductor: Conductor) -> None:
        self.conductor: Conductor = conductor
        self.app: PygentApp = conductor.app
        self.bench: Workbench = conductor.bench

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        """The requests that this station takes, each with what takes it."""
        return {}

    def views(self, task_ids: Iterable[str]) -> tuple[TaskView, ...]:
        """Those of the delegated tasks with these ids that there are."""
        return self.conductor.state.board.views(task_ids)

    def begin(self) -> None:
        """The panes stand; the session begins to open."""

    def show(self, old: AppState, new: AppState) -> None:
        """Show what differs. Parts that did not change are the same objects."""

    def tick(self, now: float) -> None:
        """A second has passed (`now` is Unix seconds); only while something runs."""

    def end(self) -> None:
        """The app is about to leave."""
