"""Calls that may block for ever: the caller always comes back, and what it left behind disturbs nobody."""

from __future__ import annotations

import signal
import threading
import time
import weakref

import pytest

from pygent_engine.cancel import Cancel
from pygent_engine.values import INTERRUPTED
from pygent_engine.worker import Crashed, LeftBehind, Worker
from tests.support.blocking import PATIENCE, Block, soon


def test_a_call_returns_what_its_job_returns_from_a_thread_of_the_given_name(worker: Worker) -> None:
    assert worker.call(lambda: (1, threading.current_thread().name), Cancel()) == (1, "pygent-worker-under-test")


def test_a_call_may_return_none(worker: Worker) -> None:
    assert worker.call(lambda: None, Cancel()) is None


def test_an_exception_of_the_job_is_raised_as_it_is(worker: Worker) -> None:
    failure = ValueError("no")

    def job() -> None:
        raise failure

    with pytest.raises(ValueError, match="no") as raised:
        worker.call(job, Cancel())
    assert raised.value is failure


@pytest.mark.parametrize(
    ("failure", "message"),
    [(SystemExit(3), "SystemExit: 3"), (KeyboardInterrupt(), "KeyboardInterrupt: "), (GeneratorExit("x"), "GeneratorExit: x")],
)
def test_what_is_no_exception_is_raised_as_crashed(worker: Worker, failure: BaseException, message: str) -> None:
    def job() -> None:
        raise failure

    with pytest.raises(Crashed) as raised:
        worker.call(job, Cancel())
    assert (str(raised.value), raised.value.__cause__) == (message, failure)


def test_the_thread_survives_what_its_jobs_raise(worker: Worker) -> None:
    first = worker.call(threading.get_ident, Cancel())

    def job() -> None:
        raise SystemExit

    with pytest.raises(Crashed):
        worker.call(job, Cancel())
    assert worker.call(threading.get_ident, Cancel()) == first


def test_a_cancel_leaves_a_deaf_job_behind(worker: Worker, block: Block) -> None:
    cancel = Cancel()
    canceller = soon(block.entered, lambda: cancel.because("interrupted"))
    with pytest.raises(LeftBehind):
        worker.call(block, cancel)
    canceller.join(PATIENCE)
    assert cancel.reason == "interrupted"


def test_a_cancel_that_came_before_the_call_leaves_a_deaf_job_behind(worker: Worker, block: Block) -> None:
    cancel = Cancel()
    cancel.because("interrupted")
    with pytest.raises(LeftBehind):
        worker.call(block, cancel)
    assert block.entered.wait(PATIENCE)


@pytest.mark.parametrize("seconds", [0.05, 0.0, -1.0])
def test_a_deadline_sets_the_cancel_for_its_reason_and_leaves_a_deaf_job_behind(worker: Worker, block: Block, seconds: float) -> None:
    cancel = Cancel()
    with pytest.raises(LeftBehind):
        worker.call(block, cancel, time.monotonic() + seconds, late="step_seconds")
    assert (cancel.is_set(), cancel.reason) == (True, "step_seconds")
    assert block.entered.wait(PATIENCE)


def test_a_deadline_that_is_not_reached_changes_nothing(worker: Worker) -> None:
    cancel = Cancel()
    assert worker.call(lambda: "done", cancel, time.monotonic() + PATIENCE, late="seconds") == "done"
    assert (cancel.is_set(), cancel.reason) == (False, "")


@pytest.mark.parametrize("deadline", [float("inf"), 1e300])
def test_a_deadline_may_be_as_far_away_as_one_likes(worker: Worker, deadline: float) -> None:
    assert worker.call(lambda: "done", Cancel(), deadline, late="seconds") == "done"


def test_a_cancelled_job_that_returns_within_its_grace_is_heard(worker: Worker) -> None:
    cancel, entered = Cancel(), threading.Event()

    def job() -> str:
        entered.set()
        assert cancel.wait(PATIENCE)
        return "partial"

    canceller = soon(entered, lambda: cancel.because("interrupted"))
    assert worker.call(job, cancel, grace_s=PATIENCE) == "partial"
    canceller.join(PATIENCE)


def test_a_late_job_that_returns_within_its_grace_is_heard(worker: Worker) -> None:
    cancel = Cancel()

    def job() -> str:
        assert cancel.wait(PATIENCE)
        return cancel.reason

    assert worker.call(job, cancel, time.monotonic() + 0.02, late="seconds", grace_s=PATIENCE) == "seconds"


def test_a_cancelled_job_that_raises_within_its_grace_is_heard(worker: Worker) -> None:
    cancel = Cancel()

    def job() -> None:
        assert cancel.wait(PATIENCE)
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        worker.call(job, cancel, time.monotonic(), late="seconds", grace_s=PATIENCE)


def test_grace_is_given_once_and_no_longer_than_said(worker: Worker, block: Block) -> None:
    cancel, start = Cancel(), time.monotonic()
    with pytest.raises(LeftBehind):
        worker.call(block, cancel, start + 0.02, late="seconds", grace_s=0.2)
    assert 0.2 <= time.monotonic() - start < PATIENCE / 2


def test_after_a_job_was_left_behind_the_next_call_runs_at_once_on_another_thread(worker: Worker, block: Block) -> None:
    with pytest.raises(LeftBehind):
        worker.call(block, Cancel(), time.monotonic(), late="seconds")
    assert block.entered.wait(PATIENCE)
    assert worker.call(threading.current_thread, Cancel()) not in block.threads
    assert block.threads[0].is_alive()


def test_many_jobs_may_be_left_behind_and_none_of_their_results_is_taken_for_another(worker: Worker, block: Block) -> None:
    for number in range(20):
        with pytest.raises(LeftBehind):
            worker.call(block, Cancel(), time.monotonic(), late="seconds")
        assert worker.call(lambda number=number: number, Cancel()) == number  # type: ignore[misc]
    block.release.set()
    assert worker.call(lambda: "last", Cancel()) == "last"


def test_a_thread_that_was_left_behind_ends_with_its_job(worker: Worker, block: Block) -> None:
    with pytest.raises(LeftBehind):
        worker.call(block, Cancel(), time.monotonic(), late="seconds")
    assert block.entered.wait(PATIENCE)
    block.release.set()
    block.threads[0].join(PATIENCE)
    assert not block.threads[0].is_alive()


def test_calls_one_after_another_share_a_thread(worker: Worker) -> None:
    assert len({worker.call(threading.get_ident, Cancel()) for _ in range(20)}) == 1


def test_an_idle_thread_ends_and_the_next_call_gets_another() -> None:
    worker = Worker("pygent-worker-idle", idle_s=0.01)
    first = worker.call(threading.current_thread, Cancel())
    first.join(PATIENCE)
    assert not first.is_alive()
    assert worker.call(threading.current_thread, Cancel()) is not first


def test_a_call_that_meets_its_thread_going_idle_is_made_all_the_same() -> None:
    worker, cancel = Worker("pygent-worker-idle", idle_s=0.0005), Cancel()
    for number in range(300):
        assert worker.call(lambda number=number: number, cancel, time.monotonic() + PATIENCE) == number  # type: ignore[misc]
        cancel.wait(0.0005 * (number % 3) / 2)
    worker.call(threading.current_thread, cancel).join(PATIENCE)


def test_a_released_thread_ends_at_once_and_the_next_call_gets_another(worker: Worker) -> None:
    first = worker.call(threading.current_thread, Cancel())
    worker.release()
    worker.release()
    first.join(PATIENCE / 2)  # sooner than an idle one
    assert not first.is_alive()
    assert worker.call(threading.current_thread, Cancel()) is not first


def test_a_worker_that_was_never_used_has_no_thread() -> None:
    Worker("pygent-worker-unused").release()
    assert "pygent-worker-unused" not in [thread.name for thread in threading.enumerate()]


class _Held:
    """Something that a job refers to."""


@pytest.mark.parametrize("fails", [False, True])
def test_an_idle_thread_keeps_no_job_and_no_result_alive(worker: Worker, fails: bool) -> None:
    gone = threading.Event()

    def use() -> None:
        held = _Held()
        weakref.finalize(held, gone.set)

        def job() -> _Held:
            if fails:
                raise ValueError(held)
            return held

        try:
            worker.call(job, Cancel())
        except ValueError as error:
            error.__traceback__ = None

    use()
    assert gone.wait(PATIENCE / 2)  # sooner than an idle thread ends


def test_a_cancel_forgets_the_calls_that_are_over(worker: Worker) -> None:
    cancel, gone = Cancel(), threading.Event()

    def use() -> None:
        held = _Held()
        weakref.finalize(held, gone.set)
        assert worker.call(lambda: held, cancel) is held

    use()
    assert gone.wait(PATIENCE)


def test_ctrl_c_in_the_waiting_thread_is_raised_there_and_leaves_the_job_behind(worker: Worker, block: Block) -> None:
    main = threading.main_thread().ident
    assert main is not None and main == threading.get_ident()
    striker = soon(block.entered, lambda: signal.pthread_kill(main, signal.SIGINT))
    cancel = Cancel()
    with pytest.raises(KeyboardInterrupt):
        worker.call(block, cancel)
    striker.join(PATIENCE)
    assert cancel.reason == INTERRUPTED
    assert worker.call(threading.current_thread, Cancel()) not in block.threads


def test_calls_of_many_threads_each_get_their_own_result(worker: Worker) -> None:
    results = list[tuple[int, int]]()

    def use(number: int) -> None:
        for _ in range(50):
            results.append((number, worker.call(lambda: number, Cancel())))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert sorted(results) == sorted((number, number) for number in range(8) for _ in range(50))


def test_no_call_is_lost_when_others_release_the_worker_meanwhile(worker: Worker) -> None:
    stop = threading.Event()

    def release() -> None:
        while not stop.is_set():
            worker.release()

    releaser = threading.Thread(target=release)
    releaser.start()
    try:
        deadline = time.monotonic() + PATIENCE
        assert [worker.call(lambda number=number: number, Cancel(), deadline) for number in range(200)] == list(range(200))  # type: ignore[misc]
    finally:
        stop.set()
        releaser.join(PATIENCE)
