"""The numbers of a session's events: gapless, in one order for every receiver, whatever the receivers do."""

from __future__ import annotations

import itertools
import logging
import threading

import pytest

from pygent_engine.events import Envelope, TextDelta, Warned
from pygent_engine.outbox import Outbox

PATIENCE = 10.0


def outbox(*sinks: list[Envelope]) -> Outbox:
    """An outbox whose clock counts, with a receiver for each list."""
    ticks = itertools.count(100)
    made = Outbox(clock=lambda: float(next(ticks)))
    for sink in sinks:
        made.add(sink.append)
    return made


def test_events_are_numbered_from_one_with_their_time_and_task() -> None:
    seen = list[Envelope]()
    box = outbox(seen)
    box.post("main", Warned("a"))
    box.of("task-1")(Warned("b"))
    assert seen == [Envelope(1, 100.0, "main", Warned("a")), Envelope(2, 101.0, "task-1", Warned("b"))]


def test_nothing_is_numbered_while_nobody_listens() -> None:
    seen = list[Envelope]()
    box = outbox()
    box.post("main", Warned("unheard"))
    box.add(seen.append)
    box.post("main", Warned("heard"))
    assert seen == [Envelope(1, 100.0, "main", Warned("heard"))]


def test_a_receiver_gets_what_comes_between_its_adding_and_its_removal() -> None:
    always, a_while = list[Envelope](), list[Envelope]()
    box = outbox(always)
    box.post("main", Warned("before"))
    box.add(a_while.append)
    box.post("main", Warned("during"))
    box.remove(a_while.append)
    box.remove(a_while.append)
    box.post("main", Warned("after"))
    assert [envelope.seq for envelope in always] == [1, 2, 3]
    assert a_while == [Envelope(2, 101.0, "main", Warned("during"))]


def test_a_receiver_that_fails_is_logged_and_costs_the_others_nothing(caplog: pytest.LogCaptureFixture) -> None:
    seen = list[Envelope]()

    def broken(envelope: Envelope) -> None:
        raise ValueError("no")

    box = Outbox(broken, clock=lambda: 1.0)
    box.add(seen.append)
    with caplog.at_level(logging.ERROR, logger="pygent"):
        box.post("main", Warned("a"))
        box.post("main", Warned("b"))
    assert seen == [Envelope(1, 1.0, "main", Warned("a")), Envelope(2, 1.0, "main", Warned("b"))]
    assert [record.getMessage() for record in caplog.records] == ["a receiver of events failed"] * 2


def test_an_event_that_a_receiver_causes_comes_after_the_one_at_hand_for_all() -> None:
    first, last = list[Envelope](), list[Envelope]()
    box = outbox(first)

    def answer(envelope: Envelope) -> None:
        if envelope.event == Warned("question"):
            box.post("main", Warned("answer"))
            box.post("main", Warned("and more"))

    box.add(answer)
    box.add(last.append)
    box.post("main", Warned("question"))
    assert last == first
    assert [(envelope.seq, envelope.event) for envelope in last] == [
        (1, Warned("question")),
        (2, Warned("answer")),
        (3, Warned("and more")),
    ]


def test_a_receiver_may_add_and_remove_receivers() -> None:
    seen, later = list[Envelope](), list[Envelope]()
    box = outbox()

    def once(envelope: Envelope) -> None:
        box.remove(once)
        box.add(later.append)
        seen.append(envelope)

    box.add(once)
    for text in "ab":
        box.post("main", Warned(text))
    assert ([envelope.seq for envelope in seen], [envelope.seq for envelope in later]) == ([1], [2])


def test_ctrl_c_in_a_receiver_reaches_the_poster_and_the_session_goes_on() -> None:
    seen = list[Envelope]()
    box = outbox()

    def interrupted(envelope: Envelope) -> None:
        box.remove(interrupted)
        box.post("main", Warned("caused"))
        raise KeyboardInterrupt

    box.add(interrupted)
    box.add(seen.append)
    with pytest.raises(KeyboardInterrupt):
        box.post("main", Warned("a"))
    box.post("main", Warned("b"))
    assert [(envelope.seq, envelope.event) for envelope in seen] == [(2, Warned("caused")), (3, Warned("b"))]


def test_many_threads_leave_no_gap_and_every_receiver_sees_the_same_order() -> None:
    here, there = list[Envelope](), list[Envelope]()
    box = outbox(here, there)
    barrier = threading.Barrier(16)

    def work(task: str) -> None:
        barrier.wait(PATIENCE)
        post = box.of(task)
        for number in range(200):
            post(TextDelta(f"{task} {number}"))

    threads = [threading.Thread(target=work, args=(f"task-{number}",)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert [envelope.seq for envelope in here] == list(range(1, 16 * 200 + 1))
    assert here == there
    assert [envelope.at for envelope in here] == sorted(envelope.at for envelope in here)
    for task in {envelope.task_id for envelope in here}:
        said = [envelope.event for envelope in here if envelope.task_id == task]
        assert said == [TextDelta(f"{task} {number}") for number in range(200)]
