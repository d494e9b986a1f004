"""What the calls of a root agent came to."""

from __future__ import annotations

from pygent_engine.events import CallEnded, TurnEnded
from pygent_engine.values import ToolResult
from tests.support.agents import Recorder, calls

DELEGATE = calls(("delegate_task", {"prompt": "work", "title": "The work"}))


def results(recorder: Recorder, task_id: str = "main") -> list[ToolResult]:
    return [event.result for event in recorder.events(task_id) if isinstance(event, CallEnded)]


def ends(recorder: Recorder) -> None:
    """Wait for the end of the root agent's turn."""
    recorder.wait_for(TurnEnded, lambda _: any(isinstance(event, TurnEnded) for event in recorder.events()))


def said(recorder: Recorder) -> str:
    """What the root agent's last call came to."""
    return results(recorder)[-1].content
