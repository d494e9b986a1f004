"""The ask folds: who waits for the user, oldest first."""

from __future__ import annotations

from pygent_engine.events import ApprovalSettled, QuestionAnswered, SessionClosed
from pygent_engine.values import Question
from pygent_tui.views import asks
from pygent_tui.views.asks import Asks, chosen, fold, settled
from tests.scripts import approval, question, task_approval
from tests.support.script import Script


def folded(script: Script) -> Asks:
    state = asks.EMPTY
    for envelope in script.envelopes:
        state = fold(state, envelope)
    return state


def test_an_answer_to_nothing_changes_nothing() -> None:
    state = folded(approval())
    assert settled(state, "unknown") is state


def test_asks_wait_in_the_order_in_which_they_came() -> None:
    state = folded(task_approval())
    assert [ask.call_id for ask in state.pending] == ["task-1/c2", "task-2/c2"]
    assert state.current is state.pending[0]
    assert state.title("task-1") == "An LRU cache in memory"


def test_a_settled_ask_leaves_the_others() -> None:
    state = folded(task_approval().post(ApprovalSettled("task-1/c2", "deny"), "task-1"))
    assert [ask.call_id for ask in state.pending] == ["task-2/c2"]


THREE = Asks(tuple(Question(name, "main", name) for name in "abc"))


def test_one_of_those_that_wait_is_chosen_around_the_ends() -> None:
    assert [ask.call_id for at in range(-1, 5) if (ask := chosen(THREE, at).current)] == ["c", "a", "b", "c", "a", "b"]
    assert chosen(asks.EMPTY, 1) is asks.EMPTY


def test_what_is_shown_stays_when_another_is_settled_and_else_the_next_one_comes() -> None:
    gone = {(at, name): settled(chosen(THREE, at), name).current for at in range(3) for name in "abc"}
    shown = {key: ask.call_id for key, ask in gone.items() if ask}
    assert shown == {
        (0, "a"): "b",
        (0, "b"): "a",
        (0, "c"): "a",
        (1, "a"): "b",
        (1, "b"): "c",
        (1, "c"): "b",
        (2, "a"): "c",
        (2, "b"): "c",
        (2, "c"): "a",
    }


def test_an_answered_question_is_gone() -> None:
    assert folded(question().post(QuestionAnswered("c1", "SQLite"))) == asks.EMPTY


def test_a_closed_session_asks_nothing() -> None:
    assert folded(approval().post(SessionClosed())) == asks.EMPTY
