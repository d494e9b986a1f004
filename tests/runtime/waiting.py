"""Waits for what another process or the engine does, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 20.0


def within_patience(condition: Callable[[], object]) -> bool:
    """Whether `condition` came true before the deadline."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
