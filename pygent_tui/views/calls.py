"""Folds calls, and what they ask, into the entries of a conversation. Pure."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import assert_never

from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    FilesChanged,
    OutputDelta,
    QuestionAnswered,
    QuestionAsked,
)
from pygent_engine.untrusted import clean
from pygent_engine.values import ToolCall, ToolResult

from .entries import Ask, Call, Notice, Permission
from .talk import Transcript

_SHOWN = 2000  # characters of a call that never started

AskEvent = ApprovalAsked | ApprovalSettled | QuestionAsked | QuestionAnswered
CallEvent = CallStarted | OutputDelta | CallEnded | FilesChanged


def fold_ask(state: Transcript, event: AskEvent) -> Transcript:
    """`state` after a call asked something, or was answered."""
    match event:
        case ApprovalAsked():
            asked = event.request
            return state.put(asked.call_id, Permission(asked.call_id, asked.tool, asked.command, asked.reason))
        case ApprovalSettled():
            waiting = state.opened(event.call_id)
            if not isinstance(waiting, Permission):
                return state
            return state.put(event.call_id, replace(waiting, decision=event.decision, note=event.note))
        case QuestionAsked():
            question = event.question
            return state.put(question.call_id, Ask(question.call_id, question.prompt, question.options))
        case QuestionAnswered():
            waiting = state.opened(event.call_id)
            return state.put(event.call_id, replace(waiting, answer=event.text)) if isinstance(waiting, Ask) else state
        case _:
            assert_never(event)


def fold_call(state: Transcript, event: CallEvent, at: float) -> Transcript:
    """`state` after a call began, did something or ended at `at` (Unix seconds)."""
    match event:
        case CallStarted(call, summary, by):
            before = state.opened(call.id)
            approved = before.decision if isinstance(before, Permission) else None
            return state.put(call.id, Call(call.id, call.name, summary, approved=approved, arguments=call.arguments, by=by, started_at=at))
        case CallEnded():
            return _end_call(state, event.result)
        case FilesChanged():
            return _changed(state, event)
        case OutputDelta():
            return state
        case _:
            assert_never(event)


def _end_call(state: Transcript, result: ToolResult) -> Transcript:
    """Close the entry of a call: a card gets its result, a question or a refusal already says how it went."""
    entry = state.opened(result.call_id)
    if entry is None:
        asked = next((call for call in state.calls if call.id == result.call_id), ToolCall(result.call_id, "", ""))
        entry = Call(asked.id, asked.name, _wanted(asked), arguments=asked.arguments)
    elif isinstance(entry, Permission) and entry.decision != "deny":
        entry = Call(entry.call_id, entry.tool, entry.command, approved=entry.decision)
    if isinstance(entry, Call):
        entry = replace(entry, status=result.status, exit_code=result.exit_code, duration_s=result.duration_s, result=result.content)
    return state.put(result.call_id, entry).close(result.call_id)


def _wanted(call: ToolCall) -> str:
    """What a call that never started would have been about: its first text."""
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return ""
    texts = arguments.values() if isinstance(arguments, dict) else ()
    return clean(next((text for text in texts if isinstance(text, str)), "")[:_SHOWN])


def _changed(state: Transcript, event: FilesChanged) -> Transcript:
    """A change belongs to the call that runs; of the model's and the user's, to the one that names the file."""
    running = [entry for _, entry in state.running]
    if not running:
        return state.append(Notice("info", f"changed {', '.join(event.paths)}"))
    entry = next((each for each in running if any(path in each.arguments for path in event.paths)), running[0])
    told = {diff.path for diff in event.diffs}
    files = tuple(path for path in event.paths if path not in told)
    return state.put(entry.call_id, replace(entry, files=(*entry.files, *files), diffs=(*entry.diffs, *event.diffs)))
