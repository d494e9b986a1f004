"""Folds the events of a delegated task into its TaskView. Pure. The engine, its front ends and the command line fold alike, so that
they agree on every state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from itertools import islice
from operator import attrgetter
from typing import Any

from .events import (
    ApprovalAsked,
    ApprovalSettled,
    CallStarted,
    ChangesApplied,
    ChangesFound,
    ChangesTakenBack,
    ContainerReplaced,
    ContainerStarted,
    Envelope,
    Event,
    FileCollected,
    ImagePullStarted,
    OutputDelta,
    QuestionAnswered,
    QuestionAsked,
    ReasoningDelta,
    ReplyCompleted,
    RetryScheduled,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskLimited,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
    TextDelta,
)
from .task_values import TaskState, TaskView
from .values import Usage

MOST_OTHERS = 20  # a thousand tasks that changed one file would else name each other a million times
RECENT = 3
LONGEST_ANSWER = 2_000  # characters

STALLED_S = 30.0
"""Without a sign of life for so many seconds a task that works is called stalled."""


_VALUES = attrgetter(*(field.name for field in fields(TaskView)))
_PLACES = {field.name: place for place, field in enumerate(fields(TaskView))}


def _with(view: TaskView, **changes: Any) -> TaskView:
    """`view` with other values. What `dataclasses.replace` takes for it is too much: a thousand tasks report all the time."""
    values = [*_VALUES(view)]
    for name, value in changes.items():
        values[_PLACES[name]] = value
    return TaskView(*values)


def created(task_id: str, event: TaskCreated, at: float) -> TaskView:
    """A task that was accepted at `at`, Unix seconds."""
    return TaskView(
        id=task_id,
        title=event.title,
        state=TaskState.queued,
        status=TaskState.queued.value,
        prompt=event.prompt,
        persona=event.persona,
        model=event.model,
        steps=0,
        usage=Usage(),
        last_action="",
        created_at=at,
        started_at=None,
        ended_at=None,
        error="",
        mode=event.mode,
        container=None,
        parent_id=event.parent_id,
        files=event.files,
        limits=event.limits,
        network=event.network,
        group=event.group,
        active_at=at,
    )


def fold(view: TaskView, event: Event, at: float) -> TaskView:
    """`view` after an event of its task at `at`, Unix seconds; the same object when the event says nothing of it."""
    at = max(at, view.active_at)  # pieces that were merged for a late reader have the time of the last of them
    match event:
        case TextDelta() | ReasoningDelta() | OutputDelta():  # many a second: only whole ones count
            return view if int(at) <= view.active_at else _with(view, active_at=float(int(at)))
        case TaskStateChanged():
            return _moved(view, event, at)
        case TaskEnded(state, status, error, steps, usage):
            return _with(
                view,
                state=state,
                status=status,
                error=error,
                steps=steps,
                usage=usage,
                ended_at=at,
                active_at=at,
                container=None,
                asks=(),
                pausing=False,
                resumes_at=None,
            )
        case TaskRetried():
            return _retried(view, event, at)
        case ChangesFound(count, paths, renewed):
            return _with(view, changes=count, changed=paths, renewed=renewed)
        case ChangesApplied(report) if not report.conflicts:
            return _applied(view, report.applied)
        case ChangesTakenBack(report, earlier) if not report.conflicts:
            return _taken_back(view, report.applied, earlier)
        case FileCollected(path) if view.state.ended:  # before its end it may change it again
            return _with(view, collected=_collected(view, path))
        case _:
            return _worked(view, event, at)


def _worked(view: TaskView, event: Event, at: float) -> TaskView:  # noqa: C901 - one flat match, a line or two an event
    match event:
        case StepStarted():
            return _with(view, steps=view.steps + 1, active_at=at)
        case ReplyCompleted(message, usage):
            spent = view.usage if usage is None else view.usage + usage
            return _with(view, usage=spent, answer=(message.content or view.answer)[:LONGEST_ANSWER], active_at=at)
        case CallStarted():
            return _acted(view, event.action, at)
        case ImagePullStarted(image):
            return _acted(view, f"pulls the image {image}", at)
        case ContainerStarted(container):
            return _with(view, container=container)
        case ContainerReplaced(container, reason):
            return _with(_acted(view, reason, at), container=container)
        case RetryScheduled(delay_s, reason):
            return _acted(view, f"asks the model again in {delay_s:g} s: {reason}", at)
        case ApprovalAsked(request):
            return _with(view, asks=(*view.asks, request.call_id), active_at=at)
        case QuestionAsked(question):
            return _with(view, asks=(*view.asks, question.call_id), active_at=at)
        case ApprovalSettled(call_id) | QuestionAnswered(call_id):
            return _with(view, asks=tuple(ask for ask in view.asks if ask != call_id), active_at=at)
        case TaskPausing(on):
            return _with(view, pausing=on)
        case TaskLimited(limits):
            return _with(view, limits=limits)
        case _:
            return view


def _applied(view: TaskView, paths: tuple[str, ...]) -> TaskView:
    now = frozenset(paths)
    applied = tuple(dict.fromkeys((*view.applied, *paths)))
    return _with(view, applied=applied, renewed=tuple(path for path in view.renewed if path not in now))


def _taken_back(view: TaskView, paths: tuple[str, ...], earlier: tuple[str, ...]) -> TaskView:
    gone = frozenset(paths).difference(earlier)
    renewed = tuple(path for path in dict.fromkeys((*view.renewed, *earlier)) if path not in gone)
    return _with(view, applied=tuple(path for path in view.applied if path not in gone), renewed=renewed)


def _moved(view: TaskView, event: TaskStateChanged, at: float) -> TaskView:
    started = at if event.state is TaskState.starting else view.started_at
    return _with(
        view,
        state=event.state,
        status=f"{event.state.value}: {event.reason}" if event.reason else event.state.value,
        container=event.container,
        workspace=event.workspace or view.workspace,
        started_at=started,
        active_at=at,
        pausing=view.pausing and event.state is not TaskState.paused,
        resumes_at=event.resumes_at,
    )


def _retried(view: TaskView, event: TaskRetried, at: float) -> TaskView:
    again = _with(
        view,
        state=TaskState.queued,
        status=TaskState.queued.value,
        prompt=event.prompt,
        persona=event.persona,
        model=event.model,
        limits=event.limits,
        attempt=view.attempt + 1,
        error="",
        collected=(),
        ended_at=None,
        active_at=at,
    )
    if not event.clean:
        return again
    return _with(again, steps=0, usage=Usage(), recent=(), last_action="", answer="", changes=0, changed=(), applied=(), renewed=())


def _collected(view: TaskView, path: str) -> tuple[str, ...]:
    covered = (name for name in view.changed if path in (".", name) or name.startswith(f"{path}/"))
    return tuple(dict.fromkeys((*view.collected, *covered)))


def _acted(view: TaskView, action: str, at: float) -> TaskView:
    return _with(view, last_action=action, recent=(*view.recent, action)[-RECENT:], active_at=at)


def book(envelopes: Iterable[Envelope]) -> dict[str, TaskView]:
    """All tasks of a session as they stand after `envelopes`, by id, in the order of their creation."""
    views: dict[str, TaskView] = {}
    for envelope in envelopes:
        match envelope.event:
            case TaskCreated() as event:
                views[envelope.task_id] = created(envelope.task_id, event, envelope.at)
            case event if (view := views.get(envelope.task_id)) is not None:
                if isinstance(event, TaskRemoved):
                    del views[envelope.task_id]
                else:
                    views[envelope.task_id] = fold(view, event, envelope.at)
    return views


def idle(view: TaskView, now: float) -> float:
    """Seconds since the last sign of life of a task that works; 0.0 for one that waits, or is over."""
    return max(0.0, now - view.active_at) if view.state in (TaskState.starting, TaskState.running) else 0.0


def stalled(view: TaskView, now: float) -> bool:
    """Whether a task that works has given no sign of life for STALLED_S seconds."""
    return idle(view, now) >= STALLED_S


def unapplied(view: TaskView) -> tuple[str, ...]:
    """The changed paths that were not applied as they are now, as far as they are known by name."""
    applied = applied_now(view)
    return tuple(path for path in view.changed if path not in applied) if applied else view.changed


def unkept(view: TaskView) -> tuple[str, ...]:
    """Of these, what was not copied to the parent's workspace either: what goes with the task."""
    return tuple(path for path in unapplied(view) if path not in view.collected)


def count_unapplied(view: TaskView) -> int:
    """How many changed paths were not applied as they are now, those that are only counted too, for there are too many to name."""
    return len(unapplied(view)) + _unnamed(view)


def count_unkept(view: TaskView) -> int:
    """How many of these the parent's workspace has in no way, neither applied nor copied."""
    return len(unkept(view)) + _unnamed(view)


def told_lost(count: int, whose: str) -> str:
    """What would go with tasks that are about to be forgotten, as a sentence: `count` changed files of theirs, at least one."""
    what, verb = ("1 changed file", "was") if count == 1 else (f"{count} changed files", "were")
    return f"{what} of {whose} {verb} not applied, and would be lost."


def _unnamed(view: TaskView) -> int:
    named = frozenset(view.changed)
    return max(0, view.changes - len(named) - sum(path not in named for path in view.applied))


def applied_now(view: TaskView) -> frozenset[str]:
    """The paths that were applied as they are now."""
    return frozenset(view.applied).difference(view.renewed)


def overlaps(views: Iterable[TaskView]) -> dict[str, tuple[str, ...]]:
    """For each task that changed a path which another one changed too: the ids of those others, of many the first
    MOST_OTHERS or a few more. Copies of one prompt are alternatives, and do not count against each other; nor do changes count that were
    applied already."""
    by_path: dict[str, list[TaskView]] = {}
    listed = list(views)
    for view in listed:
        for path in unapplied(view):
            by_path.setdefault(path, []).append(view)
    found: dict[str, dict[str, None]] = {}
    for sharing in by_path.values():
        for view in sharing if len(sharing) > 1 else ():
            mine = found.setdefault(view.id, {})
            if len(mine) < MOST_OTHERS:
                others = (other.id for other in sharing if other is not view and not (view.group and other.group == view.group))
                mine.update(dict.fromkeys(islice(others, MOST_OTHERS)))
    return {task_id: tuple(others) for task_id, others in found.items() if others}
