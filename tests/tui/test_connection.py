"""The connection: what is asked early is kept, what cannot open says why, and closing always ends."""

from __future__ import annotations

from queue import SimpleQueue
from threading import Event

from pygent_engine.events import Envelope, SubmitPrompt
from pygent_tui.connection import Connection, Failed, News
from pygent_tui.pump import Pump
from tests.scripts import start
from tests.support.scene_session import DEADLINE_S, SceneLaunch, SceneSession, SceneSubscription
from tests.support.script import Script


class Broken(SceneLaunch):
    """A Launch whose `open` fails in a way that nobody foresaw."""

    def _open(self, use_docker: bool | None, pull: bool) -> SceneSession:
        raise KeyError("\x1b[2J")


def test_an_unforeseen_failure_is_told_cleaned() -> None:
    news: SimpleQueue[News] = SimpleQueue()
    connection = Connection(Broken(SceneSession()), news.put)
    connection.open()
    assert news.get(timeout=DEADLINE_S) == Failed("The session could not be opened (KeyError: '\\x1b[2J').")


def test_a_refused_start_can_be_tried_again_locally() -> None:
    news: SimpleQueue[News] = SimpleQueue()
    session = SceneSession(start().envelopes)
    connection = Connection(SceneLaunch(session, failure="No Docker."), news.put)
    connection.open()
    assert news.get(timeout=DEADLINE_S) == Failed("No Docker.")
    connection.open(False)
    assert news.get(timeout=DEADLINE_S) == start().envelopes
    connection.close()
    assert connection.wait_closed(DEADLINE_S)
    assert session.ended.is_set()


def test_prompts_sent_before_the_session_is_open_are_kept_in_order() -> None:
    news: SimpleQueue[News] = SimpleQueue()
    gate = Event()
    session = SceneSession(start().envelopes)
    connection = Connection(SceneLaunch(session, gate=gate), news.put)
    connection.open()
    connection.send(SubmitPrompt("one"))
    connection.send(SubmitPrompt("two"))
    assert session.ops == []
    gate.set()
    news.get(timeout=DEADLINE_S)
    connection.send(SubmitPrompt("three"))
    connection.close()
    assert connection.wait_closed(DEADLINE_S)
    assert session.ops == [SubmitPrompt("one"), SubmitPrompt("two"), SubmitPrompt("three")]


def test_leaving_while_the_session_opens_closes_it_all_the_same() -> None:
    gate = Event()
    session = SceneSession(start().envelopes)
    connection = Connection(SceneLaunch(session, gate=gate), SimpleQueue[News]().put)
    connection.open()
    connection.close()
    assert not connection.wait_closed(0.0)
    gate.set()
    assert connection.wait_closed(DEADLINE_S)
    assert session.ended.is_set()


def test_closing_what_was_never_opened_ends_at_once() -> None:
    connection = Connection(SceneLaunch(SceneSession()), SimpleQueue[News]().put)
    connection.close()
    assert connection.wait_closed(0.0)


def test_a_slow_screen_gets_one_larger_batch_and_loses_nothing() -> None:
    batches: SimpleQueue[list[Envelope]] = SimpleQueue()
    subscription = SceneSubscription()
    pump = Pump(subscription, batches.put)
    script = Script()
    subscription.put(script.envelopes)
    pump.start()
    first = batches.get(timeout=DEADLINE_S)
    for number in range(50):
        subscription.put(script.turn(f"{number}").end_turn().envelopes[-4:])
    pump.taken()
    second = batches.get(timeout=DEADLINE_S)
    pump.taken()
    pump.stop()
    assert batches.empty()
    assert first + second == script.envelopes


def test_stopping_ends_a_pump_that_waits_for_the_screen() -> None:
    batches: SimpleQueue[list[Envelope]] = SimpleQueue()
    subscription = SceneSubscription()
    subscription.put(start().envelopes)
    pump = Pump(subscription, batches.put)
    pump.start()
    batches.get(timeout=DEADLINE_S)
    pump.stop(DEADLINE_S)
    assert not pump.running
