"""A follower of a session that is served, and what comes to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pygent_engine.control import RemoteSession, Served
from pygent_engine.events import Envelope, Event
from pygent_engine.subscription import Subscription
from tests.support.played_session import DEADLINE_S


def read_until(reader: Subscription, event: Event | type) -> list[Envelope]:
    """What comes up to the first envelope with `event`, or of that kind."""
    seen: list[Envelope] = []
    while not any(envelope.event == event or (isinstance(event, type) and isinstance(envelope.event, event)) for envelope in seen):
        more = reader.drain(DEADLINE_S)
        assert more, f"{event} did not come: {seen}"
        seen += more
    return seen


@contextmanager
def following(served: Served) -> Iterator[tuple[RemoteSession, Subscription]]:
    remote = RemoteSession(served.path)
    try:
        yield remote, remote.subscribe()
    finally:
        remote.close()
