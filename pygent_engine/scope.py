"""Scope: on whose behalf a command runs. A tool call opens one; in it the runtime asks for permissions and reports.

A runtime is handed to many: built-in tools, custom tools, the embedding program. Whoever calls it inside a tool call is
held to what that call may do, without having to pass it on; what the program calls by itself has no scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from .events import Event
from .frozen import frozen

Permission = Literal["local", "command", "write", "network", "ban"]


@frozen
class Need:
    """A permission that a command needs before it runs. `reason` is shown to a person and completes "This command ...";
    `remedy` is one sentence for when nobody can be asked: why it did not run, and the way out."""

    permission: Permission
    reason: str
    remedy: str = ""


@frozen
class Scope:
    """One tool call, as the runtime sees it. `granted` is what it was allowed before it began.

    `permit` gets what a command needs and the command; it may ask and wait. It returns "" when the command may run, else
    one sentence on why not. `post` reports an event of the call's task.
    """

    permit: Callable[[tuple[Need, ...], str], str]
    post: Callable[[Event], None]
    granted: frozenset[str] = frozenset()


_CURRENT: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope | None:
    """The scope that this thread works in."""
    return _CURRENT.get()


@contextmanager
def working_in(scope: Scope) -> Iterator[None]:
    """Within the block this thread works in `scope`; threads that it starts do not."""
    token = _CURRENT.set(scope)
    try:
        yield
    finally:
        _CURRENT.reset(token)
