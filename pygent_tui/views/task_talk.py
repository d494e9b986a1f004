"""Folds the events of one delegated task into its own conversation. Pure.

A task's conversation says besides what any has: its prompts, messages and whether they were read, pauses, retries, its end. It is
bounded: there may be a thousand of them.
"""

from __future__ import annotations

from dataclasses import replace

from pygent_engine.events import (
    ChangesApplied,
    ChangesTakenBack,
    Envelope,
    MessageSent,
    Steered,
    TaskCreated,
    TaskEnded,
    TaskLimited,
    TaskPausing,
    TaskRetried,
    TaskStateChanged,
    TurnEnded,
    TurnStarted,
)
from pygent_engine.task_values import ApplyReport, TaskState
from pygent_engine.values import Limits

from . import transcript
from .entries import Notice, Prompt, TaskNote
from .entry_list import EntryList
from .transcript import Transcript, close_reply

MOST_ENTRIES = 600
_KEPT = 400
_NOT_KEPT = Notice("info", "What stood above is no longer kept.")
_PROMPT, _MESSAGE, _PAUSE = "\0prompt", "\0message", "\0pause"  # what is open beside calls, whose ids have no controls


def begun(task_id: str, event: TaskCreated) -> Transcript:
    """The conversation of a task that was accepted: its prompt waits to be read."""
    empty = Transcript(task_id, titles={task_id: event.title})
    return empty.put(_PROMPT, Prompt(event.prompt, by="task", read=False))


def fold(state: Transcript, envelope: Envelope) -> Transcript:  # noqa: C901 - one flat match, a line or two an event
    """`state` after an event of its task; the same object when nothing in it changed."""
    match envelope.event:
        case TurnStarted(prompt):
            return _bounded(_turned(close_reply(state), prompt))
        case Steered(text):
            return _bounded(_read(state, text, Prompt(text, steer=True)))
        case MessageSent(text, by):
            message = Prompt(text, steer=True, by="agent" if by == "model" else "user", read=False)
            return state.put(f"{_MESSAGE}{len(state.entries)}", message)
        case TurnEnded():
            return close_reply(state)  # how it ended, the end of the task says
        case TaskStateChanged() as event:
            return _moved(state, event)
        case TaskPausing(on):
            return state.append(Notice("info", "Pauses before its next step." if on else "Goes on without a pause."))
        case TaskLimited(limits):
            return state.append(Notice("info", f"It may spend now: {_limits(limits)}."))
        case TaskRetried() as event:
            return _retried(state, event)
        case TaskEnded(now, _, error):
            return replace(close_reply(state), open=()).append(TaskNote(state.task_id, _title(state), now, error))
        case ChangesApplied(report):
            return state.append(_applied(report, "Applied to the workspace", "Nothing was applied"))
        case ChangesTakenBack(report):
            return state.append(_applied(report, "Taken back", "Nothing was taken back"))
        case _:
            return _bounded(transcript.fold(state, envelope))


def _moved(state: Transcript, event: TaskStateChanged) -> Transcript:
    if event.state is TaskState.paused:
        paused = state.put(_PAUSE, TaskNote(state.task_id, _title(state), event.state, event.reason))
        return paused if event.resumes_at is None else paused.append(Notice("info", "It goes on by itself after a while."))
    if state.opened(_PAUSE) is not None and event.state is TaskState.running:
        return _close(state, _PAUSE).append(Notice("info", "Goes on."))
    return state


def _retried(state: Transcript, event: TaskRetried) -> Transcript:
    how = "from the beginning, without its history" if event.clean else "with its history"
    who = f" as {event.persona.name}" if event.persona is not None else ""
    told = close_reply(state).append(Notice("info", f"Tried again {how}, by {event.model}{who}."))
    return _close(told, _PROMPT).put(_PROMPT, Prompt(event.prompt, by="task", read=False))


def _turned(state: Transcript, prompt: str) -> Transcript:
    """A turn begins with what waited for it, as it was put to the model."""
    asked = Prompt(prompt, by="task")
    first = state.opened(_PROMPT)
    return _read(state, prompt, asked) if first is None else _close(state.put(_PROMPT, asked), _PROMPT)


def _read(state: Transcript, text: str, otherwise: Prompt) -> Transcript:
    """What waited is read now; what nobody saw coming is a prompt of its own."""
    waiting = [(key, entry) for key, index in state.open if isinstance(entry := state.entries[index], Prompt)]
    found = next(([(key, entry)] for key, entry in waiting if entry.text == text), None)
    if found is None and waiting and text == "\n\n".join(entry.text for _, entry in waiting):  # those that came too late, in one turn
        found = waiting
    if found is None:
        return state.append(otherwise)
    for key, entry in found:
        state = _close(state.put(key, replace(entry, read=True)), key)
    return state


def _close(state: Transcript, name: str) -> Transcript:
    """The entry changes no more."""
    return replace(state, open=tuple(pair for pair in state.open if pair[0] != name))


def _title(state: Transcript) -> str:
    return state.titles.get(state.task_id, "")


def _limits(limits: Limits) -> str:
    told = [
        f"{amount:g} {what}"
        for amount, what in (
            (limits.steps, "steps"),
            (limits.tokens, "tokens"),
            (limits.seconds, "seconds"),
            (limits.step_seconds, "seconds a step"),
        )
        if amount is not None
    ]
    return ", ".join(told) or "what it needs"


def _applied(report: ApplyReport, done: str, refused: str) -> Notice:
    if report.conflicts:
        return Notice("warning", f"{refused}, for there are conflicts in {', '.join(report.conflicts)}")
    return Notice("info", f"{done}: {', '.join(report.applied) or 'nothing'}")


def _bounded(state: Transcript) -> Transcript:
    """`state` without its oldest entries, when there are too many; what is open stays, and all after it."""
    if len(state.entries) <= MOST_ENTRIES:
        return state
    first = min([len(state.entries) - _KEPT, *(index for _, index in state.open)])
    if first <= 1:
        return state
    entries = EntryList((_NOT_KEPT, *state.entries.since(first)))
    return replace(state, entries=entries, open=tuple((key, index - first + 1) for key, index in state.open))
