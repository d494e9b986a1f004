"""What the terminal shows of the session when nobody looks at it: its title, and a sign when something waits for the user."""

from __future__ import annotations

from ..views.app_state import AppState
from ..views.signals import news, sign, takes_title, title
from .station import Station


class Signalling(Station):
    """Signs only while the terminal says that another window has the focus, and once for each thing that came."""

    def begin(self) -> None:
        self._entitle(self.conductor.state)

    def show(self, old: AppState, new: AppState) -> None:
        if new.status is not old.status or new.asks is not old.asks:
            self._entitle(new)
            what = news(old, new)
            if what and not self.app.app_focus:
                self._sign(what)

    def _entitle(self, state: AppState) -> None:
        launch, terminal = self.conductor.launch, self.app.terminal
        if terminal is not None and takes_title(launch.environment):
            terminal.entitle(title(launch.workspace, state))

    def _sign(self, what: str) -> None:
        launch, terminal = self.conductor.launch, self.app.terminal
        how = sign(launch.notify, launch.environment)
        if terminal is not None and how is not None:
            terminal.write(f"\x1b]9;{what}\x07" if how == "osc9" else "\x07")
