"""Laws of the board as a fold over envelopes."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    CallStarted,
    ContainerReplaced,
    Event,
    ImagePullStarted,
    OutputDelta,
    QuestionAnswered,
    QuestionAsked,
    RetryScheduled,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskStateChanged,
)
from pygent_engine.task_values import TaskState
from pygent_engine.values import ApprovalRequest, Persona, Question, ToolCall, Usage
from pygent_tui.views.board import EMPTY, Board, Counts, Row, fold
from tests.support.envelopes import START, stream

CREATED = TaskCreated("Docs", "write docs", Persona("writer"), "demo", "main", "docker")
ROW = Row("t1", "Docs", "write docs", "writer", "demo", "main", "docker", START)


def folded(*events: Event | tuple[str, Event]) -> Board:
    return reduce(fold, stream(events), EMPTY)


def test_events_of_unknown_tasks_and_of_the_root_change_nothing() -> None:
    state = folded(("t1", CREATED))
    events: list[Event | tuple[str, Event]] = [StepStarted(1), ("t9", StepStarted(1)), ("t1", OutputDelta("c", "x"))]
    assert all(fold(state, envelope) is state for envelope in stream(events))


def test_a_failed_task_keeps_its_last_action_and_says_why() -> None:
    state = folded(
        ("t1", CREATED),
        ("t1", TaskStateChanged(TaskState.starting)),
        ("t1", TaskStateChanged(TaskState.running, "pygent-1")),
        ("t1", StepStarted(1)),
        ("t1", CallStarted(ToolCall("c", "bash", "{}"), "make docs")),
        ("t1", TaskEnded(TaskState.failed, "failed: lost", "lost", 4, Usage(10, 5))),
    )
    assert state.rows == (
        replace(
            ROW,
            state=TaskState.failed,
            status="failed: lost",
            error="lost",
            last_action="make docs",
            steps=4,
            usage=Usage(10, 5),
            started_at=START + 1,
            ended_at=START + 5,
            container="pygent-1",
        ),
    )
    assert not state.running


def test_a_task_that_asks_needs_the_user_until_it_is_answered() -> None:
    request = ApprovalRequest("c", "t1", "bash", "{}", "rm x", "network")
    asking = folded(("t1", CREATED), ("t1", ApprovalAsked(request)), ("t1", QuestionAsked(Question("q", "t1", "Which?"))))
    assert asking.rows == (replace(ROW, asks=("c", "q"), last_action="Which?"),)
    assert asking.counts == Counts(asking=1)
    answers: list[Event | tuple[str, Event]] = [("t1", ApprovalSettled("c", "deny")), ("t1", QuestionAnswered("q", "a"))]
    assert reduce(fold, stream(answers), asking).rows == (replace(ROW, last_action="Which?"),)


def test_a_task_that_ends_asks_no_more() -> None:
    request = ApprovalRequest("c", "t1", "bash", "{}", "rm x", "network")
    ended = TaskEnded(TaskState.cancelled, "cancelled", "", 1, Usage())
    assert folded(("t1", CREATED), ("t1", ApprovalAsked(request)), ("t1", ended)).rows[0].asks == ()


def test_rows_keep_the_order_of_creation_and_are_counted_by_what_they_do() -> None:
    ids = ("t3", "t1", "t2", "t4")
    changes: list[Event | tuple[str, Event]] = [(task_id, CREATED) for task_id in ids]
    changes += [
        ("t2", TaskStateChanged(TaskState.running)),
        ("t1", TaskEnded(TaskState.finished, "finished", "", 1, Usage())),
        ("t3", TaskEnded(TaskState.timed_out, "timeout after 5s", "", 1, Usage())),
    ]
    state = folded(*changes)
    assert tuple(row.id for row in state.rows) == ids
    assert state.counts == Counts(working=1, queued=1, finished=1, failed=1)
    assert state.running
    row = state.row("t2")
    assert row is not None and row.state is TaskState.running
    assert state.row("nobody") is None


def test_waiting_for_the_model_is_the_last_action() -> None:
    state = folded(("t1", CREATED), ("t1", RetryScheduled(2.5, "429", 1)))
    assert state.rows[0].last_action == "asks the model again in 2.5 s: 429"


def test_a_container_that_took_over_is_told_and_is_the_one_of_the_task() -> None:
    state = folded(("t1", CREATED), ("t1", ContainerReplaced("c2", "The container was replaced.")))
    assert (state.rows[0].container, state.rows[0].last_action) == ("c2", "The container was replaced.")


def test_a_pull_is_what_a_task_does_last() -> None:
    state = folded(("t1", CREATED), ("t1", ImagePullStarted("i:1")))
    assert state.rows[0].last_action == "pulls the image i:1"
