"""A flag that comes to be set while something goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class At:
    """Is set the so manieth time that it is asked, after it did something."""

    left: int
    act: Callable[[], object] = lambda: None

    def is_set(self) -> bool:
        self.left -= 1
        if self.left == 0:
            self.act()
        return self.left <= 0

    def wait(self, timeout: float | None = None) -> bool:
        return self.is_set()
