"""Carries envelopes from a session's thread to the UI: batched, at most 30 times a second. Nothing else crosses."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

from pygent_engine.events import Envelope

from .ports import SubscriptionPort

Batch = list[Envelope]

_PAUSE_S = 1 / 30
_LOADED_PAUSE_S = 1 / 15
_LOADED_BATCH = 100
_MOST = 250  # envelopes that the UI folds before it looks at keys again


class Pump:
    """Hands each batch to `deliver`, which must not block, and waits for `taken` before the next.

    A UI that is slow therefore gets fewer, larger batches; one that is very large comes in parts, so that keys come in between.
    When the stream ends, so does the thread.
    """

    def __init__(self, subscription: SubscriptionPort, deliver: Callable[[Batch], object]) -> None:
        self._subscription = subscription
        self._deliver = deliver
        self._stopped = Event()
        self._taken = Event()
        self._thread = Thread(target=self._run, name="pygent-pump", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def taken(self) -> None:
        """The UI has folded the last batch."""
        self._taken.set()

    def stop(self, timeout: float = 2.0) -> None:
        """End the thread; called from the UI or after it."""
        self._stopped.set()
        self._taken.set()
        self._subscription.close()
        if self._thread.ident is not None:
            self._thread.join(timeout)

    @property
    def running(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopped.is_set():
            batch = self._subscription.drain(None)
            if batch:
                self._hand_over(batch)
            elif self._subscription.closed:
                return

    def _hand_over(self, batch: Batch) -> None:
        took = 0.0
        for start in range(0, len(batch), _MOST):
            self._taken.clear()
            if self._stopped.wait(min(took, _PAUSE_S)):  # as long for keys as for the part before
                return
            began = monotonic()
            self._deliver(batch[start : start + _MOST])
            self._taken.wait()
            took = monotonic() - began
        self._stopped.wait(_LOADED_PAUSE_S if len(batch) > _LOADED_BATCH else _PAUSE_S)
