"""Who follows a session: nobody misses anything, nobody gets anything twice, and who comes late costs no lock for long."""

from __future__ import annotations

import threading
import time

from pygent_engine.audience import Audience
from pygent_engine.events import Envelope, Event, ReplyCompleted, StepStarted, TextDelta, Warned
from pygent_engine.values import Message
from tests.support.envelopes import stream

PATIENCE = 20.0


def test_a_subscriber_gets_what_was_posted_and_then_what_follows() -> None:
    posted = stream([Warned("a"), Warned("b"), Warned("c")])
    audience = Audience()
    audience.put(posted[0])
    early = audience.subscribe()
    audience.put(posted[1])
    late = audience.subscribe()
    audience.put(posted[2])
    assert early.drain(0) == late.drain(0) == posted


def test_who_comes_while_others_post_misses_nothing_and_gets_nothing_twice() -> None:
    audience, total = Audience(), 5000
    posted = stream([Warned(str(number)) for number in range(total)])

    def post() -> None:
        for envelope in posted:
            audience.put(envelope)
        audience.close()

    poster = threading.Thread(target=post)
    poster.start()
    subscriptions = []
    while poster.is_alive():
        subscriptions.append(audience.subscribe())
        time.sleep(0)
    poster.join(PATIENCE)
    for subscription in (*subscriptions, audience.subscribe()):
        seen: list[Envelope] = []
        while more := subscription.drain(PATIENCE):
            seen += more
        assert seen == posted


def test_a_subscription_that_its_reader_closed_is_forgotten() -> None:
    audience = Audience()
    subscription = audience.subscribe()
    subscription.close()
    audience.put(stream([Warned("a")])[0])
    assert subscription.drain(0) == []
    assert len(audience.subscribe().drain(0)) == 1


def test_endings_are_told_once_after_the_subscribers_and_at_once_when_it_is_over() -> None:
    audience, told = Audience(), list[object]()
    subscription = audience.subscribe()
    audience.when_closed(lambda: told.append(subscription.closed))
    audience.close()
    audience.close()
    audience.when_closed(lambda: told.append("late"))
    assert told == [True, "late"]
    assert audience.subscribe().closed


def test_joining_after_ten_thousand_messages_holds_nobody_up() -> None:
    audience = Audience()
    message: tuple[Event, ...] = (StepStarted(1), TextDelta("x"), ReplyCompleted(Message("assistant", "x"), None))
    for number in range(10_000):
        for place, event in enumerate(message):
            audience.put(Envelope(3 * number + place, 0.0, "main", event))
    began = time.process_time()
    subscriptions = [audience.subscribe() for _ in range(20)]
    assert time.process_time() - began < 20 * 0.1  # measured: 1 ms each
    assert {len(subscription.drain(0)) for subscription in subscriptions} == {20_000}
