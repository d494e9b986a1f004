"""The status bar, and the seconds that pass while something runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..views.app_state import AppState
from ..views.status_line import status_line
from .station import Station

if TYPE_CHECKING:
    from textual.timer import Timer

    from ..conductor import Conductor


class Telling(Station):
    """Ticks once a second, and only while something runs."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._ticker: Timer | None = None

    @property
    def ticking(self) -> bool:
        return self._ticker is not None

    def show(self, old: AppState, new: AppState) -> None:
        self.conductor.tick()
        busy = new.status.busy
        if busy and self._ticker is None:
            self._ticker = self.app.set_interval(1.0, self.conductor.tick)
        elif not busy and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def tick(self, now: float) -> None:
        state, note = self.conductor.state, self.conductor.opening.note
        tuning = state.tuning
        line = status_line(state.status, state.asks, self.conductor.launch.model, now, note, tuning.approvals, tuning.confirm_bash)
        self.bench.bar.show(line.left, line.notes, line.aside)
