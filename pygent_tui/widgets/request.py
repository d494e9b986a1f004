"""What widgets and screens ask of the conductor: messages that bubble up to the app, which hands each to its station."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual.message import Message


class Request(Message):
    """Something that the user wants and a widget cannot do itself."""


@dataclass
class CopyAsked(Request):
    """Copy `text`, the source of what is shown; `what` names it in the sentence that tells of it ("the command", "the reply")."""

    text: str
    what: str


@dataclass
class OutputAsked(Request):
    """Show what the call `call_id` printed in the output pane, until another is chosen."""

    call_id: str


class InboxAsked(Request):
    """See all that wait for an answer, on the whole screen."""


@dataclass
class Brought(Request):
    """A thread has done what it was asked; `then` is what is to be done with the outcome, on the UI's thread."""

    then: Callable[[], object]
