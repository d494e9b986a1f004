"""What `pygent tasks` asks of a session, and which of its events answer that. Pure, but for a start's key."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace

from ..events import (
    ApplyTask,
    CancelTask,
    ChangesApplied,
    ChangesListed,
    ChangesTakenBack,
    DiffTask,
    Envelope,
    LimitTask,
    MessageSent,
    MessageTask,
    PauseTask,
    RemoveTask,
    ResumeTask,
    RetryTask,
    StartTask,
    TaskCreated,
    TaskEnded,
    TaskLimited,
    TaskOp,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
    UnapplyTask,
    Warned,
)
from ..task_values import TaskState, TaskView
from ..untrusted import clean_path, clean_text
from ..values import UNLIMITED
from .tasks_arguments import Tasks, Verb


def already(verb: Verb, view: TaskView) -> str:
    """Why nothing would come of the command, for the session reports only what changes; "" when something would."""
    stands = view.state is TaskState.paused and view.resumes_at is None
    if verb == "cancel" and view.state.ended:
        return f"{view.id} is over already: {view.status}."
    if verb == "pause" and (stands or view.pausing):
        return f"{view.id} {'is' if stands else 'will be'} paused already; pygent tasks resume {view.id} has it go on."
    if verb == "resume" and not (view.state.ended or view.pausing or view.state is TaskState.paused):
        return f"{view.id} is not paused: it is {view.status}."
    return ""


def op_of(command: Tasks, view: TaskView) -> TaskOp:  # noqa: C901 - one flat match, a line or two a command
    task_id = view.id
    match command.verb:
        case "cancel":
            return CancelTask(task_id)
        case "message":
            return MessageTask(task_id, command.words[0])
        case "pause":
            return PauseTask(task_id)
        case "resume":
            return ResumeTask(task_id)
        case "limits":
            return LimitTask(task_id, replace(view.limits, **command.limits))
        case "retry":
            return RetryTask(task_id, command.mode, command.prompt, command.model, command.persona)
        case "diff":
            return DiffTask(task_id)
        case "apply":
            return ApplyTask(task_id, command.words)
        case "unapply":
            return UnapplyTask(task_id)
        case "remove":
            return RemoveTask(task_id)
        case "list" | "show" | "start":
            raise AssertionError(command.verb)


def answers_of(verb: Verb) -> Callable[[object], bool]:
    """Which events of the task answer the command."""
    kinds: dict[Verb, tuple[type, ...]] = {
        "cancel": (TaskEnded,),
        "message": (MessageSent,),
        "retry": (TaskRetried,),
        "limits": (TaskLimited,),
        "diff": (ChangesListed,),
        "apply": (ChangesApplied,),
        "unapply": (ChangesTakenBack,),
        "remove": (TaskRemoved,),
    }
    if verb == "pause":
        return lambda event: event == TaskPausing(True) or (isinstance(event, TaskStateChanged) and event.state is TaskState.paused)
    if verb == "resume":
        return lambda event: event == TaskPausing(False) or (isinstance(event, TaskStateChanged) and event.state is not TaskState.paused)
    return lambda event: isinstance(event, kinds[verb])


def is_about(envelope: Envelope, task_id: str, answers: Callable[[object], bool]) -> bool:
    return envelope.task_id == task_id and (isinstance(envelope.event, Warned) or answers(envelope.event))


def start_of(command: Tasks) -> StartTask:
    limits = replace(UNLIMITED, **command.limits)
    key = secrets.token_hex(8)
    return StartTask(command.words[0], command.files, command.persona, command.model, command.title, limits, key=key)


def is_start(envelope: Envelope, op: StartTask) -> bool:
    """Whether that is the task, or the refusal. Who starts the same at the same moment may be told of the other one."""
    match envelope.event:
        case TaskCreated(prompt=prompt, files=files):
            return (prompt, files) == (clean_text(op.prompt), tuple(map(clean_path, op.files)))
        case Warned(key=key):
            return key == op.key
        case _:
            return False
