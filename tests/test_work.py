"""Work of several calls: it goes on from each that was left behind, and hears every other one."""

from __future__ import annotations

import threading
import time
from functools import cached_property, partial

from hypothesis import given, settings
from hypothesis import strategies as st

from pygent_engine.cancel import Cancel
from pygent_engine.worker import Blocking, LeftBehind, Work, Worker
from tests.support.blocking import PATIENCE, Block, soon


def three(*calls: Blocking) -> Work[list[object]]:
    """Makes the calls one after the other; LeftBehind stands for one that was left."""
    results: list[object] = []
    for call in calls:
        try:
            results.append((yield call))
        except LeftBehind:
            results.append(LeftBehind)
    return results


def test_work_makes_all_its_calls_on_one_thread(worker: Worker) -> None:
    call = Blocking(threading.get_ident)
    assert len(set(worker.do(three(call, call, call), Cancel()))) == 1


def test_work_goes_on_from_a_call_that_was_left_behind_and_its_late_result_is_not_heard(worker: Worker, block: Block) -> None:
    cancel = Cancel()
    canceller = soon(block.entered, lambda: cancel.because("interrupted"))
    after = Blocking(threading.get_ident, grace_s=PATIENCE)
    results = worker.do(three(Blocking(lambda: "first"), Blocking(block), after), cancel)
    canceller.join(PATIENCE)
    assert results[:2] == ["first", LeftBehind]
    assert results[2] != block.threads[0].ident
    block.release.set()
    block.threads[0].join(PATIENCE)
    assert (results[:2], block.threads[0].is_alive()) == (["first", LeftBehind], False)


def test_every_call_that_does_not_come_back_is_left_behind(worker: Worker, block: Block) -> None:
    cancel = Cancel()
    cancel.because("interrupted")
    assert worker.do(three(Blocking(block), Blocking(block), Blocking(block)), cancel) == [LeftBehind] * 3


def test_each_call_has_its_own_deadline_and_its_own_reason(worker: Worker, block: Block) -> None:
    cancel = Cancel()
    now = time.monotonic()
    quick = Blocking(lambda: "quick", now + PATIENCE, "far")
    results = worker.do(three(quick, Blocking(lambda: "free"), Blocking(block, now + 0.1, "near")), cancel)
    assert (results, cancel.reason) == (["quick", "free", LeftBehind], "near")


class Near:
    """A deadline that counts from when it is first asked for, which is when its call is made, however long that took to come."""

    late = "near"

    @cached_property
    def deadline(self) -> float:
        return time.monotonic() + 0.3


def test_a_deadline_that_passed_in_an_earlier_call_ends_none_without_one(worker: Worker) -> None:
    cancel, near = Cancel(), Near()

    def outlast() -> str:
        while time.monotonic() < near.deadline + 0.05:
            cancel.wait(0.01)
        return "free"

    assert worker.do(three(Blocking(lambda: "quick", near), Blocking(outlast)), cancel) == ["quick", "free"]
    assert not cancel.is_set()


@given(st.lists(st.sampled_from(["returns", "raises", "blocks", "heeds"]), max_size=5))
@settings(max_examples=40, deadline=None)
def test_whatever_its_calls_do_cancelled_work_hears_each_once_in_order(kinds: list[str]) -> None:
    cancel, let_go, heard = Cancel(), threading.Event(), list[str]()
    worker = Worker("pygent-worker-under-test")

    def act(kind: str) -> str:
        if kind == "raises":
            raise ValueError(kind)
        if kind == "blocks":
            let_go.wait(PATIENCE)
        if kind == "heeds":
            cancel.wait(PATIENCE)
        return kind

    def work() -> Work[None]:
        for kind in kinds:
            try:
                heard.append((yield Blocking(partial(act, kind), grace_s=0.0 if kind == "blocks" else PATIENCE)))
            except LeftBehind:
                heard.append("left")
            except ValueError as error:
                heard.append(str(error))

    canceller = threading.Thread(target=cancel.because, args=("interrupted",))
    canceller.start()
    worker.do(work(), cancel)
    canceller.join(PATIENCE)
    let_go.set()
    worker.release()
    assert heard == ["left" if kind == "blocks" else kind for kind in kinds]
