"""What the status bar tells: mode, model, what the session does now, how long, and what it has cost. Pure folds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pygent_engine.events import (
    CallEnded,
    CallStarted,
    Envelope,
    ImagePullEnded,
    ImagePullProgress,
    ImagePullStarted,
    ReplyCompleted,
    RetryScheduled,
    SessionClosed,
    SessionOpened,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TextDelta,
    TurnEnded,
    TurnStarted,
)
from pygent_engine.untrusted import clean_line
from pygent_engine.values import ROOT_TASK, Usage

from .pull import Pull
from .pull import fold as fold_pull

Running = tuple[str, str]
NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Status:
    """The session at a glance. `running` holds (call id, summary) of the root agent's running calls;
    `queued` the prompts that were sent and whose turn has not begun; times are Unix seconds."""

    opened: SessionOpened | None = None
    closed: str | None = None
    turn_since: float | None = None
    running: tuple[Running, ...] = ()
    retry: str = ""
    live_tasks: tuple[str, ...] = ()
    live_since: float | None = None
    usage: Usage = NO_USAGE
    queued: tuple[str, ...] = ()
    pull: Pull | None = None

    @property
    def busy(self) -> bool:
        """A turn, a delegated task or a pull runs: time is worth showing, and quitting is worth a question."""
        return self.closed is None and (self.interruptible or bool(self.live_tasks))

    @property
    def interruptible(self) -> bool:
        """Something of the root agent runs."""
        return self.turn_since is not None or self.pull is not None


EMPTY = Status()


def submitted(state: Status, text: str) -> Status:
    """The user sent `text`; it waits until its TurnStarted."""
    return replace(state, queued=(*state.queued, text))


def fold(state: Status, envelope: Envelope) -> Status:
    """`state` after `envelope`; the same object when nothing changed."""
    if envelope.task_id == ROOT_TASK:
        return _fold_root(state, envelope)
    return _fold_task(state, envelope)


def _fold_root(state: Status, envelope: Envelope) -> Status:  # noqa: C901 - one flat match, a line an event
    match envelope.event:
        case SessionOpened() as opened:
            return replace(state, opened=opened)
        case SessionClosed(reason):
            return replace(state, closed=reason, turn_since=None, running=(), live_tasks=(), live_since=None, queued=(), pull=None)
        case TurnStarted(prompt):
            return replace(state, turn_since=envelope.at, queued=_without(state.queued, prompt), retry="")
        case TurnEnded():
            return replace(state, turn_since=None, running=(), retry="")
        case CallStarted(call=call, action=action):
            return replace(state, running=(*state.running, (call.id, clean_line(action))), retry="")
        case CallEnded(result):
            return replace(state, running=tuple(item for item in state.running if item[0] != result.call_id))
        case RetryScheduled(delay, reason):
            return replace(state, retry=f"retrying in {delay:.0f} s: {clean_line(reason)}")
        case StepStarted() | TextDelta() if state.retry:
            return replace(state, retry="")
        case ReplyCompleted(_, Usage() as usage):
            return replace(state, usage=state.usage + usage, retry="")
        case ImagePullStarted() | ImagePullProgress() | ImagePullEnded() as event:
            return replace(state, pull=fold_pull(state.pull, event))
    return state


def _fold_task(state: Status, envelope: Envelope) -> Status:
    match envelope.event:
        case TaskCreated():
            since = state.live_since if state.live_tasks else envelope.at
            return replace(state, live_tasks=(*state.live_tasks, envelope.task_id), live_since=since)
        case TaskEnded():
            live = tuple(task for task in state.live_tasks if task != envelope.task_id)
            return replace(state, live_tasks=live, live_since=state.live_since if live else None)
        case ReplyCompleted(_, Usage() as usage):
            return replace(state, usage=state.usage + usage)
    return state


def _without(queued: tuple[str, ...], prompt: str) -> tuple[str, ...]:
    if prompt not in queued:
        return queued
    index = queued.index(prompt)
    return queued[:index] + queued[index + 1 :]
