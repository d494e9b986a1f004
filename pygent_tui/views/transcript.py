"""Folds envelopes into the conversation of one task. Pure; the border is `Transcript` and `fold`."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    ChangesApplied,
    ChangesCompared,
    ChangesFound,
    ChangesListed,
    ChangesTakenBack,
    ContainerReplaced,
    ContainerStarted,
    Envelope,
    FileCollected,
    FilesChanged,
    ImagePullEnded,
    ImagePullProgress,
    ImagePullStarted,
    MessageSent,
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
    TaskLimited,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
    TextDelta,
    Told,
    Tuned,
    TurnEnded,
    TurnStarted,
    Warned,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import INCOMPLETE, INTERRUPTED

from . import entries
from .calls import fold_ask, fold_call
from .entries import Closed, Ended, Entry, Notice, Opened, Prompt, Reply, Retry, TaskNote, Thinking
from .pull import fold as fold_pull
from .talk import EMPTY, NOTHING, Transcript

__all__ = ["EMPTY", "Transcript", "close_reply", "fold"]

_CUT = frozenset({INCOMPLETE, INTERRUPTED, "length", "content_filter"})

SessionEvent = SessionOpened | SessionClosed | Warned | StartedOver
RuntimeEvent = ImagePullStarted | ImagePullProgress | ImagePullEnded | ContainerReplaced
TaskEvent = TaskCreated | TaskStateChanged | TaskEnded | TaskRetried
TurnEvent = TurnStarted | TurnEnded | Steered | StepStarted | StepEnded
ReplyEvent = TextDelta | ReasoningDelta | ReplyCompleted | RetryScheduled


def fold(state: Transcript, envelope: Envelope) -> Transcript:  # noqa: C901 - one flat match, a line or two a kind of event
    """The transcript after `envelope`; the same object when nothing in it changed."""
    event = envelope.event
    match event:
        case TaskCreated() | TaskStateChanged() | TaskEnded() | TaskRetried():
            return _task(state, envelope.task_id, event)
        case _ if envelope.task_id != state.task_id:
            return state
        case TextDelta() | ReasoningDelta() | ReplyCompleted() | RetryScheduled():
            return _reply(state, event, envelope.at)
        case CallStarted() | OutputDelta() | CallEnded() | FilesChanged():
            return fold_call(state, event, envelope.at)
        case TurnStarted() | TurnEnded() | Steered() | StepStarted() | StepEnded():
            return _turn(state, event)
        case ApprovalAsked() | ApprovalSettled() | QuestionAsked() | QuestionAnswered():
            return fold_ask(state, event)
        case SessionOpened() | SessionClosed() | Warned() | StartedOver():
            return _session(state, event)
        case Tuned() | PromptQueued() | PromptTaken() | PromptWithdrawn() | MessageSent() | ContainerStarted():
            return state
        case Told(text):
            return state.append(entries.Told(text))
        case TaskPausing() | TaskLimited() | TaskRemoved():
            return state
        case ChangesFound() | ChangesListed() | ChangesCompared() | ChangesApplied() | ChangesTakenBack() | FileCollected():
            return state
        case ImagePullStarted() | ImagePullProgress() | ImagePullEnded() | ContainerReplaced():
            return _runtime(state, event)
        case _:
            assert_never(event)


def _session(state: Transcript, event: SessionEvent) -> Transcript:
    match event:
        case SessionOpened():
            return state.append(Opened(event.mode, event.model, event.workspace, event.fallback_reason))
        case SessionClosed():
            return close_reply(state).append(Closed(event.reason))
        case Warned():
            return state.append(Notice("warning", event.text))
        case StartedOver():
            return state.append(Notice("info", "A new conversation begins; the model knows nothing of what stands above."))
        case _:
            assert_never(event)


def _runtime(state: Transcript, event: RuntimeEvent) -> Transcript:
    match event:
        case ImagePullStarted() | ImagePullProgress():
            return replace(state, pull=fold_pull(state.pull, event))
        case ImagePullEnded():
            return replace(state, pull=None).append(_pulled(event))
        case ContainerReplaced():
            return state.append(Notice("warning", event.reason))
        case _:
            assert_never(event)


def _pulled(event: ImagePullEnded) -> Notice:
    if event.error:
        ended = event.error == "cancelled"
        reason = f"The pull of the image {event.image} was ended" if ended else event.error.rstrip(".")
        way_on = "the next command tries again" + ("" if ended else "; pygent --no-docker works on this machine")
        return Notice("warning", f"{reason} ({way_on})")
    return Notice("info", f"The image {event.image} is here now.")


def _task(state: Transcript, task_id: str, event: TaskEvent) -> Transcript:
    match event:
        case TaskCreated():
            if event.parent_id != state.task_id:
                return state
            named = replace(state, titles={**state.titles, task_id: event.title})
            return named if _delegating(state) else named.append(TaskNote(task_id, event.title, TaskState.queued))
        case TaskEnded():
            return _noted(state, task_id, event.state, event.error)
        case TaskStateChanged():
            return _noted(state, task_id, event.state, event.reason) if event.state is TaskState.paused else state
        case TaskRetried():
            return _noted(state, task_id, TaskState.queued, "tried again from the beginning" if event.clean else "tried again")
        case _:
            assert_never(event)


def _noted(state: Transcript, task_id: str, now: TaskState, detail: str) -> Transcript:
    """A line of a task that this one delegated."""
    title = state.titles.get(task_id)
    return state if title is None else state.append(TaskNote(task_id, title, now, detail))


def _delegating(state: Transcript) -> bool:
    """Whether a call that delegates is running: its card says already what a note would say."""
    return any(entry.name == "delegate_task" for _, entry in state.running)


def _turn(state: Transcript, event: TurnEvent) -> Transcript:
    match event:
        case TurnStarted():
            return close_reply(state).append(Prompt(event.prompt))
        case Steered():
            return state.append(Prompt(event.text, steer=True))
        case TurnEnded():
            closed = close_reply(state)
            return closed if event.outcome == "finished" else closed.append(Ended(event.outcome, event.reason))
        case StepStarted():
            return close_reply(state)
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
    return replace(state, entries=state.entries.append(*said), thinking=NOTHING, text=NOTHING, retry=None, calls=message.tool_calls)


def close_reply(state: Transcript) -> Transcript:
    """What streamed and was never completed stays, marked as interrupted."""
    if not (state.text or state.thinking or state.retry):
        return state
    said: list[Entry] = [Thinking(state.thinking.text)] if state.thinking else []
    if state.text:
        said.append(Reply(state.text.text, INTERRUPTED))
    return replace(state, entries=state.entries.append(*said), thinking=NOTHING, text=NOTHING, retry=None)
