"""What a command gets to work with: the whole of the app that a command of another package may rely on."""

from __future__ import annotations

from typing import Protocol

from pygent_engine.events import Op

from ..views.app_state import AppState


class Desk(Protocol):
    """All of it belongs on the thread that called the command; a command that takes long starts one of its own, and only sends."""

    @property
    def state(self) -> AppState:
        """What the screen shows now, as frozen values."""
        ...

    def send(self, op: Op) -> None:
        """Ask the session for `op`; also from other threads."""
        ...

    def submit(self, text: str) -> None:
        """Do what the composer does with `text`: run the command that it names, or send it as a prompt."""
        ...

    def say(self, sentence: str) -> None:
        """Say what was done."""
        ...

    def refuse(self, sentence: str) -> None:
        """Say why something is not done, and what would be."""
        ...

    def copy(self, text: str, what: str) -> None:
        """Copy `text`; `what` names it in the sentence that tells of it ("the report")."""
        ...
