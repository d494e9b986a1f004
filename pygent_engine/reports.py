"""What one call reports while it lasts. Whatever began is ended when the call closes, and nothing is reported after that.

A tool may be left behind in the middle of a command, an ask or a pull, and go on for ever; the stream of events goes on
without it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

from .events import Event, ImagePullEnded, ImagePullStarted

_LEFT = "the call was ended meanwhile"


class Reports:
    """Hands events on to `post`, from any thread, until `close`."""

    def __init__(self, post: Callable[[Event], None]) -> None:
        self._to = post
        self._guard = threading.Lock()  # of the two below and the order of events
        self._endings: dict[Hashable, Event] | None = {}  # of what began; None when closed

    @property
    def closed(self) -> bool:
        return self._endings is None

    def post(self, event: Event) -> None:
        """Report `event`; a pull that begins is ended like everything else."""
        match event:
            case ImagePullStarted(image):
                self.begin(("pull", image), event, ImagePullEnded(image, _LEFT))
            case ImagePullEnded(image):
                self.end(("pull", image), event)
            case _:
                with self._guard:
                    if self._endings is not None:
                        self._to(event)

    def begin(self, key: Hashable, event: Event, ending: Event) -> None:
        """Report `event`; `ending` follows at the latest when the call closes."""
        with self._guard:
            if self._endings is not None:
                self._endings[key] = ending
                self._to(event)

    def end(self, key: Hashable, event: Event) -> bool:
        """Report the end of `key`, if it began; False when the call was closed before."""
        with self._guard:
            if self._endings is None:
                return False
            if self._endings.pop(key, None) is not None:
                self._to(event)
            return True

    def close(self) -> None:
        """End what began, and report nothing more."""
        with self._guard:
            endings, self._endings = self._endings, None
            for ending in (endings or {}).values():
                self._to(ending)
