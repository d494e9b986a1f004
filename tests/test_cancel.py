"""One flag a turn: who sets it first says why, and everyone who waits is woken once."""

from __future__ import annotations

import threading

from pygent_engine.cancel import Cancel
from pygent_engine.values import INTERRUPTED

PATIENCE = 10.0


def test_the_first_reason_stays() -> None:
    cancel = Cancel()
    assert (cancel.is_set(), cancel.reason) == (False, "")
    cancel.because("seconds")
    cancel.because("steps")
    cancel.set()
    assert (cancel.is_set(), cancel.reason) == (True, "seconds")


def test_a_plain_set_is_an_interrupt_and_wakes_the_listeners_too() -> None:
    cancel, heard = Cancel(), list[str]()
    cancel.listen(lambda: heard.append("woken"))
    cancel.set()
    assert (heard, cancel.reason) == (["woken"], INTERRUPTED)


def test_every_listener_is_woken_once_in_order() -> None:
    cancel, heard = Cancel(), list[str]()
    cancel.listen(lambda: heard.append("first"))
    cancel.listen(lambda: heard.append("second"))
    cancel.because("x")
    cancel.because("y")
    assert heard == ["first", "second"]


def test_a_listener_that_comes_late_is_woken_at_once() -> None:
    cancel, heard = Cancel(), list[str]()
    cancel.because("x")
    cancel.listen(lambda: heard.append(cancel.reason))
    assert heard == ["x"]


def test_a_listener_that_left_is_not_woken() -> None:
    cancel, heard = Cancel(), list[str]()

    def listener() -> None:
        heard.append("woken")

    cancel.listen(listener)
    cancel.unlisten(listener)
    cancel.unlisten(listener)
    cancel.because("x")
    assert heard == []


def test_listeners_see_the_flag_with_its_reason() -> None:
    cancel, seen = Cancel(), list[tuple[bool, str]]()
    cancel.listen(lambda: seen.append((cancel.is_set(), cancel.reason)))
    cancel.because("seconds")
    assert seen == [(True, "seconds")]


def test_a_listener_may_listen_unlisten_and_cancel_again() -> None:
    cancel, heard = Cancel(), list[str]()

    def listener() -> None:
        cancel.unlisten(listener)
        cancel.because("again")
        cancel.listen(lambda: heard.append("nested"))

    cancel.listen(listener)
    cancel.because("x")
    assert (heard, cancel.reason) == (["nested"], "x")


def test_of_many_threads_that_cancel_one_gives_the_reason_and_each_listener_is_woken_once() -> None:
    for _ in range(50):
        cancel, heard, reasons = Cancel(), list[int](), [str(number) for number in range(8)]
        barrier = threading.Barrier(16)

        def listen(number: int, cancel: Cancel = cancel, heard: list[int] = heard, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(PATIENCE)
            cancel.listen(lambda: heard.append(number))

        def set_it(reason: str, cancel: Cancel = cancel, barrier: threading.Barrier = barrier) -> None:
            barrier.wait(PATIENCE)
            cancel.because(reason)

        threads = [threading.Thread(target=listen, args=(number,)) for number in range(8)]
        threads += [threading.Thread(target=set_it, args=(reason,)) for reason in reasons]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        assert sorted(heard) == list(range(8))
        assert cancel.reason in reasons
