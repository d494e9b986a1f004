"""What the tests of a task's own screen, of the peek and of messages to tasks share: scenes, and the ways to what is open."""

from __future__ import annotations

from collections.abc import Sequence

from textual.widget import Widget

from pygent_engine.events import (
    Envelope,
    Event,
    TaskEnded,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import Usage
from pygent_tui.screens.peek import Peek
from pygent_tui.screens.task import TaskScreen
from pygent_tui.widgets.asks.ask_panel import AskPanel
from pygent_tui.widgets.board.task_requests import TaskOpened, TaskPeeked, TaskRequest
from pygent_tui.widgets.request import Request
from tests import task_scripts
from tests.scenes import Scene
from tests.support.stage import Stage

WORKING = Scene("task-working", task_scripts.working)
THREE = Scene("three-tasks", task_scripts.three)
ASKING = Scene("task-asking", task_scripts.asking)
QUEUED = Scene("task-queued", task_scripts.queued)
ENDED = TaskEnded(TaskState.failed, "failed: no model", "no model", 1, Usage())


def arrive(stage: Stage, *events: Event, task: str = "task-1") -> None:
    """More of a task comes from the session."""
    first = stage.session.played + 1
    stage.session.play([Envelope(number, stage.app.clock(), task, event) for number, event in enumerate(events, first)])


def shows(stage: Stage, part: str, text: str) -> bool:
    return text in stage.text(part)


def is_open(stage: Stage, task: str) -> bool:
    return isinstance(stage.app.screen, TaskScreen) and stage.app.screen.task_id == task


async def opened(stage: Stage, task: str = "task-1") -> TaskScreen:
    stage.conductor.submit(f"/task-open {task}")
    await stage.until(lambda: is_open(stage, task))
    screen = stage.app.screen
    assert isinstance(screen, TaskScreen)
    return screen


def focus(stage: Stage) -> Widget | None:
    """What has the focus now."""
    return stage.app.focused


async def ready(stage: Stage, kind: type[AskPanel] = AskPanel) -> AskPanel:
    """The panel on the top screen, once its keys count."""
    await stage.until(lambda: any(panel.guard.drawn_at is not None for panel in stage.app.screen.query(kind)))
    return stage.app.screen.query_one(kind)


async def peeked(stage: Stage, task: str = "task-1") -> Peek:
    stage.conductor.submit(f"/task-peek {task}")
    await stage.until(lambda: isinstance(stage.app.screen, Peek))
    screen = stage.app.screen
    assert isinstance(screen, Peek)
    return screen


def noted(stage: Stage) -> list[tuple[Sequence[str], str]]:
    """What is wanted with tasks from now on, which no station takes: what they make of it, their own tests tell."""
    asked: list[tuple[Sequence[str], str]] = []
    take = stage.conductor.take

    def note(request: Request) -> None:
        if isinstance(request, TaskRequest) and not isinstance(request, TaskPeeked | TaskOpened):
            asked.append((request.task_ids, type(request).__name__))
        else:
            take(request)

    stage.conductor.take = note  # type: ignore[method-assign] # between the keys and the stations
    return asked
