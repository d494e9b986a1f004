"""The way into the session: what stands there before it is open, and the choice when it cannot be opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..connection import Failed
from ..ports import LaunchPort
from ..screens.cannot_start import CannotStart, Way
from ..views.status_line import CANNOT_START, IMAGE_MISSING, NO_NOTE, Part
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor


class Opening(Station):
    """Opens the session when the panes stand."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._image = ""  # the one that is missing, when that is why

    def begin(self) -> None:
        self.conductor.connection.open()

    @property
    def note(self) -> Part:
        """What the status bar says as long as there is no way in."""
        return NO_NOTE if not self.app.failure else IMAGE_MISSING if self._image else CANNOT_START

    def failed(self, failed: Failed) -> None:
        """The session could not be opened: let the user choose what comes now."""
        self.app.failure, self._image = failed.reason, failed.image
        if self.conductor.launch.attached:  # there is no other way in
            self.app.leave(1)
            return
        self.conductor.tick()
        self.app.push_screen(CannotStart(failed.reason, failed.image, self.app.quiet_s), self._go)

    def _go(self, way: Way | None) -> None:
        if way == "quit" or way is None:
            self.app.leave(1)
            return
        self.app.failure = ""
        self.conductor.tick()
        self.conductor.connection.open(False if way == "local" else None, pull=way == "pull")


def welcome(launch: LaunchPort, send: str, helps: str) -> tuple[str, ...]:
    """What an empty conversation says; `send` and `helps` are the keys for that."""
    lines = ("Welcome to Pygent", "", f"Say what you want done; {send} sends it.", f"{helps} shows the keys and the commands.")
    tour = ("", "Try “show me around”: the demo takes you on a tour.") if launch.is_demo else ()
    notice = ("", *launch.notice.splitlines()) if launch.notice else ()
    return (*lines, *tour, *notice)
