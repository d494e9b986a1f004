"""The app over a session of 1,000 delegated tasks; once a prompt was sent, each of them reports ten times a second.

What a task reports is what one at work does: a step, a reply in pieces, a call and its output. Run by the benchmark of the board.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator
from threading import Event as Flag
from threading import Thread
from typing import cast

from pygent_engine.audience import Audience
from pygent_engine.events import (
    CallEnded,
    CallStarted,
    Envelope,
    Event,
    Op,
    OutputDelta,
    ReplyCompleted,
    SessionOpened,
    StepEnded,
    StepStarted,
    SubmitPrompt,
    TaskCreated,
    TaskStateChanged,
    TextDelta,
    TurnStarted,
)
from pygent_engine.subscription import Subscription
from pygent_engine.task_values import TaskState
from pygent_engine.values import ROOT_TASK, Limits, Message, ToolCall, ToolResult, Usage
from pygent_tui.launch import open_app
from tests.support.scene_session import SceneLaunch, SceneSession

TASKS = 1_000
UPDATES_PER_S = 10
_TICK_S = 0.01
_USAGE = Usage(900, 60)


class BusySession:
    """Posts on a thread of its own, at a steady rate until it is closed."""

    def __init__(self) -> None:
        self._audience = Audience()
        self._seq = itertools.count(1)
        self._ended = Flag()
        self._thread = Thread(target=self._work, name="busy-tasks", daemon=True)
        self._post(SessionOpened("s-1", "/home/user/project", "docker", "demo"), ROOT_TASK)
        for number in range(1, TASKS + 1):
            title = f"Review part {number} of the project"
            self._post(TaskCreated(title, title, None, "demo", ROOT_TASK, "docker", (), Limits(steps=200)), f"task-{number}")
            self._post(TaskStateChanged(TaskState.starting), f"task-{number}")
            self._post(TaskStateChanged(TaskState.running, f"{number:012x}"), f"task-{number}")
            self._post(TurnStarted(title), f"task-{number}")

    def subscribe(self) -> Subscription:
        return self._audience.subscribe()

    def send(self, op: Op) -> None:
        if isinstance(op, SubmitPrompt) and self._thread.ident is None:
            self._thread.start()

    def close(self, timeout: float = 10.0) -> None:
        self._ended.set()
        self._audience.close()

    def _post(self, event: Event, task_id: str) -> None:
        self._audience.put(Envelope(next(self._seq), time.time(), task_id, event))

    def _work(self) -> None:
        reports = [(f"task-{number}", _reports(f"task-{number}", number)) for number in range(1, TASKS + 1)]
        turns, each = itertools.cycle(reports), round(TASKS * UPDATES_PER_S * _TICK_S)
        started = time.perf_counter()
        for tick in itertools.count(1):
            for task_id, events in itertools.islice(turns, each):
                self._post(next(events), task_id)
            if self._ended.wait(max(0.0, started + tick * _TICK_S - time.perf_counter())):
                return


def _reports(task_id: str, number: int) -> Iterator[Event]:
    """What a task reports, ten events a step; each begins elsewhere in it."""
    return itertools.islice(_steps(task_id), number % 10, None)


def _steps(task_id: str) -> Iterator[Event]:
    for step in itertools.count(1):
        call = ToolCall(f"{task_id}/c{step}", "bash", '{"cmd": "make"}')
        yield StepStarted(step)
        yield TextDelta("I look at ")
        yield TextDelta(f"part {step}.")
        yield ReplyCompleted(Message("assistant", f"I look at part {step}.", (call,), usage=_USAGE, finish_reason="stop"), _USAGE)
        yield CallStarted(call, f"make part-{step}")
        yield OutputDelta(call.id, "one line\n")
        yield OutputDelta(call.id, "another line\n")
        yield OutputDelta(call.id, "the last line\n")
        yield CallEnded(ToolResult(call.id, "done", "ok", 0, 0.4))
        yield StepEnded(step)


if __name__ == "__main__":
    sys.exit(open_app(SceneLaunch(cast(SceneSession, BusySession()))))
