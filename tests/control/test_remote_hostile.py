"""Following what is no session, what breaks off, and what belongs to another user: each is a sentence."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pygent_engine import PygentError
from pygent_engine.control import RemoteSession
from pygent_engine.events import SessionClosed
from tests.support.played_session import DEADLINE_S

from .following import read_until


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
