"""What the user asks of delegated tasks, one after the other on a thread of its own: some of it reads and merges whole workspaces,
for which nobody waits who wants a task to stop."""

from __future__ import annotations

import logging
from typing import assert_never

from .agent import Agent
from .errors import PygentError, described
from .events import ChangesCompared, ChangesListed, Warned
from .one_by_one import OneByOne
from .ops import (
    ApplyTask,
    CancelTask,
    CompareTasks,
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


class TaskCalls:
    """Does what is `put`. `close` begins nothing more, and `join` waits for the end of what is being done."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._line: OneByOne[StartTask | TaskOp] = OneByOne("pygent-task-call", self._try)
        self.close = self._line.close
        self.join = self._line.join

    def put(self, op: StartTask | TaskOp) -> None:
        """Do `op` after those that came before; nothing happens once this is closed.

        What has a task stop is done at once, unless something else waits that is asked of this task.
        """
        if not isinstance(op, CancelTask | PauseTask) or any(
            not isinstance(before, StartTask) and before.task_id == op.task_id for before in self._line.waiting
        ):
            self._line.put(op)
        elif not self._line.closed:
            self._try(op)

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
            case CompareTasks(task_id, other):
                post(task_id, ChangesCompared(other, tuple(tasks.compare(task_id, other))))
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
        about, key = (ROOT_TASK, op.key) if isinstance(op, StartTask) else (op.task_id, "")
        self._agent.outbox.post(about, Warned(clean_text(sentence), key))
