"""Things that are done one after the other: in order, on a thread that lasts no longer than they do, none after the end."""

from __future__ import annotations

import threading

from pygent_engine.one_by_one import OneByOne

NAME = "one-by-one"
DEADLINE_S = 20.0


def test_what_is_put_is_done_in_order_on_a_thread_of_the_name_that_ends_with_it() -> None:
    done: list[tuple[int, str]] = []
    line = OneByOne[int](NAME, lambda thing: done.append((thing, threading.current_thread().name)))
    for thing in range(50):
        line.put(thing)
    line.join()
    assert done == [(thing, NAME) for thing in range(50)]
    assert line.waiting == ()
    assert NAME not in [thread.name for thread in threading.enumerate()]


def test_once_closed_nothing_that_waits_is_begun_and_what_is_being_done_is_waited_for() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[int] = []

    def do(thing: int) -> None:
        begun.set()
        assert go_on.wait(DEADLINE_S)
        done.append(thing)

    line = OneByOne[int](NAME, do)
    line.put(1)
    assert begun.wait(DEADLINE_S)
    line.put(2)
    assert list(line.waiting) == [2]
    line.close()
    line.put(3)
    go_on.set()
    line.join()
    assert (line.closed, list(line.waiting), done) == (True, [], [1])
