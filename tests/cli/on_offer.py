"""A session of two tasks that another terminal sees, and `pygent tasks` on it."""

from __future__ import annotations

import threading

import pytest

from pygent_engine.cli import main
from pygent_engine.events import (
    Event,
)
from pygent_engine.task_fold import book
from pygent_engine.task_values import FileChange, TaskView
from pygent_engine.values import FileDiff
from tests.support.played_session import PlayedSession

DIFF = FileDiff("a.txt", "modified", "@@ -1,1 +1,1 @@\n-one\n+two\n", 1, 1)
CHANGES = (FileChange("a.txt", "modified", diff=DIFF), FileChange("logs/", "added", ignored=True, files=3))
TWO = "Docs \x1b[31m of everything that there is to be known"


def views(session: PlayedSession) -> list[TaskView]:
    return list(book(session.subscribe().drain(0)).values())


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error of `pygent tasks ...`."""
    code = main(["tasks", *arguments])
    return (code, *capsys.readouterr())


def answering(session: PlayedSession, *events: Event, task: str = "task-1") -> threading.Thread:
    """Posts `events` once an op has come."""

    def work() -> None:
        session.wait_for_ops(1)
        for event in events:
            session.post(event, task)

    thread = threading.Thread(target=work)
    thread.start()
    return thread
