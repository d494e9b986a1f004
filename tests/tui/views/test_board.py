"""Laws of the board as a fold over envelopes."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from pygent_engine import task_fold
from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    CallStarted,
    ChangesApplied,
    ChangesFound,
    Event,
    OutputDelta,
    QuestionAsked,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
)
from pygent_engine.task_values import ApplyReport, TaskState
from pygent_engine.values import UNLIMITED, ApprovalRequest, Limits, Persona, Question, ToolCall, Usage
from pygent_tui.views.board import EMPTY, Board, Counts, fold, fold_batch
from tests.support.envelopes import START, stream

CREATED = TaskCreated("Docs", "write docs", Persona("writer"), "demo", "main", "docker")
ROW = task_fold.created("t1", CREATED, START)
RUNNING = TaskStateChanged(TaskState.running, "c1")
ENDED = TaskEnded(TaskState.finished, "finished", "", 1, Usage())

Told = Event | tuple[str, Event]


def folded(*events: Told) -> Board:
    return fold_batch(EMPTY, stream(events))


def test_events_of_unknown_tasks_and_of_the_root_change_nothing() -> None:
    state = folded(("t1", CREATED))
    events: list[Told] = [StepStarted(1), ("t9", StepStarted(1)), ("t9", TaskRemoved())]
    assert all(fold(state, envelope) is state for envelope in stream(events))


def test_a_removed_task_is_forgotten_and_nothing_brings_it_back() -> None:
    state = folded(("t1", CREATED), ("t2", CREATED), ("t1", ENDED), ("t1", TaskRemoved()), ("t1", StepStarted(1)))
    assert ([row.id for row in state.rows], dict(state.places)) == (["t2"], {"t2": 0})


def test_rows_are_what_the_engine_folds() -> None:
    events: list[Told] = [("t1", CREATED), ("t1", RUNNING), ("t1", CallStarted(ToolCall("c", "bash", "{}"), "make docs")), ("t1", ENDED)]
    assert folded(*events).rows == tuple(task_fold.book(stream(events)).values())


_MOVES: tuple[Event, ...] = (
    CREATED,
    RUNNING,
    StepStarted(1),
    ENDED,
    TaskRemoved(),
    OutputDelta("c", "x"),
    TaskRetried("again", None, "demo", UNLIMITED),
    ChangesFound(1, ("a.py",)),
    ChangesApplied(ApplyReport(("a.py",))),
    QuestionAsked(Question("q", "t1", "Which?")),
)


@given(st.lists(st.tuples(st.sampled_from(["t1", "t2", "t3"]), st.sampled_from(_MOVES)), max_size=40), st.integers(1, 40))
def test_however_a_stream_is_cut_into_batches_the_board_is_that_of_the_engine(events: list[tuple[str, Event]], size: int) -> None:
    created: set[str] = set()
    told = [each for each in events if each[1] is not CREATED or not (each[0] in created or created.add(each[0]))]  # type: ignore[func-returns-value]
    envelopes = stream(told)
    state = reduce(fold_batch, (envelopes[at : at + size] for at in range(0, len(envelopes), size)), EMPTY)
    book = task_fold.book(envelopes)
    assert state.rows == tuple(book.values())
    assert dict(state.places) == {task_id: place for place, task_id in enumerate(book)}
    assert state.conflicts == task_fold.overlaps(book.values())


def test_a_task_that_asks_needs_the_user_until_it_is_answered() -> None:
    request = ApprovalRequest("c", "t1", "bash", "{}", "rm x", "network")
    asking = folded(("t1", CREATED), ("t1", ApprovalAsked(request)), ("t1", QuestionAsked(Question("q", "t1", "Which?"))))
    assert (asking.rows[0].asks, asking.want(asking.rows[0]), asking.counts) == (("c", "q"), "rm x", Counts(asking=1))
    answered = fold_batch(asking, stream([("t1", ApprovalSettled("c", "deny"))]))
    assert (answered.want(answered.rows[0]), dict(answered.wants)) == ("Which?", {"q": "Which?"})


def test_tasks_are_counted_by_what_they_do_none_twice() -> None:
    ids = ("t3", "t1", "t2", "t4", "t5", "t6", "t7", "t8")
    events: list[Told] = [(task_id, CREATED) for task_id in ids]
    events += [
        ("t2", RUNNING),
        ("t1", ENDED),
        ("t3", TaskEnded(TaskState.timed_out, "timeout after 5s", "", 1, Usage())),
        ("t5", TaskStateChanged(TaskState.paused)),
        ("t6", TaskEnded(TaskState.cancelled, "cancelled", "", 1, Usage())),
        ("t7", TaskEnded(TaskState.failed, "failed: no model", "no model", 1, Usage())),
        ("t8", TaskEnded(TaskState.lost, "lost", "", 1, Usage())),
    ]
    state = folded(*events)
    assert tuple(row.id for row in state.rows) == ids
    assert state.counts == Counts(working=1, paused=1, queued=1, finished=1, cancelled=1, failed=1, timed_out=1, lost=1)
    assert state.running
    assert state.row("nobody") is None


def test_a_task_at_its_cap_or_in_conflict_needs_the_user() -> None:
    capped = replace(CREATED, limits=Limits(steps=1))
    changed = ChangesFound(1, ("a.py",))
    events: list[Told] = [("t1", capped), ("t1", StepStarted(1)), ("t1", TaskStateChanged(TaskState.paused, None, "the limit"))]
    events += [("t2", CREATED), ("t3", CREATED), ("t2", changed), ("t3", changed)]
    state = folded(*events)
    assert (state.counts, dict(state.conflicts)) == (Counts(asking=3), {"t2": ("t3",), "t3": ("t2",)})
    settled = fold_batch(state, stream([("t2", ChangesApplied(ApplyReport(("a.py",))))]))
    assert (settled.counts.asking, dict(settled.conflicts)) == (1, {})


def test_conflicts_are_found_anew_only_when_what_was_changed_is_something_else() -> None:
    changed = ChangesFound(1, ("a.py",))
    state = folded(("t1", CREATED), ("t2", CREATED), ("t1", changed), ("t2", changed))
    worked = fold_batch(state, stream([("t1", StepStarted(1)), ("t2", changed)]))
    assert worked.conflicts is state.conflicts
    assert fold_batch(worked, stream([("t2", TaskRemoved())])).conflicts == {}
