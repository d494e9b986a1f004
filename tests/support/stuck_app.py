"""A program whose own thread stands still on F9, as with a command of another package that never returns."""

from __future__ import annotations

import sys
from threading import Event

from pygent_tui.app import PygentApp
from pygent_tui.running import run_app
from tests.scenes import scene


class StuckApp(PygentApp):
    BINDINGS = [("f9", "stick", "Stick")]  # noqa: RUF012 - Textual's own declaration

    def action_stick(self) -> None:
        self.write_to_terminal("stuck")
        Event().wait()


if __name__ == "__main__":
    sys.exit(run_app(StuckApp(scene("start").launch())))
