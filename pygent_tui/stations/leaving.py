"""The way out: quitting asks first when something runs."""

from __future__ import annotations

from ..screens.confirm import Confirm
from ..views.app_state import AppState
from .station import Station


class Leaving(Station):
    """Ends the app."""

    def quit(self) -> None:
        """Leave, after a yes when something runs."""
        state = self.conductor.state
        if self.app.failure:
            self.app.leave(1)
        elif not state.status.busy:
            self.app.leave(0)
        elif not isinstance(self.app.screen, Confirm):
            self.conductor.confirm(Confirm("Quit Pygent?", quit_body(state), "quit", "stay"), lambda: self.app.leave(0))


def quit_body(state: AppState) -> str:
    """What quitting now would end."""
    tasks = len(state.status.live_tasks)
    turn = ["the turn"] * (state.status.turn_since is not None)
    running = turn or ["the pull of the image"] * (state.status.pull is not None)
    if tasks:
        running = [*running, f"{tasks} delegated task{'s' if tasks > 1 else ''}"]
    verb = "runs" if len(running) == 1 and tasks < 2 else "run"
    return f"{' and '.join(running).capitalize()} still {verb}. Quitting stops all of it."
