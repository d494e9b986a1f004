"""Following a session: the same screen at whatever moment one comes, and a clear end."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from pygent_engine import PygentError, ScriptedModel, Settings, open_session
from pygent_engine.control import RemoteSession, Served, SessionInfo, list_sessions, serve, session_at
from pygent_engine.events import (
    AnswerApproval,
    ApprovalAsked,
    CallStarted,
    Envelope,
    OutputDelta,
    ReplyCompleted,
    SessionClosed,
    StepStarted,
    SubmitPrompt,
    TextDelta,
    TurnEnded,
    TurnStarted,
    Warned,
)
from pygent_engine.values import Message, ToolCall
from tests.scenes import SCENES, Scene
from tests.support.agents import bash
from tests.support.footprint import footprint
from tests.support.played_session import DEADLINE_S, PlayedSession
from tests.support.sameness import shown

from .following import following, read_until


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene.script], ids=lambda scene: scene.name)
def test_any_scene_shows_the_same_there_and_here(scene: Scene, served: Served, session: PlayedSession) -> None:
    envelopes = [Envelope(0, 0.0, "main", Warned("before")), *scene.envelopes()]
    middle = len(envelopes) // 2
    for envelope in envelopes[:middle]:
        session.post(envelope.event, envelope.task_id)
    with following(served) as (_, reader):
        for envelope in envelopes[middle:]:
            session.post(envelope.event, envelope.task_id)
        last = session.post(Warned("last"))
        there = read_until(reader, last.event)
    assert shown(there) == shown(session.subscribe().drain(0))


def test_who_comes_in_the_middle_of_a_reply_reads_all_of_it(served: Served, session: PlayedSession) -> None:
    for event in (TurnStarted("p"), StepStarted(1), TextDelta("one "), TextDelta("two ")):
        session.post(event)
    with following(served) as (_, reader):
        seen = read_until(reader, TextDelta("one two "))
        session.post(TextDelta("three"))
        seen += read_until(reader, TextDelta("three"))
    assert [envelope.seq for envelope in seen] == [1, 2, 3, 4, 6]


def test_who_comes_in_the_middle_of_an_approval_can_answer_it(tmp_path: Path, folder: Path) -> None:
    settings, model = Settings(use_docker=False), ScriptedModel([bash("echo ran"), "done"])
    session = open_session(settings, workspace=tmp_path, model=model)
    first = session.subscribe()
    served = serve(session)
    session.send(SubmitPrompt("go"))
    here = read_until(first, ApprovalAsked)
    with following(served) as (remote, reader):
        there = read_until(reader, ApprovalAsked)
        assert [shown(there).asks, shown(there).transcript] == [shown(here).asks, shown(here).transcript]
        remote.send(AnswerApproval("c1", "once"))
        here += read_until(first, TurnEnded)
        there += read_until(reader, TurnEnded)
        session.close()
        here += read_until(first, SessionClosed)
        there += read_until(reader, SessionClosed)
    assert shown(there) == shown(here)


def test_who_comes_after_ten_thousand_messages_gets_them_all(served: Served, session: PlayedSession) -> None:
    for number in range(5_000):
        message = Message("assistant", f"answer {number} " + "x" * 500)
        for event in (TurnStarted(f"prompt {number}"), TextDelta("answer"), ReplyCompleted(message, None)):
            session.post(event)
    with following(served) as (_, reader):
        session.post(Warned("now"))
        seen = read_until(reader, Warned("now"))
    assert seen == session.subscribe().drain(0)
    assert len(seen) == 10_002


def test_a_session_can_be_named_by_its_id_and_by_how_it_begins(served: Served, session: PlayedSession) -> None:
    session.post(TurnStarted("make it\nfaster"))
    info = SessionInfo("5e551011", os.getpid(), "/home/user/project", "tiny", "local", "make it faster", 1001.0, 2)
    other = PlayedSession("5e99")
    both = serve(other)
    assert sorted(found.id for found in list_sessions()) == ["5e551011", "5e99"]
    assert session_at(list_sessions(), "5e55") == info
    with pytest.raises(PygentError, match=r"^Several running sessions have ids that begin with 5e\.$"):
        session_at(list_sessions(), "5e")
    remote = RemoteSession("5e551011")
    assert remote.info == info
    remote.close()
    both.close()


@pytest.mark.parametrize("name", ["5e55101", "nope", "../5e551011", "x" * 300, "\x1b[31m"])
def test_no_such_session_is_a_sentence(name: str, folder: Path) -> None:
    with pytest.raises(PygentError) as caught:
        session_at([], name)
    assert "\x1b" not in str(caught.value)
    with pytest.raises(PygentError):
        RemoteSession(name)


def test_a_folder_that_is_not_there_holds_no_session(folder: Path) -> None:
    assert list_sessions() == []


def test_detaching_sends_what_was_asked_ends_nothing_and_leaves_nothing(served: Served, session: PlayedSession) -> None:
    with following(served):
        pass  # what is made once is made
    wait_for_no_client()
    before = footprint()
    for number in range(10):
        with following(served) as (remote, reader):
            remote.send(SubmitPrompt(f"{number}"))
            read_until(reader, session.subscribe().drain(0)[0].event)
        assert reader.closed
    assert session.wait_for_ops(10) == [SubmitPrompt(f"{number}") for number in range(10)]
    wait_for_no_client()
    assert footprint().within(before)


def wait_for_no_client() -> None:
    """Until the server has taken note that its clients are gone."""
    deadline = time.monotonic() + DEADLINE_S
    while any(thread.name.startswith("pygent-control-") for thread in threading.enumerate()):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_session_that_ended_is_told_and_its_place_is_gone(served: Served, session: PlayedSession) -> None:
    with following(served) as (remote, reader):
        ended = threading.Event()
        remote.when_closed(ended.set)
        session.end()
        assert read_until(reader, SessionClosed())[-1].event == SessionClosed()
        assert ended.wait(DEADLINE_S)
        assert remote.subscribe().drain(0)[-1].event == SessionClosed()
        remote.send(SubmitPrompt("nobody"))
    with pytest.raises(PygentError, match="There is no running session 5e551011"):
        RemoteSession("5e551011")


# ---------------------------------------------------------------- other processes


def test_output_and_calls_of_a_real_session_come_over(tmp_path: Path, folder: Path) -> None:
    session = open_session(
        Settings(use_docker=False, confirm_bash=False), workspace=tmp_path, model=ScriptedModel([bash("echo out"), "done"])
    )
    served = serve(session)
    with following(served) as (remote, reader):
        remote.send(SubmitPrompt("go"))
        events = [envelope.event for envelope in read_until(reader, TurnEnded)]
    session.close()
    assert OutputDelta("c1", "out\n") in events
    assert CallStarted(ToolCall("c1", "bash", '{"cmd": "echo out"}'), "echo out") in events
