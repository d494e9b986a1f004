"""What becomes of an ask that is answered, withdrawn, or answered too late."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from pygent_engine.cancel import Cancel
from pygent_engine.desks import WITHDRAWN, CallbackDesk, WaitingDesk
from pygent_engine.values import Approval, ApprovalRequest, Question
from tests.support.asking import PATIENCE, Asker, request

Asking = Callable[..., Asker]


@pytest.fixture
def desk() -> WaitingDesk:
    return WaitingDesk()


@pytest.fixture
def asking(desk: WaitingDesk) -> Iterator[Asking]:
    """Makes askers; those that still wait are withdrawn at the end."""
    made = list[Asker]()

    def approve(asked: ApprovalRequest | Question) -> Asker:
        if isinstance(asked, Question):
            made.append(Asker(lambda cancel, announce: desk.ask(asked, cancel, announce)))
        else:
            made.append(Asker(lambda cancel, announce: desk.approve(asked, cancel, announce)))
        return made[-1]

    yield approve
    for asker in made:
        asker.cancel.because("the test is over")


# ---------------------------------------------------------------- the waiting desk


def test_an_answer_for_an_unknown_call_settles_nothing(desk: WaitingDesk) -> None:
    assert (desk.settle("call-1", Approval("once")), desk.answer("call-1", "yes")) == (False, False)


def test_an_approval_waits_until_it_is_settled_by_the_id_of_its_call(desk: WaitingDesk, asking: Asking) -> None:
    first, second = asking(request("call-1")), asking(request("call-2"))
    assert desk.settle("call-2", Approval("deny", "not this one"))
    assert second.answer() == Approval("deny", "not this one")
    assert desk.settle("call-1", Approval("once"))
    assert first.answer() == Approval("once")


def test_an_ask_can_be_settled_once(desk: WaitingDesk, asking: Asking) -> None:
    asker = asking(request())
    assert [desk.settle("call-1", Approval("deny")), desk.settle("call-1", Approval("session"))] == [True, False]
    assert asker.answer() == Approval("deny")


def test_a_question_and_an_approval_of_one_call_are_answered_apart(desk: WaitingDesk, asking: Asking) -> None:
    approval, question = asking(request()), asking(Question("call-1", "main", "which?"))
    assert desk.answer("call-1", "this one")
    assert question.answer() == "this one"
    assert desk.settle("call-1", Approval("once"))
    assert approval.answer() == Approval("once")


def test_an_empty_answer_is_an_answer(desk: WaitingDesk, asking: Asking) -> None:
    asker = asking(Question("call-1", "main", "which?"))
    assert desk.answer("call-1", "")
    assert asker.answer() == ""


def test_a_cancel_withdraws_what_waits_and_only_that(desk: WaitingDesk, asking: Asking) -> None:
    approval, question, other = asking(request()), asking(Question("call-2", "main", "which?")), asking(request("call-3"))
    approval.cancel.because("interrupted")
    question.cancel.because("interrupted")
    assert [approval.answer(), question.answer()] == [WITHDRAWN, None]
    assert (desk.settle("call-1", Approval("once")), desk.answer("call-2", "late")) == (False, False)
    assert desk.settle("call-3", Approval("once"))
    assert other.answer() == Approval("once")


def test_an_ask_after_the_cancel_is_announced_and_withdrawn(desk: WaitingDesk) -> None:
    cancel, announced = Cancel(), threading.Event()
    cancel.because("interrupted")
    assert desk.approve(request(), cancel, announced.set) == WITHDRAWN
    assert announced.is_set()


def test_an_answer_may_come_from_within_the_announcement(desk: WaitingDesk) -> None:
    assert desk.approve(request(), Cancel(), lambda: _settled(desk, "call-1")) == Approval("once")


def _settled(desk: WaitingDesk, call_id: str) -> None:
    assert desk.settle(call_id, Approval("once"))


def test_an_ask_whose_announcement_fails_waits_no_longer(desk: WaitingDesk) -> None:
    def broken() -> None:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        desk.approve(request(), Cancel(), broken)
    assert desk.settle("call-1", Approval("once")) is False


def test_an_ask_that_ends_takes_no_other_of_the_same_id_along(desk: WaitingDesk, asking: Asking) -> None:
    first, second = asking(request()), asking(request())
    first.cancel.because("interrupted")
    assert first.answer() == WITHDRAWN
    assert desk.settle("call-1", Approval("once"))
    assert second.answer() == Approval("once")


def test_of_an_answer_and_a_cancel_at_once_exactly_one_counts(desk: WaitingDesk, asking: Asking) -> None:
    for number in range(100):
        asker, barrier = asking(request(str(number))), threading.Barrier(2)

        def cancel(asker: Asker = asker, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(PATIENCE)
            asker.cancel.because("interrupted")

        canceller = threading.Thread(target=cancel)
        canceller.start()
        barrier.wait(PATIENCE)
        settled = desk.settle(str(number), Approval("once"))
        canceller.join(PATIENCE)
        assert asker.answer() in ((Approval("once"), WITHDRAWN) if settled else (WITHDRAWN,))


# ---------------------------------------------------------------- the callback desk


@pytest.mark.parametrize(
    ("answer", "approval"),
    [
        (True, Approval("once")),
        (False, Approval("deny")),
        (Approval("session", "fine"), Approval("session", "fine")),
        (Approval("deny", "no"), Approval("deny", "no")),
    ],
)
def test_an_approver_says_yes_or_no_or_gives_an_approval(answer: Approval | bool, approval: Approval) -> None:
    steps = list[object]()

    def approver(asked: ApprovalRequest) -> Approval | bool:
        steps.append(asked)
        return answer

    desk = CallbackDesk(approver)
    assert desk.approve(request(), Cancel(), lambda: steps.append("announced")) == approval
    assert steps == ["announced", request()]


def test_a_program_that_approves_answers_no_questions() -> None:
    announced = threading.Event()
    desk = CallbackDesk(lambda asked: True)
    assert desk.ask(Question("call-1", "main", "which?"), Cancel(), announced.set) is None
    assert not announced.is_set()
