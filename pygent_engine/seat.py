"""Seat: whom a loop works for, and who may have it stand still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from .approvals import Gate
from .cancel import Cancel
from .errors import ModelError
from .frozen import frozen
from .outbox import Post
from .turn import Turn
from .values import Limits
from .worker import Worker

Hold = Callable[[Cancel], None]
"""Returns when the turn may go on, or when the cancel is set."""


class Stand(Protocol):
    """Who may have a turn stand still before its next step, for as long as it takes."""

    def due(self, turn: Turn, fault: ModelError | None = None) -> Hold | None:
        """What to wait in before the next step, None to go on. With a `fault`, whether that is to be waited out."""
        ...


@frozen
class Seat:
    """Whom a loop works for: it reports as `task_id`, within `limits`; `cancel` ends its turns, also one that only begins.

    `worker` does its turns, and is whose that lends it to let go.
    """

    task_id: str
    post: Post
    limits: Limits
    gate: Gate | None = None
    cancel: Cancel | None = None
    stand: Stand | None = None
    worker: Worker | None = None
