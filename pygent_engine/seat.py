"""Seat: whom a loop works for."""

from __future__ import annotations

from .approvals import Gate
from .cancel import Cancel
from .frozen import frozen
from .outbox import Post
from .values import Limits


@frozen
class Seat:
    """Whom a loop works for: it reports as `task_id`, within `limits`; `cancel` ends its turns, also one that only begins."""

    task_id: str
    post: Post
    limits: Limits
    gate: Gate | None = None
    cancel: Cancel | None = None
