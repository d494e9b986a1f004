"""Folds envelopes into the conversation of one task. Pure; the border is `Transcript` and `fold`.

`entries` only grows at its end; an entry that is named in `open` may still be replaced in place. What streams
(`text`, `thinking`, `retry`, `pull`) stands apart, so that a delta costs the same whatever the length of the conversation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import assert_never

from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    ContainerReplaced,
    Envelope,
    FilesChanged,
    ImagePullEnded,
    ImagePullProgress,
    ImagePullStarted,
    OutputDelta,
    PromptQueued,
    PromptTaken,
    PromptWithdrawn,
    QuestionAnswered,
    QuestionAsked,
    ReasoningDelta,
    ReplyCompleted,
    RetryScheduled,
    SessionClosed,
    SessionOpened,
    StartedOver,
    Steered,
    StepEnded,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskStateChanged,
    TextDelta,
    Tuned,
    TurnEnded,
    TurnStarted,
    Warned,
)
from pygent_engine.untrusted import clean
from pygent_engine.values import INCOMPLETE, INTERRUPTED, ROOT_TASK, TaskState, ToolCall, ToolResult

from .entries import Ask, Call, Closed, Ended, Entry, Notice, Opened, Permission, Prompt, Reply, Retry, TaskNote, Thinking
from .growing import Growing
from .pull import Pull
from .pull import fold as fold_pull

_NOTHING = Growing()
_SHOWN = 2000  # characters of a call that never started
_CUT = frozenset({INCOMPLETE, INTERRUPTED, "length", "content_filter"})

SessionEvent = SessionOpened | SessionClosed | Warned | StartedOver
RuntimeEvent = ImagePullStarted | ImagePullProgress | ImagePullEnded | ContainerReplaced
TaskEvent = TaskCreated | TaskStateChanged | TaskEnded
TurnEvent = TurnStarted | TurnEnded | Steered | StepStarted | StepEnded
ReplyEvent = TextDelta | ReasoningDelta | ReplyCompleted | RetryScheduled
AskEvent = ApprovalAsked | ApprovalSettled | QuestionAsked | QuestionAnswered
CallEvent = CallStarted | OutputDelta | CallEnded | FilesChanged


@dataclass(frozen=True, slots=True)
class Transcript:
    """The conversation of the task `task_id` as it stands."""

    task_id: str = ROOT_TASK
    entries: tuple[Entry, ...] = ()
    thinking: Growing = _NOTHING
    text: Growing = _NOTHING
    retry: Retry | None = None
    pull: Pull | None = None
    open: tuple[tuple[str, int], ...] = ()
    """Call ids whose entry may still change, with the index of the entry."""
    calls: tuple[ToolCall, ...] = ()
    """The calls of the last reply, to name one that ends without having started."""
    titles: dict[str, str] = field(default_factory=dict)
    """Titles of the tasks that this task delegated."""

    @property
    def begun(self) -> bool:
        """Whether anything was said yet, beyond the opening of the session."""
        return len(self.entries) > 1 or any(not isinstance(entry, Opened) for entry in self.entries)


EMPTY = Transcript()


def fold(state: Transcript, envelope: Envelope) -> Transcript:
    """The transcript after `envelope`; the same object when nothing in it changed."""
    event = envelope.event
    match event:
        case TaskCreated() | TaskStateChanged() | TaskEnded():
            return _task(state, envelope.task_id, event)
        case _ if envelope.task_id != state.task_id:
            return state
        case TextDelta() | ReasoningDelta() | ReplyCompleted() | RetryScheduled():
            return _reply(state, event, envelope.at)
        case CallStarted() | OutputDelta() | CallEnded() | FilesChanged():
            return _call(state, event)
        case TurnStarted() | TurnEnded() | Steered() | StepStarted() | StepEnded():
            return _turn(state, event)
        case ApprovalAsked() | ApprovalSettled() | QuestionAsked() | QuestionAnswered():
            return _ask(state, event)
        case SessionOpened() | SessionClosed() | Warned() | StartedOver():
            return _session(state, event)
        case Tuned() | PromptQueued() | PromptTaken() | PromptWithdrawn():
            return state
        case ImagePullStarted() | ImagePullProgress() | ImagePullEnded() | ContainerReplaced():
            return _runtime(state, event)
        case _:
            assert_never(event)


def _session(state: Transcript, event: SessionEvent) -> Transcript:
    match event:
        case SessionOpened():
            return _append(state, Opened(event.mode, event.model, event.workspace, event.fallback_reason))
        case SessionClosed():
            return _append(_close_reply(state), Closed(event.reason))
        case Warned():
            return _append(state, Notice("warning", event.text))
        case StartedOver():
            return _append(state, Notice("info", "A new conversation begins; the model knows nothing of what stands above."))
        case _:
            assert_never(event)


def _runtime(state: Transcript, event: RuntimeEvent) -> Transcript:
    match event:
        case ImagePullStarted() | ImagePullProgress():
            return replace(state, pull=fold_pull(state.pull, event))
        case ImagePullEnded():
            return _append(replace(state, pull=None), _pulled(event))
        case ContainerReplaced():
            return _append(state, Notice("warning", event.reason))
        case _:
            assert_never(event)


def _pulled(event: ImagePullEnded) -> Notice:
    if event.error:
        reason = f"The pull of the image {event.image} was ended" if event.error == "cancelled" else event.error.rstrip(".")
        return Notice("warning", f"{reason} (the next command tries again)")
    return Notice("info", f"The image {event.image} is here now.")


def _task(state: Transcript, task_id: str, event: TaskEvent) -> Transcript:
    match event:
        case TaskCreated():
            if event.parent_id != state.task_id:
                return state
            named = replace(state, titles={**state.titles, task_id: event.title})
            return named if _delegating(state) else _append(named, TaskNote(task_id, event.title, TaskState.queued))
        case TaskEnded():
            title = state.titles.get(task_id)
            return state if title is None else _append(state, TaskNote(task_id, title, event.state, event.error))
        case TaskStateChanged():
            return state
        case _:
            assert_never(event)


def _delegating(state: Transcript) -> bool:
    """Whether a call that delegates is running: its card says already what a note would say."""
    running = (state.entries[index] for _, index in state.open)
    return any(isinstance(entry, Call) and entry.name == "delegate_task" for entry in running)


def _turn(state: Transcript, event: TurnEvent) -> Transcript:
    match event:
        case TurnStarted():
            return _append(_close_reply(state), Prompt(event.prompt))
        case Steered():
            return _append(state, Prompt(event.text, steer=True))
        case TurnEnded():
            closed = _close_reply(state)
            return closed if event.outcome == "finished" else _append(closed, Ended(event.outcome, event.reason))
        case StepStarted():
            return _close_reply(state)
        case StepEnded():
            return state
        case _:
            assert_never(event)


def _reply(state: Transcript, event: ReplyEvent, at: float) -> Transcript:
    match event:
        case TextDelta():
            return replace(state, text=state.text.add(event.text), retry=None)
        case ReasoningDelta():
            return replace(state, thinking=state.thinking.add(event.text), retry=None)
        case RetryScheduled():
            return replace(state, retry=Retry(event.reason, at + event.delay_s, event.attempt))
        case ReplyCompleted():
            return _complete(state, event)
        case _:
            assert_never(event)


def _complete(state: Transcript, event: ReplyCompleted) -> Transcript:
    """The streamed parts give way to the reply as it stands in the history."""
    message = event.message
    cut = message.finish_reason if message.finish_reason in _CUT else ""
    said: list[Entry] = [Thinking(message.reasoning)] if message.reasoning.strip() else []
    if (message.content or "").strip() or cut:
        said.append(Reply(message.content or "", cut or ""))
    return replace(state, entries=(*state.entries, *said), thinking=_NOTHING, text=_NOTHING, retry=None, calls=message.tool_calls)


def _close_reply(state: Transcript) -> Transcript:
    """What streamed and was never completed stays, marked as interrupted."""
    if not (state.text or state.thinking or state.retry):
        return state
    said: list[Entry] = [Thinking(state.thinking.text)] if state.thinking else []
    if state.text:
        said.append(Reply(state.text.text, INTERRUPTED))
    return replace(state, entries=(*state.entries, *said), thinking=_NOTHING, text=_NOTHING, retry=None)


def _ask(state: Transcript, event: AskEvent) -> Transcript:
    match event:
        case ApprovalAsked():
            asked = event.request
            return _put(state, asked.call_id, Permission(asked.call_id, asked.tool, asked.command, asked.reason))
        case ApprovalSettled():
            waiting = _opened(state, event.call_id)
            if not isinstance(waiting, Permission):
                return state
            return _put(state, event.call_id, replace(waiting, decision=event.decision, note=event.note))
        case QuestionAsked():
            question = event.question
            return _put(state, question.call_id, Ask(question.call_id, question.prompt, question.options))
        case QuestionAnswered():
            open_entry = _opened(state, event.call_id)
            return _put(state, event.call_id, replace(open_entry, answer=event.text)) if isinstance(open_entry, Ask) else state
        case _:
            assert_never(event)


def _call(state: Transcript, event: CallEvent) -> Transcript:
    match event:
        case CallStarted():
            before = _opened(state, event.call.id)
            approved = before.decision if isinstance(before, Permission) else None
            return _put(state, event.call.id, Call(event.call.id, event.call.name, event.summary, approved=approved))
        case CallEnded():
            return _end_call(state, event.result)
        case FilesChanged():
            return _changed(state, event.paths)
        case OutputDelta():
            return state
        case _:
            assert_never(event)


def _end_call(state: Transcript, result: ToolResult) -> Transcript:
    """Close the entry of a call: a card gets its result, a question or a refusal already says how it went."""
    entry = _opened(state, result.call_id)
    if entry is None:
        asked = next((call for call in state.calls if call.id == result.call_id), ToolCall(result.call_id, "", ""))
        entry = Call(asked.id, asked.name, _wanted(asked))
    elif isinstance(entry, Permission) and entry.decision != "deny":
        entry = Call(entry.call_id, entry.tool, entry.command, approved=entry.decision)
    if isinstance(entry, Call):
        entry = replace(entry, status=result.status, exit_code=result.exit_code, duration_s=result.duration_s, result=result.content)
    # Calls of a task run one after the other, and what a call asked in its middle was settled before its end.
    return replace(_put(state, result.call_id, entry), open=())


def _wanted(call: ToolCall) -> str:
    """What a call that never started would have been about: its first text."""
    try:
        arguments = json.loads(call.arguments)
    except (ValueError, RecursionError):
        return ""
    texts = arguments.values() if isinstance(arguments, dict) else ()
    return clean(next((text for text in texts if isinstance(text, str)), "")[:_SHOWN])


def _changed(state: Transcript, paths: tuple[str, ...]) -> Transcript:
    """A change belongs to the call that runs; calls of a task run one after the other."""
    for call_id, index in reversed(state.open):
        entry = state.entries[index]
        if isinstance(entry, Call):
            return _put(state, call_id, replace(entry, files=(*entry.files, *paths)))
    return _append(state, Notice("info", f"changed {', '.join(paths)}"))


def _opened(state: Transcript, call_id: str) -> Entry | None:
    return next((state.entries[index] for key, index in state.open if key == call_id), None)


def _put(state: Transcript, call_id: str, entry: Entry) -> Transcript:
    """Replace the open entry of `call_id`, or append it as a new open one."""
    for key, index in state.open:
        if key == call_id:
            return replace(state, entries=(*state.entries[:index], entry, *state.entries[index + 1 :]))
    return replace(_append(state, entry), open=(*state.open, (call_id, len(state.entries))))


def _append(state: Transcript, entry: Entry) -> Transcript:
    return replace(state, entries=(*state.entries, entry))
