"""The places of tasks that run: given in order, never more than there are, and nothing is lost when one is not wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.tasks.slots import Slots


def noting(went: list[str], name: str) -> Callable[[], bool]:
    def go() -> bool:
        went.append(name)
        return True

    return go


def test_those_who_resumed_come_first_as_they_came_then_the_others_by_number() -> None:
    slots, went = Slots(1), list[str]()
    slots.ask(1, noting(went, "first"))
    for number in (3, 2):
        slots.ask(number, noting(went, f"fresh {number}"))
    for number in (9, 8):
        slots.ask(number, noting(went, f"resumed {number}"), resumed=True)
    assert went == ["first"]
    for _ in range(4):
        slots.leave()
    assert went == ["first", "resumed 9", "resumed 8", "fresh 2", "fresh 3"]


def test_a_slot_that_is_not_wanted_goes_to_the_next() -> None:
    slots, went = Slots(1), list[str]()
    slots.ask(1, noting(went, "first"))
    slots.ask(2, lambda: False)
    slots.ask(3, noting(went, "third"))
    slots.leave()
    assert went == ["first", "third"]


def test_who_leaves_while_it_is_given_a_slot_makes_room_for_the_next() -> None:
    slots, went = Slots(1), list[str]()

    def leaves() -> bool:
        went.append("leaves")
        slots.leave()
        return True

    for number in range(500):  # without a recursion for each
        slots.ask(number, leaves)
    assert went == ["leaves"] * 500


def test_nothing_is_given_once_closed() -> None:
    slots, went = Slots(1), list[str]()
    slots.close()
    slots.ask(1, noting(went, "late"))
    slots.leave()
    assert went == []


@given(st.integers(1, 4), st.lists(st.booleans(), max_size=30))
def test_never_more_hold_a_slot_than_there_are_and_all_come_to_theirs(most: int, wanted: list[bool]) -> None:
    slots, guard = Slots(most), threading.Lock()
    held, highest, went = [0], [0], threading.Semaphore(0)

    def go(wants: bool) -> bool:
        with guard:
            held[0] += wants
            highest[0] = max(highest[0], held[0])
        if wants:
            went.release()
        return wants

    def leave_each() -> None:
        while went.acquire(timeout=0.01):
            with guard:
                held[0] -= 1
            slots.leave()

    threads = [threading.Thread(target=leave_each) for _ in range(3)]
    for number, wants in enumerate(wanted):
        slots.ask(number, partial(go, wants))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert highest[0] <= most
    assert held == [0]
    left = list[str]()
    for number in range(most):
        slots.ask(number, noting(left, str(number)))
    assert left == [str(number) for number in range(most)]
