"""A model whose calls a test lets through, and the waits for what tasks come to."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from pygent_engine import Message, TaskManager, TaskState
from pygent_engine.events import TaskStateChanged
from pygent_engine.task_fold import book
from pygent_engine.values import JsonDict
from tests.support.agents import DEADLINE_S, bash

from .hall import Hall

STEP = bash("true")


class Turnstile:
    """A model whose calls each wait for the test: `wait` is for the next to come, `let` lets it through."""

    def __init__(self, replies: Iterator[Message | str]) -> None:
        self._replies = replies
        self._came = threading.Semaphore(0)
        self._go = threading.Semaphore(0)
        self.asked: list[list[str]] = []

    def __call__(self, messages: list[JsonDict]) -> Message | str:
        self.asked.append([str(message["content"]) for message in messages if message["role"] == "user"])
        self._came.release()
        assert self._go.acquire(timeout=DEADLINE_S)
        return next(self._replies)

    def wait(self) -> None:
        """For the next call to come."""
        assert self._came.acquire(timeout=DEADLINE_S)

    def let(self, times: int = 1) -> None:
        self._go.release(times)


def reaches(hall: Hall, state: TaskState, times: int = 1, task_id: str = "task-1") -> None:
    """Wait until the task came to `state` for the so-manieth time."""
    hall.recorder.wait_for(
        TaskStateChanged,
        lambda _: [event.state for event in hall.recorder.events(task_id) if isinstance(event, TaskStateChanged)].count(state) >= times,
    )


def same(hall: Hall, manager: TaskManager) -> None:
    """The manager and whoever folds the events agree."""
    assert {view.id: view for view in manager.tasks()} == book(hall.recorder.envelopes)
