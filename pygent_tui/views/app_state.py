"""Everything that the workbench shows, as one value: folds each envelope into all views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from pygent_engine.events import CallEnded, CallStarted, Envelope, OutputDelta, ReasoningDelta, StepEnded, StepStarted, TextDelta
from pygent_engine.frozen import frozen
from pygent_engine.task_values import TaskView
from pygent_engine.values import ROOT_TASK, Tuning

from . import asks, board, changes, output, queue, status, task_changes, task_talks, transcript, tuning

_AT_WORK = frozenset({TextDelta, ReasoningDelta, OutputDelta, StepStarted, StepEnded, CallStarted, CallEnded})
"""What a delegated task reports all the time: only its own conversation, its output and its row on the board are of it."""


@frozen
class AppState:
    """The views of one session, folded up to the envelope number `seen`.

    A view that a batch did not touch stays the same object.
    """

    transcript: transcript.Transcript = transcript.EMPTY
    output: output.Outputs = output.EMPTY
    board: board.Board = board.EMPTY
    status: status.Status = status.EMPTY
    queue: queue.Queue = queue.EMPTY
    asks: asks.Asks = asks.EMPTY
    tuning: Tuning = tuning.EMPTY
    changes: changes.Changes = changes.EMPTY
    work: task_changes.Work = task_changes.EMPTY
    talks: task_talks.Talks = task_talks.EMPTY
    seen: int = 0


def fold(state: AppState, batch: Iterable[Envelope]) -> AppState:
    """`state` after all envelopes of `batch`."""
    talk, now, waiting, seen = state.transcript, state.status, state.asks, state.seen
    tuned, changed, waits, work = state.tuning, state.changes, state.queue, state.work
    joined = list(_joined(batch))
    for envelope in joined:
        seen = envelope.seq
        if type(envelope.event) in _AT_WORK and envelope.task_id != ROOT_TASK:
            continue
        talk = transcript.fold(talk, envelope)
        now = status.fold(now, envelope)
        waits = queue.fold(waits, envelope)
        waiting = asks.fold(waiting, envelope)
        tuned = tuning.fold(tuned, envelope)
        changed = changes.fold(changed, envelope)
        work = task_changes.fold(work, envelope)
    talks = task_talks.fold(state.talks, joined)
    tasks = board.fold_batch(state.board, joined)
    out = output.fold_batch(state.output, joined)
    return AppState(talk, out, tasks, now, waits, waiting, tuned, changed, work, talks, seen)


def _joined(batch: Iterable[Envelope]) -> Iterator[Envelope]:
    """`batch` with each run of pieces of a reply as one piece, under the number of its last: a fast model sends hundreds a frame."""
    for (task_id, kind), run in groupby(batch, lambda envelope: (envelope.task_id, type(envelope.event))):
        if kind is TextDelta or kind is ReasoningDelta:
            envelopes = list(run)
            text = "".join(envelope.event.text for envelope in envelopes)  # type: ignore[union-attr] # of that kind
            yield Envelope(envelopes[-1].seq, envelopes[-1].at, task_id, kind(text))
        else:
            yield from run


def of_task(state: AppState, view: TaskView) -> AppState:
    """`state` as if the conversation of a delegated task were the only one."""
    talk = state.talks.of.get(view.id, transcript.EMPTY)
    opened = state.status.opened
    asked = replace(state.status, opened=replace(opened, model=view.model or opened.model)) if opened is not None else state.status
    return replace(state, transcript=talk, status=asked)


def submitted(state: AppState, prompt_id: str, text: str) -> AppState:
    """The user sent the prompt `text` under that id."""
    return replace(state, status=status.submitted(state.status, prompt_id, text))


def steering(state: AppState, text: str) -> AppState:
    """The user steers the running turn with `text`."""
    return replace(state, queue=queue.steering(state.queue, text))


def settled(state: AppState, call_id: str) -> AppState:
    """The user answered the ask of `call_id`."""
    return replace(state, asks=asks.settled(state.asks, call_id))


def asked(state: AppState, at: int) -> AppState:
    """Show the ask at `at`."""
    return replace(state, asks=asks.chosen(state.asks, at))


def inspected(state: AppState, task_id: str | None) -> AppState:
    """Show the newest output of a task, or (None) whatever runs."""
    calls = [buffer.call_id for buffer in state.output.buffers if buffer.task_id == task_id]
    call_id = calls[-1] if calls else None
    return state if state.output.selected == call_id else replace(state, output=output.select(state.output, call_id))
