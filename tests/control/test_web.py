"""What a front end for the browser is handed: a command that attaches, and nothing that another terminal could not do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pygent_engine.control import list_sessions, on_offer
from pygent_engine.errors import PygentError
from pygent_engine.events import Shutdown
from pygent_engine.frontends import WebLaunch
from tests.support.played_session import PlayedSession

ATTACH = (sys.executable, "-P", "-m", "pygent_engine", "attach", "5e551011")


def test_a_session_on_offer_is_served_and_each_tab_attaches_to_it(folder: Path, session: PlayedSession) -> None:
    launch = on_offer(session, 8484)
    expected = WebLaunch(ATTACH, "Pygent: project", 8484, session.send, session.when_closed, dict(os.environ))
    assert launch == expected
    assert [found.id for found in list_sessions()] == ["5e551011"]
    launch.send(Shutdown())
    assert session.ops == [Shutdown()]
    session.end()
    assert list_sessions() == []


def test_a_tab_reads_the_same_configuration_wherever_it_is_started(
    folder: Path, session: PlayedSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert on_offer(session, 0, Path("my.toml")).command == (*ATTACH, "--config", str(tmp_path / "my.toml"))
    session.end()


def test_a_session_that_cannot_be_served_is_one_sentence(folder: Path, session: PlayedSession) -> None:
    folder.write_text("in the way")
    with pytest.raises(PygentError, match=r"^The session cannot be offered to other processes: "):
        on_offer(session, 0)


def test_the_environment_is_shown_to_nobody(folder: Path, session: PlayedSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    assert "canary" not in repr(on_offer(session, 0))
    session.end()
