"""What the status bar tells: mode, model, what the session does now, how long, and what it has cost. Pure folds."""

from __future__ import annotations

from dataclasses import replace

from pygent_engine.events import (
    CallEnded,
    CallStarted,
    ContainerReplaced,
    ContainerStarted,
    Envelope,
    ImagePullEnded,
    ImagePullProgress,
    ImagePullStarted,
    PromptQueued,
    PromptTaken,
    PromptWithdrawn,
    ReplyCompleted,
    RetryScheduled,
    SessionClosed,
    SessionOpened,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskRetried,
    TextDelta,
    TurnEnded,
    TurnStarted,
)
from pygent_engine.frozen import frozen
from pygent_engine.untrusted import clean_line
from pygent_engine.values import ROOT_TASK, Usage

from .pull import Pull
from .pull import fold as fold_pull

Running = tuple[str, str]
Queued = tuple[str, str]
NO_USAGE = Usage()


@frozen
class Status:
    """The session at a glance. `running` holds (call id, summary) of the root agent's running calls and the user's own, whose ids
    are `by_user`; `queued` (id, text) of the prompts that were sent and whose turn has not begun; times are Unix seconds."""

    opened: SessionOpened | None = None
    closed: str | None = None
    turn_since: float | None = None
    running: tuple[Running, ...] = ()
    by_user: tuple[str, ...] = ()
    retry: str = ""
    live_tasks: tuple[str, ...] = ()
    live_since: float | None = None
    usage: Usage = NO_USAGE
    queued: tuple[Queued, ...] = ()
    pull: Pull | None = None
    container: str = ""
    """Where the root agent's commands run, "" before the first one."""

    @property
    def busy(self) -> bool:
        """A turn, a delegated task or a pull runs: time is worth showing, and quitting is worth a question."""
        return self.closed is None and (self.interruptible or bool(self.live_tasks))

    @property
    def interruptible(self) -> bool:
        """Something of the root agent or of the user runs."""
        return self.turn_since is not None or self.pull is not None or bool(self.by_user)


CLOSED = "The session is closed; /exit leaves."
EMPTY = Status()


def submitted(state: Status, prompt_id: str, text: str) -> Status:
    """The user sent `text` under that id; it waits until it is taken or withdrawn."""
    return replace(state, queued=(*state.queued, (prompt_id, text)))


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
            return replace(
                state, closed=reason, turn_since=None, running=(), by_user=(), live_tasks=(), live_since=None, queued=(), pull=None
            )
        case PromptQueued(prompt_id, text):
            return replace(state, queued=_with(state.queued, (prompt_id, text)))
        case PromptTaken(prompt_id) | PromptWithdrawn(prompt_id):
            return replace(state, queued=tuple(item for item in state.queued if item[0] != prompt_id))
        case TurnStarted():
            return replace(state, turn_since=envelope.at, retry="")
        case TurnEnded():
            users = tuple(item for item in state.running if item[0] in state.by_user)
            return replace(state, turn_since=None, running=users, retry="")
        case CallStarted(call=call, action=action, by=by):
            running = (*state.running, (call.id, clean_line(action)))
            if by == "user":
                return replace(state, running=running, by_user=(*state.by_user, call.id))
            return replace(state, running=running, retry="")
        case CallEnded(result):
            running = tuple(item for item in state.running if item[0] != result.call_id)
            return replace(state, running=running, by_user=tuple(own for own in state.by_user if own != result.call_id))
        case RetryScheduled(delay, reason):
            return replace(state, retry=f"retrying in {delay:.0f} s: {clean_line(reason)}")
        case StepStarted() | TextDelta() if state.retry:
            return replace(state, retry="")
        case ReplyCompleted(_, Usage() as usage):
            return replace(state, usage=state.usage + usage, retry="")
        case ImagePullStarted() | ImagePullProgress() | ImagePullEnded() as event:
            return replace(state, pull=fold_pull(state.pull, event))
        case ContainerStarted(container) | ContainerReplaced(container):
            return replace(state, container=container)
    return state


def _fold_task(state: Status, envelope: Envelope) -> Status:
    match envelope.event:
        case TaskCreated() | TaskRetried():
            since = state.live_since if state.live_tasks else envelope.at
            return replace(state, live_tasks=(*state.live_tasks, envelope.task_id), live_since=since)
        case TaskEnded():
            live = tuple(task for task in state.live_tasks if task != envelope.task_id)
            return replace(state, live_tasks=live, live_since=state.live_since if live else None)
        case ReplyCompleted(_, Usage() as usage):
            return replace(state, usage=state.usage + usage)
    return state


def _with(queued: tuple[Queued, ...], prompt: Queued) -> tuple[Queued, ...]:
    """`queued` with `prompt`, in the place of what was shown of it before the engine had it."""
    if all(item[0] != prompt[0] for item in queued):
        return (*queued, prompt)
    return tuple(prompt if item[0] == prompt[0] else item for item in queued)
