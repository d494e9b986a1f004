"""What is asked of the session as a whole: a new conversation, files copied into the workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

from pygent_engine.events import CopyIn, StartOver

from ..files.saving import target
from ..screens.confirm import Confirm
from ..views.app_state import AppState
from .station import Station

_HOW = "/cp PATH [DEST]; quote what has blanks in it"


class Errands(Station):
    """`starting_over`: a new conversation begins once the turn that runs has ended."""

    starting_over = False

    def show(self, old: AppState, new: AppState) -> None:
        if self.starting_over and new.status.turn_since is None:
            self.starting_over = False
            self.conductor.send(StartOver())

    def start_over(self) -> None:
        """Begin a new conversation; while a turn runs only after a yes, which ends it."""
        self.conductor.panes.conversation.action_scroll_end()
        if self.conductor.state.status.turn_since is None:
            self.conductor.send(StartOver())
            return
        body = "A turn still runs; it is interrupted first. What was said stays above a line; the workspace and the tasks stay as they are."
        self.conductor.confirm(Confirm("Begin a new conversation?", body, "begin", "let it run"), self._end_turn)

    def _end_turn(self) -> None:
        self.starting_over = True
        if self.conductor.interrupt():
            self.show(self.conductor.state, self.conductor.state)

    def copy_in(self, words: str) -> None:
        """Copy a file or folder of this machine into the workspace."""
        try:
            named = shlex.split(words)
        except ValueError:
            self.conductor.refuse(f"A quote is not closed: {_HOW}.")
            return
        if not 1 <= len(named) <= 2 or not all(named):
            self.conductor.refuse(f"One file or folder, and where it goes: {_HOW}.")
            return
        try:
            path = target(named[0], Path.cwd())
        except OSError:
            self.conductor.refuse("The folder that Pygent was started in is gone; begin PATH with a slash.")
            return
        self.conductor.panes.conversation.action_scroll_end()  # where it will be seen
        self.conductor.send(CopyIn(str(path), named[1] if len(named) > 1 else ""))
