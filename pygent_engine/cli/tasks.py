"""`pygent tasks`: the delegated tasks of a session that another process of this user runs, over its control socket."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence

from ..control import RemoteSession, list_sessions
from ..errors import PygentError
from ..events import (
    ChangesApplied,
    ChangesListed,
    ChangesTakenBack,
    Envelope,
    SessionClosed,
    TaskLimited,
    Warned,
)
from ..subscription import Subscription
from ..task_fold import book, count_unkept, overlaps, told_lost
from ..task_values import FileChange, TaskView
from ..untrusted import clean_line
from ..values import ROOT_TASK
from ..wire import encode_line, encode_value
from .attach import session_meant
from .border import FAILED, USAGE, tell
from .consent import consents
from .tasks_arguments import Tasks, Verb
from .tasks_asking import already, answers_of, is_about, is_start, op_of, start_of
from .tasks_table import applied, full, patch, spending, table

_RECORD_S = 30.0  # for all that happened so far to be read
_ANSWER_S = 60.0  # what is merged may be large


def tasks(command: Tasks) -> int:
    """Do what `command` says; the exit code. Raises PygentError when there is no such session or task."""
    chosen = session_meant(list_sessions(), command.session, "pygent tasks --session ID")
    if chosen is None:
        return USAGE
    remote = RemoteSession(chosen.id)
    try:
        reader = remote.subscribe()
        views = book(_record(reader, remote.info.seq))
        if command.verb == "list":
            return _list(command, list(views.values()), remote.id)
        if command.verb == "start":
            op = start_of(command)
            remote.send(op)
            return _started(command, _answer(reader, lambda envelope: is_start(envelope, op)))
        view = _named(views, command.task, remote.id)
        if command.verb == "show":
            return _show(command, view, list(views.values()))
        if why_not := already(command.verb, view):
            tell(why_not)
            return FAILED
        if command.verb == "remove" and not (command.yes or _may_go(view)):
            return FAILED
        remote.send(op_of(command, view))
        answers = answers_of(command.verb)
        return _answered(command, view, _answer(reader, lambda envelope: is_about(envelope, view.id, answers)))
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


def _may_go(view: TaskView) -> bool:
    """Whether the work of a task that is to be forgotten may go with it."""
    count = count_unkept(view) if view.state.ended else 0  # of another one the session forgets nothing
    if not count:
        return True
    lost = told_lost(count, f"{view.id} “{clean_line(view.title, 60)}”")
    ways = f"pygent tasks apply {view.id} keeps what it changed, pygent tasks remove {view.id} --yes deletes it."
    return consents(lost, "Delete it all the same?", ways)


# ---------------------------------------------------------------- what is answered


def _answer(reader: Subscription, answers: Callable[[Envelope], bool]) -> Envelope:
    """The event that answers, or the refusal. Raises PygentError when neither comes."""
    deadline = time.monotonic() + _ANSWER_S
    while came := reader.drain(max(0.0, deadline - time.monotonic())):
        for envelope in came:
            if isinstance(envelope.event, SessionClosed) or answers(envelope):
                return envelope
    return Envelope(0, time.time(), ROOT_TASK, Warned(f"No answer came in {_ANSWER_S:g} s; what was asked may still be done."))


def _answered(command: Tasks, view: TaskView, answer: Envelope) -> int:
    event = answer.event
    match event:
        case Warned() | SessionClosed():
            return _refused(event)
        case TaskLimited(limits) if not command.json:
            _print(f"{view.id} may spend {spending(limits) or 'what it needs'} in all.\n")
            return 0
        case ChangesListed(changes):
            return _diff(command, view, changes)
        case ChangesApplied(report) | ChangesTakenBack(report):
            done = "Applied" if isinstance(event, ChangesApplied) else "Took back"
            _print(encode_line(answer).decode() if command.json else f"{applied(view.id, report, done)}\n")
            return FAILED if report.conflicts else 0
        case _:
            _print(encode_line(answer).decode() if command.json else f"{_DONE[command.verb].format(view.id)}\n")
            return 0


def _refused(event: Warned | SessionClosed) -> int:
    if isinstance(event, Warned):
        tell(event.text)
    else:
        tell(f"The session has ended{f': {event.reason}' if event.reason else ''}.")
    return FAILED


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


def _started(command: Tasks, answer: Envelope) -> int:
    match answer.event:
        case Warned() | SessionClosed() as event:
            return _refused(event)
        case _:
            _print(encode_line(answer).decode() if command.json else f"{answer.task_id}\n")
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
