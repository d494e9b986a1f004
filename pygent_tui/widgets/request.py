"""What widgets and screens ask of the conductor: messages that bubble up to the app, which hands each to its station."""

from __future__ import annotations

from textual.message import Message


class Request(Message):
    """Something that the user wants and a widget cannot do itself."""
