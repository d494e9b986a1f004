"""Who is asked before a call runs: the policy, and the gate that remembers what was allowed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from pygent_engine.approvals import NOBODY, Gate, Policy
from pygent_engine.cancel import Cancel
from pygent_engine.desks import Approver, CallbackDesk, WaitingDesk
from pygent_engine.scope import Need
from pygent_engine.values import Approval, ApprovalRequest, Decision, Mode
from tests.support.asking import LOCAL, NETWORK, PATIENCE, Asker, request

WAITING: tuple[tuple[str, tuple[str, ...]], ...] = (("first", ("local",)), ("second", ("local",)), ("more", ("local", "network")))


def nothing() -> None:
    """Announces to nobody."""


@pytest.fixture
def desk() -> WaitingDesk:
    return WaitingDesk()


# ---------------------------------------------------------------- the policy


@pytest.mark.parametrize("confirm", [True, False])
@pytest.mark.parametrize("mode", ["docker", "local"])
@pytest.mark.parametrize("tool", ["bash", "write_file", "read_file", "delegate_task"])
def test_only_bash_on_this_machine_asks_and_only_while_it_is_to_be_confirmed(tool: str, mode: Mode, confirm: bool) -> None:
    asks = (tool, mode, confirm) == ("bash", "local", True)
    assert Policy(confirm).needs(tool, mode) == ((LOCAL,) if asks else ())


# ---------------------------------------------------------------- the gate


def gate(approver: Approver | None, *, confirm: bool = True) -> Gate:
    return Gate(Policy(confirm), CallbackDesk(approver) if approver else None)


def test_without_a_desk_the_policy_asks_for_nothing_and_what_a_command_needs_besides_is_refused() -> None:
    alone = gate(None)
    assert (alone.desk, alone.pending("bash", "local"), alone.pending("bash", "local", [NETWORK])) == (None, (), (NETWORK,))
    assert alone.approve(request(), Cancel(), nothing) == NOBODY


@pytest.mark.parametrize(
    ("policy", "asks"),
    [(Policy(), True), (Policy(confirm_bash=False), False), (Policy(confirm_bash=False, approvals="never-write"), True)],
)
def test_a_write_that_needs_a_yes_by_itself_needs_it_where_commands_do(policy: Policy, asks: bool) -> None:
    need = Need("write", "changes what git runs")
    desk = CallbackDesk(lambda request: True)
    assert (need in Gate(policy, desk).pending("write_file", "local", (need,), writes=True)) is asks
    assert need not in Gate(policy, None).pending("write_file", "local", (need,), writes=True)


@pytest.mark.parametrize(("decision", "asks_again"), [("once", True), ("deny", True), ("session", False)])
def test_only_an_answer_for_the_session_spares_the_next_ask_of_that_permission(decision: Decision, asks_again: bool) -> None:
    approval = Approval(decision)
    asked = gate(lambda request: approval)
    assert asked.pending("bash", "local") == (LOCAL,)
    assert asked.approve(request(), Cancel(), nothing) == approval
    assert bool(asked.pending("bash", "local")) is asks_again


def test_an_answer_for_the_session_allows_no_other_permission() -> None:
    asked = gate(lambda request: Approval("session"))
    asked.approve(request(), Cancel(), nothing)
    assert asked.pending("bash", "local", [NETWORK]) == (NETWORK,)


@pytest.mark.parametrize("decision", ["session", "task", "prefix"])
def test_an_answer_for_the_session_that_comes_after_the_cancel_allows_nothing(decision: Decision) -> None:
    cancel = Cancel()

    def slow(asked: ApprovalRequest) -> Approval:
        cancel.because("interrupted")
        return Approval(decision)

    asked = gate(slow)
    asked.approve(replace(request(), prefix="ls"), cancel, nothing)
    assert asked.pending("bash", "local", prefix="ls", task_id="main") == (LOCAL,)


def test_a_yes_to_a_prefix_is_one_to_its_permission_and_to_nothing_else() -> None:
    asked = gate(lambda request: Approval("prefix"))
    assert asked.approve(replace(request(), prefix="git status"), Cancel(), nothing) == Approval("prefix")
    assert asked.pending("bash", "local", prefix="git status") == ()
    assert [asked.pending("bash", "local", prefix=other) for other in ("", "git", "git statusx", "git log")] == [(LOCAL,)] * 4
    assert asked.pending("bash", "local", [NETWORK], prefix="git status") == (NETWORK,)


def test_a_yes_to_the_prefix_of_a_command_that_has_none_is_one_to_this_command() -> None:
    asked = gate(lambda request: Approval("prefix", "go"))
    assert asked.approve(request(), Cancel(), nothing) == Approval("once", "go")
    assert asked.pending("bash", "local") == (LOCAL,)


def test_what_was_allowed_is_asked_for_again_once_it_is_forgotten() -> None:
    asked = gate(lambda request: Approval("prefix"))
    asked.approve(replace(request(), prefix="git status"), Cancel(), nothing)
    asked.forget()
    assert asked.pending("bash", "local", prefix="git status") == (LOCAL,)


def test_a_yes_for_a_task_is_one_to_its_permission_in_that_task_and_to_nothing_else() -> None:
    asked = gate(lambda request: Approval("task"))
    assert asked.approve(replace(request(), task_id="task-1", prefix="make"), Cancel(), nothing) == Approval("task")
    assert [asked.pending("bash", "local", prefix=prefix, task_id="task-1") for prefix in ("", "make", "rm")] == [()] * 3
    assert [asked.pending("bash", "local", prefix="make", task_id=other) for other in ("", "main", "task-11")] == [(LOCAL,)] * 3
    assert asked.pending("bash", "local", [NETWORK], task_id="task-1") == (NETWORK,)


@pytest.mark.parametrize("ends", [lambda gate: gate.forget_task("task-1"), lambda gate: gate.forget(), lambda gate: gate.forget("local")])
def test_a_yes_for_a_task_is_forgotten_with_the_task_or_with_the_others(ends: Callable[[Gate], None]) -> None:
    asked = gate(lambda request: Approval("task"))
    for task_id in ("task-1", "task-2"):
        asked.approve(replace(request(), task_id=task_id), Cancel(), nothing)
    asked.forget_task("task")
    assert asked.pending("bash", "local", task_id="task-1") == ()
    ends(asked)
    assert asked.pending("bash", "local", task_id="task-1") == (LOCAL,)


def test_a_yes_for_a_task_settles_what_else_of_it_waits_for_no_more_than_that(desk: WaitingDesk) -> None:
    shared = Gate(Policy(), desk)
    asked = [("first", "task-1", ("local",)), ("same", "task-1", ("local",)), ("more", "task-1", ("local", "network"))]
    asked += [("other", "task-2", ("local",)), ("root", "main", ("local",))]
    waiting = {
        name: Asker(partial(shared.approve, replace(request(name), task_id=task_id, permissions=wanted))) for name, task_id, wanted in asked
    }
    assert desk.settle("first", Approval("task"))
    assert [waiting[name].answer() for name in ("first", "same")] == [Approval("task"), Approval("once")]
    for name in ("more", "other", "root"):
        assert desk.settle(name, Approval("deny"))
        assert waiting[name].answer() == Approval("deny")


def test_a_yes_for_the_session_settles_what_waits_for_no_more_than_that(desk: WaitingDesk) -> None:
    shared = Gate(Policy(), desk)
    first, second, more = (Asker(partial(shared.approve, replace(request(name), permissions=wanted))) for name, wanted in WAITING)
    assert desk.settle("first", Approval("session"))
    assert [first.answer(), second.answer()] == [Approval("session"), Approval("once")]
    assert desk.settle("more", Approval("deny"))
    assert more.answer() == Approval("deny")


def test_a_yes_to_a_prefix_settles_what_waits_with_that_prefix(desk: WaitingDesk) -> None:
    shared = Gate(Policy(), desk)
    prefixes = ("make", "make", "rm")
    first, second, other = (Asker(partial(shared.approve, replace(request(str(n)), prefix=p))) for n, p in enumerate(prefixes))
    assert desk.settle("0", Approval("prefix"))
    assert [first.answer(), second.answer()] == [Approval("prefix"), Approval("once")]
    assert desk.settle("2", Approval("once"))
    assert other.answer() == Approval("once")


def test_an_ask_that_meets_the_yes_for_the_session_is_settled_all_the_same(desk: WaitingDesk) -> None:
    for _ in range(50):
        shared = Gate(Policy(), desk)
        first = Asker(partial(shared.approve, request("first")))
        settler = threading.Thread(target=desk.settle, args=("first", Approval("session")))
        settler.start()
        second = Asker(partial(shared.approve, request("second")))
        assert (first.answer(), second.answer()) == (Approval("session"), Approval("once"))
        settler.join(PATIENCE)


def test_an_answer_that_settled_another_ask_spares_no_more_than_it_said(desk: WaitingDesk) -> None:
    shared = Gate(Policy(), desk)
    first, second = (Asker(partial(shared.approve, replace(request(name), prefix="make"))) for name in ("first", "second"))
    assert desk.settle("first", Approval("prefix"))
    assert (first.answer(), second.answer()) == (Approval("prefix"), Approval("once"))
    assert shared.pending("bash", "local", prefix="rm") == (LOCAL,)


def test_policy_and_desk_can_be_exchanged_at_any_moment() -> None:
    asked = gate(None)
    asked.now = (Policy(), CallbackDesk(lambda request: False))
    assert asked.pending("bash", "local") == (LOCAL,)
    assert asked.approve(request(), Cancel(), nothing) == Approval("deny")
    asked.now = (Policy(confirm_bash=False), asked.desk)
    assert asked.pending("bash", "local") == ()
