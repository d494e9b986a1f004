"""`pygent tasks`: the delegated tasks of a session that another process of this user runs, over its control socket."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ..control import RemoteSession, list_sessions, session_at
from ..errors import PygentError
from ..events import (
    ApplyTask,
    CancelTask,
    ChangesApplied,
    ChangesListed,
    ChangesTakenBack,
    DiffTask,
    Envelope,
    MessageSent,
    MessageTask,
    PauseTask,
    RemoveTask,
    ResumeTask,
    RetryTask,
    SessionClosed,
    TaskEnded,
    TaskOp,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
    UnapplyTask,
    Warned,
)
from ..subscription import Subscription
from ..task_fold import book, overlaps
from ..task_values import FileChange, TaskState, TaskView
from ..untrusted import clean_line
from ..wire import encode_line, encode_value
from .attach import session_line, unnamed
from .border import FAILED, USAGE, tell
from .tasks_arguments import Tasks, Verb
from .tasks_table import applied, full, patch, table

_RECORD_S = 30.0  # for all that happened so far to be read
_ANSWER_S = 60.0  # what is merged may be large


def tasks(command: Tasks) -> int:
    """Do what `command` says; the exit code. Raises PygentError when there is no such session or task."""
    sessions = list_sessions()
    chosen = session_at(sessions, command.session) if command.session else unnamed(sessions, str(Path.cwd()))
    if chosen is None:
        tell("Several sessions run, none of them in this folder; name one, as in: pygent tasks --session ID")
        for session in sessions:
            tell(session_line(session))
        return USAGE
    remote = RemoteSession(chosen.id)
    try:
        reader = remote.subscribe()
        views = book(_record(reader, remote.info.seq))
        if command.verb == "list":
            return _list(command, list(views.values()), remote.id)
        view = _named(views, command.task, remote.id)
        if command.verb == "show":
            return _show(command, view, list(views.values()))
        if already := _already(command.verb, view):
            tell(already)
            return FAILED
        remote.send(_op(command, view))
        return _answered(command, view, _answer(reader, view.id, _is_answer(command.verb)))
    finally:
        remote.close()


# ---------------------------------------------------------------- what is there


def _record(reader: Subscription, seq: int) -> list[Envelope]:
    """All that happened until the connection was made, and perhaps more. Raises PygentError."""
    envelopes: list[Envelope] = []
    deadline = time.monotonic() + _RECORD_S
    while not envelopes or envelopes[-1].seq < seq:
        came = reader.drain(max(0.0, deadline - time.monotonic()))
        envelopes += came
        if came and isinstance(came[-1].event, SessionClosed):
            return envelopes
        if not came:
            raise PygentError("The session does not tell what happened so far; its process may be stopped.")
    return envelopes


def _named(views: dict[str, TaskView], name: str, session: str) -> TaskView:
    if name not in views:
        there = f"its tasks: {', '.join(views)}" if views else "it has none"
        raise PygentError(f"The session {session} has no task {clean_line(name, 80)}; {there}.")
    return views[name]


def _list(command: Tasks, views: Sequence[TaskView], session: str) -> int:
    if command.json:
        _print("".join(encode_value(view).decode() for view in views))
    elif not views:
        _print(f"The session {session} has no delegated tasks.\n")
    else:
        _print(f"{table(views, time.time(), _width())}\n")
    return 0


def _show(command: Tasks, view: TaskView, views: Sequence[TaskView]) -> int:
    if command.json:
        _print(encode_value(view).decode())
    else:
        _print(f"{full(view, overlaps(views).get(view.id, ()), time.time())}\n")
    return 0


# ---------------------------------------------------------------- what is asked


def _already(verb: Verb, view: TaskView) -> str:
    """Why nothing would come of the command, for the session reports only what changes; "" when something would."""
    stands = view.state is TaskState.paused and view.resumes_at is None
    if verb == "cancel" and view.state.ended:
        return f"{view.id} is over already: {view.status}."
    if verb == "pause" and (stands or view.pausing):
        return f"{view.id} {'is' if stands else 'will be'} paused already; pygent tasks resume {view.id} has it go on."
    if verb == "resume" and not (view.state.ended or view.pausing or view.state is TaskState.paused):
        return f"{view.id} is not paused: it is {view.status}."
    return ""


def _op(command: Tasks, view: TaskView) -> TaskOp:  # noqa: C901 - one flat match, a line or two a command
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
        case "list" | "show":
            raise AssertionError(command.verb)


def _is_answer(verb: Verb) -> Callable[[object], bool]:
    """Which events of the task answer the command."""
    kinds: dict[Verb, tuple[type, ...]] = {
        "cancel": (TaskEnded,),
        "message": (MessageSent,),
        "retry": (TaskRetried,),
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


def _answer(reader: Subscription, task_id: str, answers: Callable[[object], bool]) -> Envelope:
    """The event that answers, or the refusal. Raises PygentError when neither comes."""
    deadline = time.monotonic() + _ANSWER_S
    while came := reader.drain(max(0.0, deadline - time.monotonic())):
        for envelope in came:
            if isinstance(envelope.event, SessionClosed):
                return envelope
            if envelope.task_id == task_id and (isinstance(envelope.event, Warned) or answers(envelope.event)):
                return envelope
    return Envelope(0, time.time(), task_id, Warned(f"No answer came in {_ANSWER_S:g} s; what was asked may still be done."))


def _answered(command: Tasks, view: TaskView, answer: Envelope) -> int:
    event = answer.event
    match event:
        case Warned(text):
            tell(text)
            return FAILED
        case SessionClosed(reason):
            tell(f"The session has ended{f': {reason}' if reason else ''}.")
            return FAILED
        case ChangesListed(changes):
            return _diff(command, view, changes)
        case ChangesApplied(report) | ChangesTakenBack(report):
            done = "Applied" if isinstance(event, ChangesApplied) else "Took back"
            _print(encode_line(answer).decode() if command.json else f"{applied(view.id, report, done)}\n")
            return FAILED if report.conflicts else 0
        case _:
            _print(encode_line(answer).decode() if command.json else f"{_DONE[command.verb].format(view.id)}\n")
            return 0


_DONE: dict[Verb, str] = {
    "cancel": "{} is cancelled.",
    "message": "{} reads it before its next step.",
    "pause": "{} pauses before its next step.",
    "resume": "{} goes on.",
    "retry": "{} is queued again.",
    "remove": "{} is forgotten, and its files are deleted.",
}


def _diff(command: Tasks, view: TaskView, changes: Sequence[FileChange]) -> int:
    if missing := [path for path in command.words if path not in {change.path for change in changes}]:
        tell(f"{view.id} did not change {', '.join(missing)}; pygent tasks diff {view.id} lists what it changed.")
        return FAILED
    chosen = [change for change in changes if not command.words or change.path in command.words]
    if command.json:
        _print("".join(encode_value(change).decode() for change in chosen))
    else:
        _print(patch(chosen))
    return 0


# ---------------------------------------------------------------- printing


def _print(text: str) -> None:
    print(text, end="", flush=True)  # noqa: T201 - what was asked for


def _width() -> int | None:
    """The columns of the terminal, None where the output goes elsewhere."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except OSError:
        return None
