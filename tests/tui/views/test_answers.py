"""What becomes of an answer from afar: a yes only to what was seen whole, a no to anything."""

from __future__ import annotations

import pytest

from pygent_engine.values import ApprovalRequest, Question
from pygent_tui.views.answers import Answers, allowed, denied
from pygent_tui.views.asks import Ask, Asks


def approval(call_id: str, task_id: str) -> Ask:
    return ApprovalRequest(call_id, task_id, "bash", "{}", "make", "runs here", ("local",), "")


ASKS = Asks((approval("a1", "task-1"), Question("q2", "task-2", "Which?"), approval("a3", "task-1"), approval("a4", "task-3")))


@pytest.mark.parametrize(
    ("task_ids", "seen", "answers"),
    [
        (("task-1",), ("a1",), Answers(("a1",))),
        (("task-1",), (), Answers(shown="a1")),
        (("task-1",), ("a3",), Answers(shown="a1")),  # the oldest is meant, not the one that is seen
        (("task-2",), ("q2",), Answers(shown="q2")),
        (("task-3", "task-1"), ("a4",), Answers(("a4",), "a1")),
        (("task-9",), ("a1",), Answers(refused="task-9 waits for no answer.")),
        (("task-6", "task-7", "task-8", "task-9"), (), Answers(refused="task-6, task-7, task-8 and 1 more wait for no answer.")),
    ],
)
def test_a_yes_is_given_to_what_is_seen_whole_and_the_rest_is_shown(
    task_ids: tuple[str, ...], seen: tuple[str, ...], answers: Answers
) -> None:
    assert allowed(ASKS, task_ids, seen) == answers


@pytest.mark.parametrize(
    ("task_ids", "answers"),
    [
        (("task-1", "task-3"), Answers(("a1", "a4"))),
        (("task-1", "task-2"), Answers(("a1",), "q2")),
        (("main",), Answers(refused="main waits for no answer.")),
    ],
)
def test_a_no_is_given_to_approvals_and_a_question_is_shown(task_ids: tuple[str, ...], answers: Answers) -> None:
    assert denied(ASKS, task_ids) == answers
