"""Laws of the order of the board: what needs the user is first, and nothing moves under the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.events import Event, QuestionAsked, TaskCreated, TaskEnded, TaskStateChanged
from pygent_engine.task_values import TaskState
from pygent_engine.values import Persona, Question, Usage
from pygent_tui.views.board import EMPTY, Board, fold_batch
from pygent_tui.views.board_order import SORTS, Choice, Held, Sort, arranged
from tests.support.envelopes import START, stream


def created(title: str, persona: str = "") -> TaskCreated:
    return TaskCreated(title, "prompt", Persona(persona) if persona else None, "demo", "main", "local")


def asks(task_id: str) -> tuple[str, Event]:
    return task_id, QuestionAsked(Question(f"q-{task_id}", task_id, "Which?"))


FOUR = fold_batch(
    EMPTY,
    stream(
        [
            ("t1", created("Docs", "writer")),
            ("t2", created("Tests")),
            ("t3", created("More tests")),
            ("t4", created("Speed")),
            ("t3", TaskStateChanged(TaskState.starting)),
            ("t1", TaskStateChanged(TaskState.starting)),
            ("t1", TaskEnded(TaskState.failed, "failed: lost", "lost", 1, Usage(10, 20))),
        ]
    ),
)
LATE = START + 60


def ids(board: Board, choice: Choice, held: Held | None = None) -> list[str]:
    return [view.id for view in arranged(board, choice, LATE, held)]


def test_a_filter_that_nothing_fits_shows_nothing() -> None:
    assert ids(FOUR, Choice(query="nowhere")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("test", ["t2", "t3"]),
        ("TEST more", ["t3"]),
        ("more test", ["t3"]),
        ("writer", ["t1"]),
        ("failed", ["t1"]),
        ("t4", ["t4"]),
        ("  ", ["t1", "t2", "t3", "t4"]),
        ("local", ["t1", "t2", "t3", "t4"]),
    ],
)
def test_a_filter_takes_what_has_all_its_words(query: str, found: list[str]) -> None:
    assert ids(FOUR, Choice(query=query)) == found


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("needs you", ["t4", "t1", "t2", "t3"]),
        ("state", ["t4", "t3", "t2", "t1"]),
        ("newest", ["t4", "t3", "t2", "t1"]),
        ("elapsed", ["t3", "t1", "t2", "t4"]),
        ("tokens", ["t1", "t2", "t3", "t4"]),
    ],
)
def test_each_order(sort: Sort, order: list[str]) -> None:
    assert ids(fold_batch(FOUR, stream([asks("t4")])), Choice(sort=sort)) == order


def test_the_orders_go_around() -> None:
    choice = Choice()
    seen = [(choice := choice.sorted_next()).sort for _ in SORTS]
    assert seen == [*SORTS[1:], SORTS[0]]


def test_a_row_that_begins_to_need_the_user_goes_up_unless_the_cursor_is_on_it() -> None:
    asking = fold_batch(FOUR, stream([asks("t3")]))
    assert ids(asking, Choice()) == ["t3", "t1", "t2", "t4"]
    assert ids(asking, Choice(), Held("t3", 2)) == ["t1", "t2", "t3", "t4"]
    assert ids(asking, Choice(), Held("t2", 1)) == ["t3", "t2", "t1", "t4"]


def test_the_row_under_the_cursor_stays_also_when_it_fits_the_filter_no_more() -> None:
    assert ids(FOUR, Choice(query="test"), Held("t4", 1)) == ["t2", "t4", "t3"]


def test_a_held_row_that_is_gone_holds_nothing() -> None:
    assert ids(FOUR, Choice(), Held("t9", 1)) == ["t1", "t2", "t3", "t4"]


@given(st.lists(st.sampled_from(["t1", "t2", "t3", "t4"]), unique=True), st.sampled_from(SORTS), st.integers(0, 3))
def test_whatever_the_others_do_the_held_row_keeps_its_place(asking: list[str], sort: Sort, place: int) -> None:
    board = fold_batch(FOUR, stream([asks(task_id) for task_id in asking]))
    held = Held(ids(FOUR, Choice(sort=sort))[place], place)
    found = ids(board, Choice(sort=sort), held)
    assert (found[place], sorted(found)) == (held.task_id, ["t1", "t2", "t3", "t4"])


def test_marks_are_set_taken_back_and_forgotten_with_their_task() -> None:
    choice = Choice().toggled("t1").toggled("t2").toggled("t1")
    assert choice.marks == {"t2"}
    assert choice.all_toggled(["t1", "t2"]).marks == {"t1", "t2"}
    assert choice.all_toggled(["t2"]).marks == frozenset()
    assert choice.toggled("gone").known(FOUR) == choice
    assert choice.known(FOUR) is choice
