"""What is loaded after the first paint: on a thread of its own, and never silently missing."""

from __future__ import annotations

import threading

from pygent_tui.loading import load


def test_what_is_loaded_or_why_not_is_told_on_the_thread_that_loads() -> None:
    told: list[tuple[str, str]] = []
    done = threading.Semaphore(0)

    def tell(what: str) -> None:
        told.append((what, threading.current_thread().name))
        done.release()

    for name in ("json", "pygent_tui.no_such_module"):
        load(name, lambda: tell("loaded"), lambda error: tell(type(error).__name__))
        assert done.acquire(timeout=30)
    assert told == [("loaded", "pygent-load"), ("ModuleNotFoundError", "pygent-load")]
