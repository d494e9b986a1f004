"""The ask folds: who waits for the user, oldest first."""

from __future__ import annotations

from pygent_engine.events import ApprovalSettled, QuestionAnswered, SessionClosed
from pygent_tui.views import asks
from pygent_tui.views.asks import Asks, fold, settled
from tests.scenes import approval, question, task_approval
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
    assert state.first is state.pending[0]
    assert state.title("task-1") == "An LRU cache in memory"


def test_a_settled_ask_leaves_the_others() -> None:
    state = folded(task_approval().post(ApprovalSettled("task-1/c2", "deny"), "task-1"))
    assert [ask.call_id for ask in state.pending] == ["task-2/c2"]


def test_an_answered_question_is_gone() -> None:
    assert folded(question().post(QuestionAnswered("c1", "SQLite"))) == asks.EMPTY


def test_a_closed_session_asks_nothing() -> None:
    assert folded(approval().post(SessionClosed())) == asks.EMPTY
