"""A user who runs nothing yet, and one who runs a session with two tasks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine.control import serve
from pygent_engine.events import (
    CallStarted,
    ChangesFound,
    StepStarted,
    TaskCreated,
    TaskStateChanged,
    TextDelta,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import Limits, ToolCall
from tests.support.played_session import PlayedSession

from .on_offer import TWO


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a user who runs nothing yet."""
    for name in ("run", "work", "home"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def session(here: Path) -> Iterator[PlayedSession]:
    """A session with two tasks at work, on offer."""
    session = PlayedSession("12ab", str(here))
    for task, title in (("task-1", "Tests"), ("task-2", TWO)):
        session.post(TaskCreated(title, f"do {title}", None, "tiny", "main", "local", limits=Limits(steps=20)), task)
        session.post(TaskStateChanged(TaskState.starting), task)
        session.post(TaskStateChanged(TaskState.running), task)
        session.post(StepStarted(1), task)
        session.post(CallStarted(ToolCall(f"{task}/c1", "bash", "{}"), "make test"), task)
        session.post(ChangesFound(2, ("a.txt", "b.txt") if task == "task-1" else ("b.txt", "c.txt")), task)
    session.post(TextDelta("wor"), "task-1")
    session.post(TextDelta("king"), "task-1")
    offered = serve(session)
    yield session
    offered.close()
