"""The last line: what its keys do in the state that the session is in."""

from __future__ import annotations

from collections.abc import Mapping

from ..views.app_state import AppState
from ..widgets.pane_grid import pane_of
from .station import Station


class Hinting(Station):
    """Tells the line what depends on the session; the rest it reads from the bindings themselves."""

    def begin(self) -> None:
        self.bench.keys.labels = self.labels
        self.bench.keys.renew()

    def show(self, old: AppState, new: AppState) -> None:
        self.bench.keys.renew()

    def labels(self) -> Mapping[str, str]:
        """What keys do now, by the ids of their bindings."""
        state, pane = self.conductor.state, pane_of(self.bench.focused)
        asked, turning = bool(state.asks.pending), state.status.turn_since is not None
        interrupts = state.status.interruptible and not asked  # what asks takes Esc for a no
        return {
            "app.back": "interrupt" if interrupts else "to the prompt" if pane is not None else "",
            "asks.go": "answer" if asked and pane is not None else "",
            "pane.write": "write" if pane is not None else "",
            "composer.send": "queue" if turning else "send",
            "composer.steer": "steer" if turning else "",
        }
