"""One delegated task: what was asked for, how it stands, and which states may follow each other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..cancel import Cancel
from ..events import (
    ApprovalAsked,
    ApprovalSettled,
    CallStarted,
    Event,
    QuestionAnswered,
    QuestionAsked,
    ReplyCompleted,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskStateChanged,
)
from ..frozen import frozen
from ..outbox import Post
from ..task_values import TaskState, TaskView
from ..untrusted import clean_line, clean_text
from ..values import ROOT_TASK, Limits, Persona, Usage

if TYPE_CHECKING:
    from ..models.protocol import Model
    from ..runtime import Runtime

_ENDINGS = frozenset(state for state in TaskState if state.ended)
LEGAL: dict[TaskState, frozenset[TaskState]] = {
    TaskState.queued: _ENDINGS | {TaskState.starting},
    TaskState.starting: _ENDINGS | {TaskState.running},
    TaskState.running: _ENDINGS | {TaskState.waiting},
    TaskState.waiting: _ENDINGS | {TaskState.running},
} | {state: frozenset() for state in _ENDINGS}


@frozen
class TaskSpec:
    """What was asked for. `files` are paths in the parent's workspace; `model` and `model_name` are None to inherit."""

    id: str
    title: str
    prompt: str
    parent_rt: Runtime
    files: tuple[str, ...]
    persona: Persona | None
    model: Model | None
    model_name: str | None
    limits: Limits


class Task:
    """A task as it stands: `view` is replaced whole at each change, and read without a lock from any thread."""

    def __init__(self, spec: TaskSpec, post: Post, clock: Callable[[], float] = time.time) -> None:
        self.spec = spec
        self.cancel = Cancel()
        self.ended = threading.Event()
        self.runtime: Runtime | None = None
        self._left = False
        self._post = post
        self._clock = clock
        self._guard = threading.RLock()  # of changes to view, runtime and _left, and of the order of this task's events
        self.view = TaskView(
            id=spec.id,
            title=clean_line(spec.title),
            state=TaskState.queued,
            status=TaskState.queued.value,
            prompt=clean_text(spec.prompt),
            persona=spec.persona,
            model=clean_line(spec.model_name or ""),
            steps=0,
            usage=Usage(),
            last_action="",
            created_at=clock(),
            started_at=None,
            ended_at=None,
            error="",
            mode=spec.parent_rt.mode,
            container=None,
        )

    def announce(self) -> None:
        """Report that the task was accepted; its first event."""
        view = self.view
        self._post(TaskCreated(view.title, view.prompt, view.persona, view.model, ROOT_TASK, view.mode))

    def move(self, state: TaskState) -> bool:
        """Go to a state that is not final; False when the table does not allow it, because the task has ended."""
        with self._guard:
            if state not in LEGAL[self.view.state]:
                return False
            container = None if self.runtime is None else self.runtime.container_id
            started = self._clock() if state is TaskState.starting else self.view.started_at
            self.view = replace(self.view, state=state, status=state.value, container=container, started_at=started)
            self._post(TaskStateChanged(state, container))
            return True

    def end(self, state: TaskState, error: str = "", status: str = "") -> bool:
        """Go to a final state, once; False when it has ended already."""
        error = clean_line(error, 1000)
        status = status or (f"failed: {error}" if state is TaskState.failed else state.value)
        with self._guard:
            if self.view.state.ended:
                return False
            self.view = replace(self.view, state=state, status=status, error=error, ended_at=self._clock(), container=None)
            self._post(TaskEnded(state, status, error, self.view.steps, self.view.usage))
        self.ended.set()
        return True

    def adopt(self, runtime: Runtime) -> bool:
        """Take the runtime that was made for the task; False when the task no longer waits for it."""
        with self._guard:
            if not self._left:
                self.runtime = runtime
            return not self._left

    def leave(self) -> Runtime | None:
        """Adopt nothing from now on; returns what was adopted, to be stopped."""
        with self._guard:
            self._left = True
            return self.runtime

    @property
    def left(self) -> bool:
        return self._left

    def observe(self, event: Event) -> None:
        """Learn from an event of this task's agent and report it; nothing is reported once the task has ended."""
        with self._guard:
            if self.view.state.ended:
                return
            match event:
                case StepStarted():
                    self.view = replace(self.view, steps=self.view.steps + 1)
                case ReplyCompleted(usage=Usage() as usage):
                    self.view = replace(self.view, usage=self.view.usage + usage)
                case CallStarted(action=action):
                    self.view = replace(self.view, last_action=action)
                case ApprovalAsked() | QuestionAsked():
                    self.move(TaskState.waiting)
                case _:
                    pass
            self._post(event)
            if isinstance(event, ApprovalSettled | QuestionAnswered):
                self.move(TaskState.running)
