"""Following a session of another process: the same screen at whatever moment one comes, and a clear end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pygent_engine import PygentError, ScriptedModel, Settings, open_session
from pygent_engine.control import RemoteSession, Served, SessionInfo, list_sessions, serve, session_at
from pygent_engine.events import (
    AnswerApproval,
    ApprovalAsked,
    CallStarted,
    Envelope,
    Event,
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
from pygent_engine.subscription import Subscription
from pygent_engine.values import Message, ToolCall
from tests.scenes import SCENES, Scene
from tests.support.agents import bash
from tests.support.footprint import footprint
from tests.support.played_session import DEADLINE_S, PlayedSession
from tests.support.sameness import shown

ROOT = Path(__file__).parents[2]


def read_until(reader: Subscription, event: Event | type) -> list[Envelope]:
    """What comes up to the first envelope with `event`, or of that kind."""
    seen: list[Envelope] = []
    while not any(envelope.event == event or (isinstance(event, type) and isinstance(envelope.event, event)) for envelope in seen):
        more = reader.drain(DEADLINE_S)
        assert more, f"{event} did not come: {seen}"
        seen += more
    return seen


@contextmanager
def following(served: Served) -> Iterator[tuple[RemoteSession, Subscription]]:
    remote = RemoteSession(served.path)
    try:
        yield remote, remote.subscribe()
    finally:
        remote.close()


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


@contextmanager
def answering(folder: Path, *said: bytes) -> Iterator[Path]:
    """Something else that answers at the place of a session."""
    folder.mkdir(parents=True)
    path = folder / "5e551011.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                for piece in said:
                    connection.sendall(piece)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield path
        thread.join(DEADLINE_S)


HELLO = b'{"pygent":1,"version":"1","id":"5e551011","pid":1,"workspace":"/w","model":"m","mode":"local","title":"","started":1.0}\n'


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ((), "it hung up"),
        ((b"SSH-2.0\r\n",), "what answers there is no session of Pygent"),
        ((b'{"pygent":1}\n',), "what answers there is no session of Pygent"),
        ((HELLO.replace(b'"pid":1', b'"pid":"1"'),), "what answers there is no session of Pygent"),
        ((b'{"error": "too \\u001b[31mmany"}\n',), r"too \x1b[31mmany"),
        ((HELLO.replace(b'"pygent":1', b'"pygent":9'),), "the two speak different protocols"),
    ],
)
def test_what_is_no_session_is_not_followed(said: tuple[bytes, ...], sentence: str, folder: Path) -> None:
    with answering(folder, *said) as path, pytest.raises(PygentError) as caught:
        RemoteSession(path)
    assert str(caught.value).startswith("The session 5e551011 cannot be attached to: ")
    assert sentence.split("\\x1b")[0] in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "the session's process is gone"),
        (b'{"seq": 1, "at"', "the session's process is gone"),
        (b"nonsense\n", "the session's process sent what cannot be read: Expecting value: line 1 column 1 (char 0)"),
        (b'{"type": "Interrupt"}\n', "the session's process sent what is no event"),
        (b'{"error": "line 2 is no op"}\n', "line 2 is no op"),
    ],
)
def test_a_stream_that_breaks_ends_with_a_session_closed_that_says_why(said: bytes, reason: str, folder: Path) -> None:
    with answering(folder, HELLO, said) as path:
        remote = RemoteSession(path)
        reader = remote.subscribe()
        assert [envelope.event for envelope in read_until(reader, SessionClosed)] == [SessionClosed(reason)]
        remote.close()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_the_session_of_another_user_is_not_followed_even_where_the_folder_stands_open(near_root: Path) -> None:
    path = near_root / "theirs.sock"
    near_root.chmod(0o777)
    with socket.socket(socket.AF_UNIX) as listener:
        os.seteuid(65534)
        try:
            listener.bind(str(path))
            listener.listen()
        finally:
            os.seteuid(0)
        with pytest.raises(PygentError, match="belongs to another user"):
            RemoteSession(path)


# ---------------------------------------------------------------- other processes

_OWNER = """
import os, sys, time
from pathlib import Path
from pygent_engine import DemoModel, Settings, open_session
from pygent_engine.control import serve
session = open_session(Settings(use_docker=False), workspace=Path(sys.argv[1]), model=DemoModel(delay_s=0.0))
served = serve(session)
print(served.path, flush=True)
if sys.argv[2] == "fork" and os.fork() == 0:
    served.close()
    time.sleep(60)
    os._exit(0)
sys.stdin.read()
session.close()
"""


@contextmanager
def owner(workspace: Path, how: str = "plain") -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that serves a session until its stdin ends, and where."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _OWNER, str(workspace), how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            with suppress(ProcessLookupError):  # it has ended, and no child of it is left
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("how", ["plain", "fork"])
def test_an_owner_that_is_killed_is_told_and_the_next_clears_away_what_it_left_and_only_that(
    how: str, tmp_path: Path, folder: Path
) -> None:
    with owner(tmp_path, how) as (process, path), owner(tmp_path) as (_, living):
        remote = RemoteSession(path)
        reader = remote.subscribe()
        os.kill(process.pid, signal.SIGKILL)
        process.wait(DEADLINE_S)
        assert read_until(reader, SessionClosed)[-1].event == SessionClosed("the session's process is gone")
        remote.close()
        assert path.exists()
        assert [info.id for info in list_sessions()] == [living.stem]
        assert sorted(file.name for file in folder.iterdir()) == [f"{living.stem}.json", living.name]


def test_the_owner_ends_as_ever_with_a_client_that_never_reads(tmp_path: Path, folder: Path) -> None:
    with owner(tmp_path) as (process, path), socket.socket(socket.AF_UNIX) as stuck:
        stuck.connect(str(path))
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(5) == 0
        assert list(folder.iterdir()) == []


def test_a_session_whose_process_is_stopped_is_not_listed_and_said_to_be_silent(tmp_path: Path, folder: Path) -> None:
    with owner(tmp_path) as (process, path):
        os.kill(process.pid, signal.SIGSTOP)
        assert list_sessions() == []
        with pytest.raises(PygentError, match=f"^The session {path.stem} does not answer; its process may be stopped"):
            session_at([], path.stem)


def test_a_follower_of_a_stopped_process_sends_and_leaves_without_waiting(tmp_path: Path, folder: Path) -> None:
    with owner(tmp_path) as (process, path):
        remote = RemoteSession(path)
        os.kill(process.pid, signal.SIGSTOP)
        began = time.monotonic()
        for _ in range(100):
            remote.send(SubmitPrompt("x" * 100_000))
        assert time.monotonic() - began < 1
        remote.close(2.0)
        assert time.monotonic() - began < 4


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
