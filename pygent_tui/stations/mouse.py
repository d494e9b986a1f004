"""Whose the mouse is: the app's, or the terminal's own, so that its selection works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor


class Mouse(Station):
    """`on` while the app has the mouse; the setting decides at the start, /mouse for the rest of the session."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self.on = conductor.launch.mouse

    def switch(self, word: str) -> None:
        """Take the mouse ("on") or leave it ("off"); without a word the other of both."""
        if word.lower() not in ("", "on", "off"):
            self.conductor.refuse("The mouse is switched with /mouse on or /mouse off.")
            return
        self.on = not self.on if not word else word.lower() == "on"
        self._take(self.on)
        if self.on:
            self.conductor.say("The mouse is the app's again: it scrolls, clicks and selects in the panes.")
        else:
            self.conductor.say("The mouse is the terminal's now: its own selection works. /mouse on takes it back.")

    def _take(self, on: bool) -> None:
        """Textual has no public way to do this while an app runs. A driver without a terminal has nothing to switch."""
        driver = self.app._driver
        if driver is None:
            return
        driver._mouse = True  # else switching does nothing
        switch = getattr(driver, "_enable_mouse_support" if on else "_disable_mouse_support", None)
        if switch is not None:
            switch()
        driver._mouse = on  # kept by what comes back from a suspended app
