"""Asks of a desk, each on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

from pygent_engine.cancel import Cancel
from pygent_engine.scope import Need
from pygent_engine.values import ApprovalRequest

PATIENCE = 10.0
LOCAL = Need("local", "runs on this machine, outside any container")
NETWORK = Need("network", "wants the network", "It is off.")


def request(call_id: str = "call-1", tool: str = "bash") -> ApprovalRequest:
    return ApprovalRequest(call_id, "main", tool, '{"cmd": "ls"}', "ls", "because", ("local",))


class Asker:
    """Asks a desk on a thread of its own and keeps what came of it."""

    def __init__(self, ask: Callable[[Cancel, Callable[[], None]], object]) -> None:
        self.cancel = Cancel()
        self.announced = threading.Event()
        self._answers: SimpleQueue[object] = SimpleQueue()
        self._thread = threading.Thread(target=lambda: self._answers.put(ask(self.cancel, self.announced.set)))
        self._thread.start()
        assert self.announced.wait(PATIENCE)

    def answer(self) -> object:
        answer = self._answers.get(timeout=PATIENCE)
        self._thread.join(PATIENCE)
        return answer
