"""What is done with delegated tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pygent_engine.events import CancelTask
from pygent_engine.untrusted import clean_line

from ..screens.confirm import Confirm
from ..widgets.request import Request
from ..widgets.task_table import TaskTable
from .station import Station


class Tasks(Station):
    """Behind the board."""

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {TaskTable.CancelAsked: lambda request: self.cancel(request.task_id)}

    def cancel(self, task_id: str) -> None:
        """Cancel a task, after a yes."""
        state = self.conductor.state
        if task_id not in state.status.live_tasks:
            self.conductor.refuse(f"There is no running task {clean_line(task_id, 40)!r}.")
            return
        body = f"{clean_line(task_id, 40)} “{clean_line(state.asks.title(task_id), 80)}” ends now; its files are kept."
        dialog = Confirm("Cancel this task?", body, "cancel the task", "let it run")
        self.conductor.confirm(dialog, lambda: self.conductor.send(CancelTask(task_id)))
