"""Imports on a thread of its own what the first paint does not need, so that keys are taken meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from threading import Thread


def load(name: str, then: Callable[[], object], failed: Callable[[Exception], object]) -> None:
    """Import the module `name`, then call one of the two, on that thread."""

    def run() -> None:
        try:
            import_module(name)
        except Exception as error:  # whatever it is, the app must say so: this thread has no other reader
            failed(error)
        else:
            then()

    Thread(target=run, name="pygent-load", daemon=True).start()
