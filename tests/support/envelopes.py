"""Numbers events as a session does, for tests of what reads envelopes."""

from __future__ import annotations

from collections.abc import Iterable

from pygent_engine.events import Envelope, Event
from pygent_engine.values import ROOT_TASK

START = 1_000.0


def stream(events: Iterable[Event | tuple[str, Event]]) -> list[Envelope]:
    """Envelopes one second apart, from START; a bare event is about the root task, a pair names its task."""
    pairs = [event if isinstance(event, tuple) else (ROOT_TASK, event) for event in events]
    return [Envelope(seq, START + seq, task_id, event) for seq, (task_id, event) in enumerate(pairs)]
