"""What goes wrong on a thread of the engine is kept in a private log without the key; the terminal stays clean."""

from __future__ import annotations

import logging
import stat
import threading
from pathlib import Path

import pytest

from pygent_engine.cli.log import kept_log, log_file
from pygent_engine.settings import Settings

KEY = "sk-canary-0123456789"


@pytest.fixture(autouse=True)
def fresh_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)


def fail() -> None:
    raise RuntimeError(f"sent {KEY}")


def end_a_thread_by_an_error() -> None:
    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join(10)


def test_an_error_that_ends_a_thread_is_logged_and_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    with kept_log(Settings(api_key=KEY).redact):
        end_a_thread_by_an_error()
    text = log_file().read_text()
    assert "ERROR pygent: worker ended by an error" in text and "RuntimeError: sent [api key]" in text
    assert KEY not in text
    assert capfd.readouterr() == ("", "")


def test_warnings_of_libraries_are_logged_and_what_is_less_is_not() -> None:
    with kept_log(str):
        logging.getLogger("library").warning("odd \ud800")
        logging.getLogger("library").info("even")
    assert [line.split(" ", 2)[2] for line in log_file().read_text().splitlines()] == ["WARNING library: odd \\ud800"]


def test_the_log_is_private_and_starts_anew_when_it_is_large() -> None:
    log_file().parent.mkdir(parents=True)
    log_file().write_text("x" * 2_000_000)
    log_file().chmod(0o600)
    with kept_log(str):
        logging.getLogger("library").warning("one")
        logging.getLogger("library").warning("two")
    assert log_file().read_text().count("\n") == 2
    assert stat.S_IMODE(log_file().stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_no_error(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".local").touch()
    with kept_log(str):
        logging.getLogger("library").warning("unheard")
    assert capfd.readouterr() == ("", "")


def test_after_the_session_everything_is_as_before() -> None:
    before = (threading.excepthook, list(logging.getLogger().handlers))
    with kept_log(str):
        pass
    assert (threading.excepthook, list(logging.getLogger().handlers)) == before
