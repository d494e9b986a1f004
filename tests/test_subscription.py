"""A reader's queue: whole for a reader that keeps up, small for one that stopped, never out of order."""

from __future__ import annotations

import threading
import time
import tracemalloc
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.deltas import LONGEST_OUTPUT
from pygent_engine.events import Envelope, Event, OutputDelta, ReasoningDelta, TextDelta, Warned
from pygent_engine.subscription import BOUND, Subscription

PATIENCE = 10.0

Delta = TextDelta | ReasoningDelta | OutputDelta

texts = st.text(alphabet="ab\r\n\ud800é", max_size=3)
deltas = st.one_of(
    st.builds(TextDelta, texts),
    st.builds(ReasoningDelta, texts),
    st.builds(OutputDelta, st.sampled_from(["call-1", "call-2"]), texts),
)
posts = st.tuples(st.sampled_from(["main", "task-1"]), st.one_of(deltas, deltas, st.builds(Warned, texts)))


def envelopes(events: list[tuple[str, Event]], first: int = 1) -> list[Envelope]:
    return [Envelope(number, float(number), task, event) for number, (task, event) in enumerate(events, first)]


def subscribed(events: list[tuple[str, Event]], bound: int = BOUND) -> Subscription:
    subscription = Subscription(bound)
    for envelope in envelopes(events):
        subscription.put(envelope)
    return subscription


def told(stream: list[Envelope], task: str) -> list[object]:
    """What a task's stream says: its other events, and between them the text of each kind of delta."""
    events = [envelope.event for envelope in stream if envelope.task_id == task]
    parts: list[object] = []
    for is_delta, group in groupby(events, lambda event: isinstance(event, Delta)):
        between = list(group)
        parts += [_texts(between)] if is_delta else between
    return parts


def _texts(events: list[Event]) -> dict[tuple[str, str], str]:
    said: dict[tuple[str, str], str] = {}
    for event in events:
        assert isinstance(event, Delta)
        kind = type(event).__name__, event.call_id if isinstance(event, OutputDelta) else ""
        said[kind] = said.get(kind, "") + event.text
    return said


def test_a_reader_that_keeps_up_gets_every_envelope_as_it_was_posted() -> None:
    posted: list[tuple[str, Event]] = [("main", TextDelta(str(number))) for number in range(BOUND)]
    assert subscribed(posted).drain(0) == envelopes(posted)


def test_past_the_bound_deltas_merge_into_the_last_of_their_kind() -> None:
    posted: list[tuple[str, Event]] = [
        ("main", TextDelta("a")),
        ("main", ReasoningDelta("r")),
        ("main", TextDelta("b")),
        ("main", ReasoningDelta("s")),
        ("task-1", TextDelta("x")),
        ("task-1", TextDelta("y")),
        ("main", OutputDelta("call-1", "1")),
        ("main", OutputDelta("call-2", "2")),
        ("main", OutputDelta("call-1", "3", skipped=4)),
    ]
    assert subscribed(posted, bound=2).drain(0) == [
        Envelope(1, 3.0, "main", TextDelta("ab")),
        Envelope(2, 4.0, "main", ReasoningDelta("rs")),
        Envelope(5, 6.0, "task-1", TextDelta("xy")),
        Envelope(7, 9.0, "main", OutputDelta("call-1", "13", skipped=4)),
        Envelope(8, 8.0, "main", OutputDelta("call-2", "2")),
    ]


def test_no_delta_merges_past_another_event_of_its_task() -> None:
    posted: list[tuple[str, Event]] = [("main", TextDelta("a")), ("main", Warned("between")), ("main", TextDelta("b"))]
    assert subscribed(posted, bound=0).drain(0) == envelopes(posted)


def test_events_of_other_tasks_do_not_keep_deltas_apart() -> None:
    posted: list[tuple[str, Event]] = [("main", TextDelta("a")), ("task-1", Warned("other")), ("main", TextDelta("b"))]
    assert subscribed(posted, bound=0).drain(0) == [
        Envelope(1, 3.0, "main", TextDelta("ab")),
        Envelope(2, 2.0, "task-1", Warned("other")),
    ]


def test_nothing_merges_into_what_was_read() -> None:
    subscription = subscribed([("main", TextDelta("a"))], bound=0)
    first = subscription.drain(0)
    later = envelopes([("main", TextDelta("b"))], first=2)
    subscription.put(later[0])
    assert (first, subscription.drain(0)) == (envelopes([("main", TextDelta("a"))]), later)


@given(st.lists(posts, max_size=40), st.integers(0, 5), st.sets(st.integers(0, 40)))
def test_merging_loses_no_text_and_keeps_the_order_of_every_task(posted: list[tuple[str, Event]], bound: int, reads: set[int]) -> None:
    subscription, read, sent = Subscription(bound), list[Envelope](), envelopes(posted)
    for number, envelope in enumerate(sent):
        if number in reads:
            read += subscription.drain(0)
        subscription.put(envelope)
    read += subscription.drain(0)
    assert [told(read, task) for task in ("main", "task-1")] == [told(sent, task) for task in ("main", "task-1")]
    numbers = [envelope.seq for envelope in read]
    assert numbers == sorted(set(numbers)) and set(numbers) <= {envelope.seq for envelope in sent}


def test_a_reader_that_stopped_costs_little_memory_and_no_time_whatever_streams_past_it() -> None:
    line, count = "x" * 99 + "\n", 100_000
    subscription, start = Subscription(), time.process_time()
    tracemalloc.start()
    try:
        for number in range(count):
            subscription.put(Envelope(number + 1, 0.0, "main", OutputDelta("call-1", line)))
        grown, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    read = subscription.drain(0)
    last = read[-1].event
    assert isinstance(last, OutputDelta)
    assert len(read) == BOUND
    assert last == OutputDelta("call-1", (line * (LONGEST_OUTPUT // 100 + 1))[-LONGEST_OUTPUT:], (count - BOUND + 1) * 100 - LONGEST_OUTPUT)
    assert grown < 8_000_000  # ten million characters went by
    assert time.process_time() - start < PATIENCE


def test_the_text_of_a_long_reply_is_whole_for_a_reader_that_stopped() -> None:
    subscription, start = Subscription(), time.process_time()
    for number in range(100_000):
        subscription.put(Envelope(number + 1, 0.0, "main", TextDelta(f"{number:010d}")))
    read = subscription.drain(0)
    assert len(read) == BOUND
    said = "".join(envelope.event.text for envelope in read if isinstance(envelope.event, TextDelta))
    assert said == "".join(f"{number:010d}" for number in range(100_000))
    assert time.process_time() - start < PATIENCE


def test_an_output_that_did_not_merge_is_never_cut() -> None:
    posted: list[tuple[str, Event]] = [("main", OutputDelta("call-1", "x" * 3 * LONGEST_OUTPUT))]
    assert subscribed(posted, bound=0).drain(0) == envelopes(posted)


def test_output_that_merges_twice_counts_all_that_was_skipped() -> None:
    first = subscribed([("main", OutputDelta("call-1", "x" * LONGEST_OUTPUT)), ("main", OutputDelta("call-1", "yz"))], bound=0)
    second = Subscription(bound=0)
    for envelope in (*first.drain(0), *envelopes([("main", OutputDelta("call-1", "!"))], first=3)):
        second.put(envelope)
    assert second.drain(0) == [Envelope(1, 3.0, "main", OutputDelta("call-1", "x" * (LONGEST_OUTPUT - 3) + "yz!", 3))]


def test_an_empty_queue_gives_nothing_when_nothing_comes_in_time() -> None:
    assert Subscription().drain(0) == []
    assert Subscription().drain(0.01) == []


def test_a_waiting_reader_is_woken_by_an_envelope() -> None:
    subscription, posted = Subscription(), envelopes([("main", Warned("now"))])
    poster = threading.Thread(target=subscription.put, args=posted)
    poster.start()
    assert subscription.drain(PATIENCE) == posted
    poster.join(PATIENCE)


def test_closing_wakes_the_reader_and_leaves_what_is_pending() -> None:
    empty = Subscription()
    closer = threading.Thread(target=empty.close)
    closer.start()
    assert (empty.drain(), empty.closed) == ([], True)
    closer.join(PATIENCE)
    posted: list[tuple[str, Event]] = [("main", TextDelta("a")), ("main", TextDelta("b"))]
    subscription = subscribed(posted, bound=0)
    subscription.close()
    subscription.put(Envelope(3, 3.0, "main", Warned("too late")))
    assert [subscription.drain(), subscription.drain()] == [[Envelope(1, 2.0, "main", TextDelta("ab"))], []]


def test_what_several_threads_post_is_read_whole_while_it_comes() -> None:
    subscription, read = Subscription(bound=8), list[Envelope]()

    def post(task: str) -> None:
        for number in range(2000):
            subscription.put(Envelope(number + 1, 0.0, task, TextDelta(f"{number} ")))

    posters = [threading.Thread(target=post, args=(f"task-{number}",)) for number in range(4)]

    def close() -> None:
        for poster in posters:
            poster.join(PATIENCE)
        subscription.close()

    closer = threading.Thread(target=close)
    for thread in (*posters, closer):
        thread.start()
    while batch := subscription.drain(PATIENCE):
        read += batch
    closer.join(PATIENCE)
    whole = {("TextDelta", ""): "".join(f"{number} " for number in range(2000))}
    assert [told(read, f"task-{number}") for number in range(4)] == [[whole]] * 4
