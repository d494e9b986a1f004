"""The laws of a start that may be given up: what was made is handed over or undone, and giving up is no error."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.runtime.container.starting import Start, Turnstile, within

from ..waiting import PATIENCE


class GivenUp(Exception):
    """What a making raises when it sees that nobody waits for it."""


def cancel_after(start: Start[str], go: threading.Event) -> Callable[[], bool]:
    """A cancel that comes while the making ends: whoever asks for it waits until that has happened."""

    def is_cancelled() -> bool:
        go.set()
        start.thread.join(PATIENCE)
        return True

    return is_cancelled


def test_what_a_making_raises_is_raised() -> None:
    def make(is_given_up: Callable[[], bool]) -> str:
        raise LookupError

    with pytest.raises(LookupError):
        Start(make, lambda made: None).wait(lambda: False)


def test_what_a_making_raises_on_a_cancel_is_not() -> None:
    go = threading.Event()

    def make(is_given_up: Callable[[], bool]) -> str:
        go.wait(PATIENCE)
        raise GivenUp

    start = Start(make, lambda made: None)
    assert start.wait(cancel_after(start, go)) is None


def test_what_was_made_before_the_cancel_was_seen_is_handed_over() -> None:
    go, undone = threading.Event(), list[str]()

    def make(is_given_up: Callable[[], bool]) -> str:
        go.wait(PATIENCE)
        return "made"

    start = Start(make, undone.append)
    assert (start.wait(cancel_after(start, go)), undone) == ("made", [])


def test_what_was_made_too_late_is_undone() -> None:
    go, undone = threading.Event(), list[str]()

    def make(is_given_up: Callable[[], bool]) -> str:
        go.wait(PATIENCE)
        return "made"

    start = Start(make, undone.append)
    assert start.wait(lambda: True) is None
    go.set()
    start.thread.join(PATIENCE)
    assert undone == ["made"]


def test_what_takes_too_long_is_left_behind() -> None:
    go = threading.Event()
    assert within(0.1, lambda: go.wait(PATIENCE)) is None
    go.set()
    assert within(PATIENCE, lambda: "done") == "done"


def test_a_turnstile_lets_in_only_as_many_as_it_says_and_the_next_when_one_leaves() -> None:
    turnstile, inside, guard, most = Turnstile(2), 0, threading.Lock(), list[int]()
    two_are_in = threading.Barrier(2)

    def come_in() -> None:
        nonlocal inside
        with turnstile.passing(lambda: False):
            with guard:
                inside += 1
                most.append(inside)
            two_are_in.wait(PATIENCE)
            with guard:
                inside -= 1

    threads = [threading.Thread(target=come_in) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert (len(most), max(most), inside) == (6, 2, 0)


def test_who_gave_up_before_a_turnstile_is_sent_away_and_takes_no_place() -> None:
    turnstile = Turnstile(1)
    with turnstile.passing(lambda: False), pytest.raises(RuntimeUnavailable), turnstile.passing(lambda: True):
        pytest.fail("it was let in")
    with pytest.raises(LookupError), turnstile.passing(lambda: False):
        raise LookupError
    with turnstile.passing(lambda: True):
        pass  # there is room: nobody has to wait
