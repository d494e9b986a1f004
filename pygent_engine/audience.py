"""Who follows a session: every subscriber gets what was posted so far, then what follows, without gap or double."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .events import Envelope
from .record import Record
from .subscription import Subscription


class Audience:
    """Hands envelopes to subscribers, and keeps the record for those who come late."""

    def __init__(self) -> None:
        self._guard = threading.Lock()  # of the fields below
        self._record = Record()
        self._subscriptions: tuple[Subscription, ...] = ()
        self._closed = False
        self._endings: list[Callable[[], None]] = []

    def put(self, envelope: Envelope) -> None:
        """Hand an envelope on; never blocks. Who has closed his subscription is forgotten."""
        with self._guard:
            self._record.put(envelope)
            self._subscriptions = tuple(subscription for subscription in self._subscriptions if subscription.put(envelope))

    def subscribe(self) -> Subscription:
        """A queue that begins with the record; already closed when nothing more will come."""
        with self._guard:
            subscription = Subscription(first=self._record.envelopes())
            if self._closed:
                subscription.close()
            else:
                self._subscriptions = (*self._subscriptions, subscription)
            return subscription

    def close(self) -> None:
        """Nothing more will come: subscribers are told, then whoever asked to be."""
        with self._guard:
            self._closed = True
            subscriptions, self._subscriptions = self._subscriptions, ()
            endings, self._endings = self._endings, []
        for subscription in subscriptions:
            subscription.close()
        for ending in endings:
            ending()

    def when_closed(self, ending: Callable[[], None]) -> None:
        """Call `ending` once when nothing more will come, on the thread that says so; at once if that is so already."""
        with self._guard:
            if not self._closed:
                self._endings.append(ending)
                return
        ending()
