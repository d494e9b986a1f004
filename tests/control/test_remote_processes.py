"""Following a session of another process: one that is killed, stopped, or never read from."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pygent_engine import PygentError
from pygent_engine.control import RemoteSession, list_sessions, session_at
from pygent_engine.events import SessionClosed, SubmitPrompt
from tests.support.played_session import DEADLINE_S

from .following import read_until

ROOT = Path(__file__).parents[2]


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
        assert process.wait(DEADLINE_S) == 0
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
        assert time.monotonic() - began < 10
        remote.close(2.0)
        assert time.monotonic() - began < 15
