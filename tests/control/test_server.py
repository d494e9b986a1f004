"""Serving a session: private, and whatever a client does hurts nobody but itself."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pygent_engine import __version__
from pygent_engine.control import RemoteSession, Served, list_sessions, serve
from pygent_engine.events import Envelope, Interrupt, OutputDelta, SessionClosed, SubmitPrompt, Warned
from pygent_engine.wire import decode_line, encode_line
from tests.support.footprint import footprint
from tests.support.played_session import DEADLINE_S, PlayedSession

HELLO = b'{"pygent": 1}\n'


@contextmanager
def connected(served: Served, *said: bytes) -> Iterator[socket.socket]:
    """A client of few words."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(DEADLINE_S)
        client.connect(str(served.path))
        for piece in said:
            client.sendall(piece)
        yield client


def lines_of(client: socket.socket) -> list[bytes]:
    """All that comes until the server hangs up."""
    with client.makefile("rb") as file:
        return file.readlines()


def threads() -> list[str]:
    return sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("pygent-control"))


def test_the_hello_says_which_session_it_is(served: Served) -> None:
    with connected(served) as client, client.makefile("rb") as file:
        hello = json.loads(file.readline())
    assert (hello.pop("pygent"), hello.pop("version") > "") == (1, True)
    assert hello == {
        "id": "5e551011",
        "pid": os.getpid(),
        "workspace": "/home/user/project",
        "model": "tiny",
        "mode": "local",
        "title": "",
        "started": 1001.0,
        "seq": 1,
    }


def test_envelopes_come_as_the_record_and_then_live_and_ops_go_the_other_way(served: Served, session: PlayedSession) -> None:
    with connected(served, HELLO, encode_line(Interrupt())) as client, client.makefile("rb") as file:
        file.readline()
        first = decode_line(file.readline())
        assert session.wait_for_ops(1) == [Interrupt()]
        posted = session.post(Warned("now"))
        assert decode_line(file.readline()) == posted
    assert isinstance(first, Envelope) and first.seq == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (b"GET / HTTP/1.1\r\n", "line 1 is no hello"),
        (b"[]\n", "line 1 is no hello"),
        (b"[" * 100_000 + b"\n", "line 1 is no hello"),
        (b'{"pygent": 2, "version": "9"}\n', "the two speak different protocols (Pygent {version} and 9); use the same version for both"),
        (HELLO + b"\xff\xfe\n", "line 2 is no op: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (HELLO + b'{"type": "Explode"}\n', "line 2 is no op: unknown type 'Explode'"),
        (HELLO + b'{"type": "SubmitPrompt", "text": 7}\n', "line 2 is no op: SubmitPrompt.text: not a text"),
        (HELLO + encode_line(Interrupt()) + b"{}\n", "line 3 is no op: object: missing field 'type'"),
        (HELLO + encode_line(Envelope(1, 1.0, "main", Warned("w"))), "line 2 is no op: it is an envelope"),
    ],
)
def test_garbage_is_cut_off_with_a_sentence(said: bytes, sentence: str, served: Served, session: PlayedSession) -> None:
    with connected(served, said) as client:
        last = json.loads(lines_of(client)[-1])
    assert last == {"error": sentence.replace("{version}", __version__)}
    assert_works(served, session)


def test_a_line_without_an_end_is_cut_off_before_it_fills_the_memory(served: Served, session: PlayedSession) -> None:
    with connected(served, HELLO) as client:
        sent = 0
        with pytest.raises(OSError):
            while sent < 1 << 30:
                sent += client.send(b"x" * 65_536)
        assert sent < 64 << 20
    assert_works(served, session)


def test_half_a_line_and_a_sudden_end_are_no_op(served: Served, session: PlayedSession) -> None:
    with connected(served, HELLO, encode_line(SubmitPrompt("whole")), encode_line(SubmitPrompt("half"))[:-2]):
        assert session.wait_for_ops(1) == [SubmitPrompt("whole")]
    assert_works(served, session)
    assert session.ops == [SubmitPrompt("whole"), Interrupt()]


def test_an_op_that_fails_costs_its_client_nothing(served: Served, session: PlayedSession, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(PlayedSession):
        def send(self, op: object) -> None:
            raise RuntimeError("no")

    broken = Broken("b20cen00")
    offered = serve(broken)
    with connected(offered, HELLO, encode_line(Interrupt())) as client, client.makefile("rb") as file:
        file.readline(), file.readline()
        deadline = time.monotonic() + DEADLINE_S
        while not caplog.records and time.monotonic() < deadline:
            client.sendall(encode_line(Interrupt()))
        posted = broken.post(Warned("still here"))
        assert decode_line(file.readline()) == posted
    offered.close()
    assert {record.getMessage() for record in caplog.records} == {"an op of another process failed"}


def test_many_clients_at_once_all_see_the_same_and_one_too_many_is_told(served: Served, session: PlayedSession) -> None:
    clients = [RemoteSession(served.path) for _ in range(32)]
    readers = [client.subscribe() for client in clients]
    with connected(served) as one_more:
        assert [json.loads(line) for line in lines_of(one_more)] == [{"error": "there are too many front ends on this session"}]
    for number, client in enumerate(clients):
        client.send(SubmitPrompt(str(number)))
    session.wait_for_ops(32)
    session.post(Warned("all"))
    for reader in readers:
        seen: list[Envelope] = []
        while len(seen) < 2:
            more = reader.drain(DEADLINE_S)
            assert more
            seen += more
        assert [envelope.seq for envelope in seen] == [1, 2]
    for client in clients:
        client.close()


def test_a_client_that_never_reads_delays_nobody_and_costs_bounded_memory(served: Served, session: PlayedSession) -> None:
    with connected(served, HELLO) as client, client.makefile("rb") as file:
        file.readline()
        tracemalloc.start()
        try:
            began = time.monotonic()
            for number in range(30_000):
                session.post(OutputDelta(f"c{number % 50}", "x" * 4000))  # 120 MB
            took = time.monotonic() - began
            used, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert took < 60
    assert used < 64 << 20
    assert_works(served, session)


def test_a_client_that_says_no_hello_is_let_go_when_the_session_ends(served: Served, session: PlayedSession) -> None:
    with connected(served) as client:
        client.recv(1)
        began = time.monotonic()
        session.end()
        assert time.monotonic() - began < DEADLINE_S
        lines_of(client)


def test_the_end_of_the_session_reaches_every_client_and_leaves_nothing(session: PlayedSession, folder: Path) -> None:
    before = footprint()
    offered = serve(session)
    with connected(offered, HELLO) as reading, connected(offered, HELLO) as stuck:
        for client in (reading, stuck):
            client.recv(1)
        for _ in range(200):
            session.post(Warned("x" * 10_000))  # more than a socket takes without its reader
        ended = threading.Thread(target=session.end)
        began = time.monotonic()
        ended.start()
        assert b"SessionClosed" in lines_of(reading)[-1]
        ended.join(DEADLINE_S)
        assert time.monotonic() - began < DEADLINE_S
        assert list(folder.iterdir()) == []
        assert threads() == []
    assert footprint().within(before)


def test_a_place_that_something_else_has_taken_does_not_keep_the_server(session: PlayedSession, folder: Path) -> None:
    before = footprint()
    offered = serve(session)
    offered.path.unlink()
    offered.path.mkdir()
    session.end()
    assert threads() == []
    assert [path.name for path in folder.iterdir()] == [offered.path.name]
    assert footprint().within(before)


def test_closing_what_is_served_does_not_end_the_session(served: Served, session: PlayedSession) -> None:
    remote = RemoteSession(served.path)
    reader = remote.subscribe()
    served.close()
    served.close()
    while more := reader.drain(DEADLINE_S):
        last = more[-1]
    assert last.event == SessionClosed("the session's process is gone")
    assert list_sessions() == []
    remote.close()
    assert threads() == []


# ---------------------------------------------------------------- private


def test_the_folder_is_0700_and_what_is_in_it_0600_under_any_umask(tmp_path: Path, session: PlayedSession) -> None:
    before = os.umask(0)
    try:
        offered = serve(session, tmp_path / "state" / "pygent" / "sessions")
    finally:
        os.umask(before)
    made = [tmp_path / "state", tmp_path / "state" / "pygent", offered.path.parent]
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o700] * 3
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in offered.path.parent.iterdir()} == {
        "5e551011.sock": 0o600,
        "5e551011.json": 0o600,
    }
    offered.close()


def test_a_folder_that_stood_open_is_closed_and_a_link_is_refused(tmp_path: Path, session: PlayedSession) -> None:
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    open_folder.chmod(0o777)
    serve(session, open_folder).close()
    assert stat.S_IMODE(open_folder.stat().st_mode) == 0o700
    (tmp_path / "link").symlink_to(open_folder)
    with pytest.raises(OSError):
        serve(PlayedSession(), tmp_path / "link")


def test_a_path_that_is_too_long_for_a_socket_works_too(tmp_path: Path, session: PlayedSession) -> None:
    offered = serve(session, tmp_path / ("long" * 20) / ("longer" * 20))
    remote = RemoteSession(offered.path)
    assert remote.id == session.id
    assert stat.S_IMODE(offered.path.stat().st_mode) == 0o600
    remote.close()
    offered.close()
    assert list(offered.path.parent.iterdir()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_is_refused_even_where_the_folder_stands_open(near_root: Path, session: PlayedSession) -> None:
    near_root.chmod(0o755)
    offered = serve(session, near_root / "run")
    assert "Permission denied" in said_to_another_user(offered)
    offered.path.parent.chmod(0o777)
    assert "Permission denied" in said_to_another_user(offered)
    offered.path.chmod(0o777)
    assert said_to_another_user(offered) == '{"error": "this session belongs to another user"}\n\n'
    offered.close()


def said_to_another_user(served: Served) -> str:
    """What user 65534 gets when it connects."""
    code = (
        "import os, socket, sys\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"  # here: the interpreter may not be theirs to start
        "s = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\nprint(s.recv(1000).decode())"
    )
    run = [sys.executable, "-c", code, str(served.path)]
    ended = subprocess.run(run, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    return ended.stdout + ended.stderr


def assert_works(served: Served, session: PlayedSession) -> None:
    """The session and its server are as before."""
    before = len(session.ops)
    remote = RemoteSession(served.path)
    remote.send(Interrupt())
    assert session.wait_for_ops(before + 1)[before:] == [Interrupt()]
    remote.close()
    assert session.subscribe().drain(0)[0].seq == 1
