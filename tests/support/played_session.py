"""A session whose events the test posts, for what serves and follows sessions."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pygent_engine.audience import Audience
from pygent_engine.events import Envelope, Event, Op, SessionClosed, SessionOpened
from pygent_engine.subscription import Subscription
from pygent_engine.values import ROOT_TASK

DEADLINE_S = 20.0


class PlayedSession:
    """A session that posts what the test says and keeps the ops it was sent."""

    def __init__(self, name: str = "5e551011", workspace: str = "/home/user/project") -> None:
        self.id = name
        self.ops: list[Op] = []
        self._sent = threading.Condition()  # guards `ops`
        self._audience = Audience()
        self._seq = 0
        self.post(SessionOpened(name, workspace, "local", "tiny"))

    def post(self, event: Event, task: str = ROOT_TASK) -> Envelope:
        self._seq += 1
        envelope = Envelope(self._seq, 1000.0 + self._seq, task, event)
        self._audience.put(envelope)
        return envelope

    def subscribe(self) -> Subscription:
        return self._audience.subscribe()

    def when_closed(self, ending: Callable[[], None]) -> None:
        self._audience.when_closed(ending)

    def send(self, op: Op) -> None:
        with self._sent:
            self.ops.append(op)
            self._sent.notify_all()

    def wait_for_ops(self, count: int) -> list[Op]:
        with self._sent:
            assert self._sent.wait_for(lambda: len(self.ops) >= count, DEADLINE_S)
            return [*self.ops]

    def end(self) -> None:
        self.post(SessionClosed())
        self._audience.close()
