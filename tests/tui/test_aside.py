"""The thread for what may block."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

import pytest

from pygent_tui.aside import Aside, Then

DEADLINE_S = 20.0


class Screen:
    """Stands for the UI's thread: does what was delivered when it is told to."""

    def __init__(self) -> None:
        self.delivered: SimpleQueue[Then] = SimpleQueue()

    def next(self) -> object:
        return self.delivered.get(timeout=DEADLINE_S)()


def test_work_that_fails_ends_nothing_that_comes_after(caplog: pytest.LogCaptureFixture) -> None:
    screen, seen = Screen(), list[int]()
    aside = Aside("pygent-test-aside", screen.delivered.put)
    aside.do(lambda: 1 // 0, seen.append)
    aside.do(lambda: 2, seen.append)
    screen.next()
    assert seen == [2]
    assert "a job failed" in caplog.text


def test_work_is_done_in_order_on_a_thread_of_that_name() -> None:
    screen, seen = Screen(), list[object]()
    aside = Aside("pygent-test-aside", screen.delivered.put)
    for number in range(3):
        aside.do(lambda number=number: (number, threading.current_thread().name), seen.append)  # type: ignore[misc]
    for _ in range(3):
        screen.next()
    assert seen == [(number, "pygent-test-aside") for number in range(3)]


def test_of_what_is_asked_for_anew_only_the_newest_is_done_and_the_running_one_is_told() -> None:
    screen, seen, began = Screen(), list[str](), threading.Event()
    aside = Aside("pygent-test-aside", screen.delivered.put)
    gave_up: list[bool] = []

    def first(wanted: Callable[[], bool]) -> str:
        began.set()
        while wanted():
            pass
        gave_up.append(True)
        return "first"

    aside.do_newest(first, seen.append)
    assert began.wait(DEADLINE_S)
    aside.do_newest(lambda wanted: "second", seen.append)
    aside.do_newest(lambda wanted: "third", seen.append)
    screen.next()
    assert (seen, gave_up, screen.delivered.empty()) == (["third"], [True], True)


def test_an_outcome_that_is_not_wanted_any_more_when_it_arrives_is_dropped() -> None:
    screen, seen = Screen(), list[str]()
    aside = Aside("pygent-test-aside", screen.delivered.put)
    aside.do_newest(lambda wanted: "old", seen.append)
    assert aside.finish(DEADLINE_S)
    aside.do_newest(lambda wanted: "new", seen.append)
    screen.next()
    screen.next()
    assert seen == ["new"]


def test_finishing_waits_for_all_and_says_when_that_takes_too_long() -> None:
    gate, done = threading.Event(), list[bool]()
    aside = Aside("pygent-test-aside", lambda then: None)
    aside.do(lambda: gate.wait(DEADLINE_S))
    aside.do(lambda: done.append(True))
    assert not aside.finish(0.05)
    gate.set()
    assert aside.finish(DEADLINE_S)
    assert done == [True]


def test_the_thread_ends_when_there_is_nothing_to_do_and_comes_back() -> None:
    screen, names = Screen(), list[threading.Thread]()
    aside = Aside("pygent-test-aside", screen.delivered.put)
    for _ in range(2):
        aside.do(threading.current_thread, names.append)
        screen.next()
        names[-1].join(DEADLINE_S)
    assert names[0] is not names[1]
