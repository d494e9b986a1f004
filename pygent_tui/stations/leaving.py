"""The way out: quitting asks first when something runs, but not who only looks at the session of another process.

In a browser the session has no other terminal: closing the tab leaves it running, and quitting ends it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pygent_engine.events import Shutdown
from pygent_engine.task_values import TaskView
from pygent_engine.untrusted import clean_line

from ..screens.confirm import Confirm
from ..views.app_state import AppState
from ..views.task_words import lost
from .station import Station


class Leaving(Station):
    """Ends the app. An attached one ends with its session, and says on the terminal that is left how it stands with that."""

    def begin(self) -> None:
        if self._is_hosted:
            self.conductor.say("Closing the tab leaves the session running; /exit ends it.")
        elif self.conductor.launch.attached:
            self.conductor.say("Attached to a session of another terminal. Leaving detaches; the session goes on.")

    def show(self, old: AppState, new: AppState) -> None:
        if self.conductor.launch.attached and old.status.closed is None and new.status.closed is not None:
            self.app.leave(1 if new.status.closed else 0)

    def end(self) -> None:
        if self.conductor.launch.attached and not self.app.failure:
            self.app.say_last(_how_it_stands(self.conductor.state.status.closed))

    def quit(self) -> None:
        """Leave, after a yes when something runs."""
        state = self.conductor.state
        if self.app.failure:
            self.app.leave(1)
        elif (self.conductor.launch.attached and not self._is_hosted) or not (body := quit_body(state)):
            self._leave()
        elif not isinstance(self.app.screen, Confirm):
            self.conductor.confirm(Confirm("Quit Pygent?", body, "quit", "stay"), self._leave)

    @property
    def _is_hosted(self) -> bool:
        """Whether the session is another process's that has no screen but this one, in a browser."""
        return self.conductor.launch.attached and self.app.is_web

    def _leave(self) -> None:
        if self._is_hosted and self.conductor.state.status.closed is None:
            self.conductor.send(Shutdown())  # its end ends the app
        else:
            self.app.leave(0)


def _how_it_stands(closed: str | None) -> str:
    if closed is None:
        return "Detached; the session goes on."
    return f"The session has ended: {clean_line(closed)}." if closed else "The session has ended."


def quit_body(state: AppState) -> str:
    """What quitting now would end, and what of tasks' work would go with it; "" when nothing would be lost."""
    return " ".join(filter(None, (_running(state), _lost(state.board.rows)))) if state.status.closed is None else ""


def _lost(views: Sequence[TaskView]) -> str:
    """Whose changes nobody applied. Of copies of one prompt the others may go once one was applied."""
    chosen = {view.group for view in views if view.applied} - {""}
    return lost([view for view in views if view.group not in chosen])


def _running(state: AppState) -> str:
    if not state.status.busy:
        return ""
    tasks = len(state.status.live_tasks)
    turn = ["the turn"] * (state.status.turn_since is not None)
    running = turn or ["the pull of the image"] * (state.status.pull is not None)
    if tasks:
        running = [*running, f"{tasks} delegated task{'s' if tasks > 1 else ''}"]
    verb = "runs" if len(running) == 1 and tasks < 2 else "run"
    return f"{' and '.join(running).capitalize()} still {verb}. Quitting stops all of it."
