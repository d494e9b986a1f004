"""Calls that block, deaf to every cancel, and a worker to make them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from pygent_engine.worker import Worker

PATIENCE = 30.0


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("pygent-worker-under-test", idle_s=PATIENCE)
    yield worker
    worker.release()


@pytest.fixture
def block() -> Iterator[Block]:
    block = Block()
    yield block
    block.release.set()
    for thread in block.threads:
        thread.join(PATIENCE)


class Block:
    """A job that blocks, deaf to every cancel, until the test is over."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.release = threading.Event()
        self.threads: list[threading.Thread] = []

    def __call__(self) -> str:
        self.threads.append(threading.current_thread())
        self.entered.set()
        self.release.wait(PATIENCE)
        return "late"


def soon(after: threading.Event, then: Callable[[], None]) -> threading.Thread:
    """A thread that waits for `after` and then does `then`."""

    def run() -> None:
        assert after.wait(PATIENCE)
        then()

    thread = threading.Thread(target=run)
    thread.start()
    return thread
