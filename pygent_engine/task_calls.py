"""What the user asks of delegated tasks, one after the other on a thread of its own: some of it reads and merges whole workspaces,
for which nobody waits who wants a task to stop."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import assert_never

from .agent import Agent
from .errors import PygentError, described
from .events import ChangesListed, Warned
from .ops import (
    ApplyTask,
    CancelTask,
    DiffTask,
    LimitTask,
    MessageTask,
    PauseTask,
    RemoveTask,
    ResumeTask,
    RetryTask,
    StartTask,
    TaskOp,
    UnapplyTask,
)
from .untrusted import clean_text
from .values import ROOT_TASK

_END_S = 10.0


class TaskCalls:
    """Does what is `put`, on a thread that lasts as long as there is something. `close` begins nothing more."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._guard = threading.Lock()  # of the fields below
        self._waiting: deque[StartTask | TaskOp] = deque()
        self._thread: threading.Thread | None = None
        self._closed = False

    def put(self, op: StartTask | TaskOp) -> None:
        """Do `op` after those that came before; nothing happens once this is closed.

        What has a task stop is done at once, unless something else waits that is asked of this task.
        """
        with self._guard:
            if self._closed:
                return
            at_once = isinstance(op, CancelTask | PauseTask) and not any(
                not isinstance(before, StartTask) and before.task_id == op.task_id for before in self._waiting
            )
            if not at_once:
                self._waiting.append(op)
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="pygent-task-call", daemon=True)
                    self._thread.start()
        if at_once:
            self._try(op)

    def close(self) -> None:
        """Begin none of those that wait, and no others."""
        with self._guard:
            self._closed = True
            self._waiting.clear()

    def join(self) -> None:
        """Wait for the end of what is being done."""
        thread = self._thread
        if thread is not None:
            thread.join(_END_S)

    # ------------------------------------------------------------ on a thread of its own

    def _work(self) -> None:
        while (op := self._next()) is not None:
            self._try(op)

    def _next(self) -> StartTask | TaskOp | None:
        with self._guard:
            if not self._waiting:
                self._thread = None
                return None
            return self._waiting.popleft()

    def _try(self, op: StartTask | TaskOp) -> None:
        try:
            self._do(op)
        except PygentError as error:
            self._warn(op, str(error))
        except Exception as error:  # a fault of ours must not end what is asked next
            logging.getLogger("pygent").exception("a task could not be served")
            self._warn(op, f"That failed: {described(error)}")

    def _do(self, op: StartTask | TaskOp) -> None:  # noqa: C901 - one flat match, a line or two an op
        tasks, post = self._agent.tasks, self._agent.outbox.post
        match op:
            case StartTask():
                self._start(op)
            case CancelTask(task_id):
                tasks.cancel(task_id)
            case PauseTask(task_id):
                tasks.pause(task_id)
            case ResumeTask(task_id):
                tasks.resume(task_id)
            case RetryTask(task_id, mode, prompt, model, persona):
                tasks.retry(task_id, mode, prompt or None, model or None, self._agent.persona_for_task(persona))
            case MessageTask(task_id, text):
                tasks.message(task_id, text)
            case LimitTask(task_id, limits):
                tasks.set_limits(task_id, limits)
            case DiffTask(task_id):
                post(task_id, ChangesListed(tuple(tasks.diff(task_id))))
            case ApplyTask(task_id, paths):
                tasks.apply(task_id, paths or None)
            case UnapplyTask(task_id):
                tasks.unapply(task_id)
            case RemoveTask(task_id):
                tasks.remove(task_id)
            case _:
                assert_never(op)

    def _start(self, op: StartTask) -> None:
        if not op.prompt.strip():
            raise PygentError("The prompt of the task is empty; say what it should do.")
        agent = self._agent
        agent.tasks.start_task(
            op.prompt,
            agent.runtime,
            op.files,
            persona=agent.persona_for_task(op.persona),
            model=op.model or None,
            title=op.title or None,
            limits=op.limits,
            group=op.group,
        )

    def _warn(self, op: StartTask | TaskOp, sentence: str) -> None:
        about = ROOT_TASK if isinstance(op, StartTask) else op.task_id
        self._agent.outbox.post(about, Warned(clean_text(sentence)))
