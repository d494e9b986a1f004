"""What a task changed, and where it clashes, as cards: read, searched and copied as in a conversation."""

from __future__ import annotations

from typing import ClassVar

from ...views.layout import Speaker
from ...views.transcript import Transcript
from .column import Spot
from .conversation import Conversation


class TaskChangesView(Conversation):
    """Begins at the first card, with every card open."""

    FOLLOWS: ClassVar[bool] = False
    BEFORE: ClassVar[Speaker] = "agent"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._all_opened = True
        self._places: dict[str, int] = {}

    def now(self, transcript: Transcript, places: dict[str, int]) -> None:
        """Show these cards; `places` says which entry tells of which path."""
        self._places = places
        self.show(transcript)

    def reach(self, path: str) -> None:
        """Show the card of `path` first."""
        place = self._places.get(path)
        self.flush()
        if place is not None and place + 1 < len(self.column.items):
            item = place + 1  # the greeting is the first
            self.cursor.put(next(iter(self.stops.of(item)), None))
            self.keep((Spot(item), 0))
