"""The conversations of all delegated tasks. Pure; a batch is folded at once, so that a thousand busy tasks cost little."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from pygent_engine.events import Envelope, TaskCreated, TaskRemoved, Warned
from pygent_engine.frozen import frozen
from pygent_engine.values import ROOT_TASK

from . import task_talk
from .transcript import Transcript


@frozen
class Talks:
    """By task id, in the order of their creation; `warned` is the last warning of a task: the envelope's number, the task, the text."""

    of: Mapping[str, Transcript] = field(default_factory=dict)
    warned: tuple[int, str, str] = (0, "", "")


EMPTY = Talks()


def fold(state: Talks, batch: Iterable[Envelope]) -> Talks:
    """The conversations after all of `batch`; one that it did not touch stays the same object, and so do all when none was."""
    changed: dict[str, Transcript | None] = {}
    warned = state.warned
    for envelope in batch:
        task_id, event = envelope.task_id, envelope.event
        if task_id == ROOT_TASK:
            continue
        if isinstance(event, TaskCreated):
            changed[task_id] = task_talk.begun(task_id, event)
            continue
        if isinstance(event, Warned):
            warned = (envelope.seq, task_id, event.text)
        before = changed[task_id] if task_id in changed else state.of.get(task_id)
        if before is None:
            continue
        after = None if isinstance(event, TaskRemoved) else task_talk.fold(before, envelope)
        if after is not before:
            changed[task_id] = after
    if not changed and warned == state.warned:
        return state
    merged = {**state.of, **changed}
    return Talks({task_id: talk for task_id, talk in merged.items() if talk is not None}, warned)
