"""`pygent attach`: which session is meant, and one sentence when there is none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine.cli import main
from pygent_engine.control import offer, serve
from pygent_engine.errors import PygentError
from pygent_engine.events import SessionOpened, TurnStarted
from pygent_engine.frontends import Launch
from tests.support.played_session import DEADLINE_S, PlayedSession


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a user who runs nothing yet."""
    for name in ("run", "work", "home"):
        (tmp_path / name).mkdir()
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def running(here: Path) -> Iterator[list[PlayedSession]]:
    """Sessions that run: the older two in other folders, the newer two in this one."""
    sessions = [PlayedSession(f"{number}{number}aa", workspace) for number, workspace in enumerate(["/a", "/b", str(here), str(here)], 1)]
    offered = [serve(session) for session in sessions]
    yield sessions
    for each in offered:
        each.close()


def attached(*arguments: str) -> Launch:
    """What the app is opened with; it answers with exit code 7."""
    launches: list[Launch] = []

    def app(launch: Launch) -> int:
        launches.append(launch)
        return 7

    assert main(["attach", *arguments], open_app=app) == 7
    return launches[0]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said in place of opening the app."""

    def app(launch: Launch) -> int:
        raise AssertionError

    assert main(["attach", *arguments], open_app=app) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_when_nothing_runs_that_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys) == "pygent: No session is running; pygent starts one.\n"
    assert refused(capsys, "1aa") == "pygent: There is no running session 1aa; pygent attach --list tells which there are.\n"
    assert main(["attach", "--list"]) == 0
    assert capsys.readouterr() == ("No session is running; pygent starts one.\n", "")


def test_the_only_session_is_meant_wherever_it_works(here: Path) -> None:
    session = PlayedSession("12ab", "/elsewhere")
    offered = serve(session)
    launch = attached()
    assert (launch.workspace, launch.model, launch.attached) == ("/elsewhere", "tiny", True)
    remote = launch.open(None, False)
    reader = remote.subscribe()
    assert reader.drain(DEADLINE_S)[0].event == SessionOpened("12ab", "/elsewhere", "local", "tiny")
    remote.close()
    assert not session.subscribe().closed
    offered.close()
    with pytest.raises(PygentError, match="There is no running session 12ab"):
        launch.open(None, False)


def test_of_several_the_newest_of_this_folder_is_meant(running: list[PlayedSession]) -> None:
    remote = attached().open(None, False)
    assert remote.id in ("33aa", "44aa")  # both began at the same second of the test's clock
    remote.close()


def test_the_beginning_of_an_id_names_a_session(running: list[PlayedSession]) -> None:
    assert attached("1").workspace == "/a"
    assert attached("22aa").workspace == "/b"


def test_several_elsewhere_are_listed_each_in_a_sentence(
    running: list[PlayedSession], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    running[0].post(TurnStarted("make it\x1b[31m faster"))
    first, *rest = refused(capsys).splitlines()
    assert first == "pygent: Several sessions run, none of them in this folder; name one, as in: pygent attach ID"
    assert {line.split()[1] for line in rest} == {"11aa", "22aa", "33aa", "44aa"}
    listed = next(line for line in rest if "11aa" in line)
    assert listed.startswith("pygent: 11aa works in /a with tiny (local), begun ")
    assert listed.endswith(" days ago: make it\N{SYMBOL FOR ESCAPE}[31m faster") and "\x1b" not in listed


def test_the_list_goes_to_standard_output(running: list[PlayedSession], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attach", "--list"]) == 0
    out, err = capsys.readouterr()
    assert ({line.split()[0] for line in out.splitlines()}, err) == ({"11aa", "22aa", "33aa", "44aa"}, "")


def test_a_session_that_cannot_be_offered_is_a_line_in_the_log(here: Path, caplog: pytest.LogCaptureFixture) -> None:
    (here.parent / "run" / "pygent").write_text("in the way")
    with caplog.at_level(logging.WARNING, logger="pygent"):
        offer(PlayedSession())
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert caplog.records[0].getMessage().startswith("the session cannot be attached to from other terminals: ")
