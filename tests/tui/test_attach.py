"""Two terminals on one session: both show it, both can ask and answer, and who leaves which of them gets a clear word."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal

FLAGS = ("--scratch", "--model", "demo", "--no-docker")
QUIT = b"\x11"


@contextmanager
def two(folder: Path, *flags: str) -> Iterator[tuple[Terminal, Terminal]]:
    """`pygent` and, once it shows its session, `pygent attach`."""
    with terminal(folder, *FLAGS, *flags) as first:
        first.until("· ready")
        with terminal(folder, "attach") as second:
            second.until("· ready")
            yield first, second


def last_words(left: Terminal) -> str:
    """What stands on the terminal after the app."""
    return left.raw.rpartition(b"\x1b[?1006l")[2].decode().strip()


def test_a_prompt_of_the_second_is_answered_in_both_and_the_first_outlives_it(tmp_path: Path) -> None:
    with two(tmp_path, "--no-confirm-bash") as (first, second):
        second.app.send(b"run echo one-$((1+1))\r")
        for shown in (second, first):
            shown.until(lambda text: "one-2" in text and "· ready" in text)
        second.app.send(QUIT)
        assert second.end() == 0
        second.assert_restored()
        assert last_words(second) == "Detached; the session goes on."
        first.app.send(b"run echo two-$((1+2))\r")
        first.until(lambda text: "two-3" in text and "· ready" in text)
        first.app.send(QUIT)
        assert first.end() == 0


def test_detaching_while_something_runs_asks_nothing_and_ends_nothing(tmp_path: Path) -> None:
    with two(tmp_path, "--no-confirm-bash") as (first, second):
        go = tmp_path / "go"
        first.app.send(f"run until [ -e {go} ]; do sleep 0.1; done; echo went-$((1+1))\r".encode())
        second.until("running: until")
        second.app.send(QUIT)
        assert second.end() == 0
        go.touch()
        first.until("went-2")


def test_the_end_of_the_first_ends_the_second_with_a_word(tmp_path: Path) -> None:
    with two(tmp_path) as (first, second):
        first.app.send(QUIT)
        assert first.end() == 0
        assert second.end() == 0
        second.assert_restored()
        assert last_words(second) == "The session has ended."


def test_the_death_of_the_first_ends_the_second_with_1_and_the_next_finds_nothing(tmp_path: Path) -> None:
    with two(tmp_path) as (first, second):
        os.kill(first.app.pid, signal.SIGKILL)
        assert second.end() == 1
        second.assert_restored()
        assert last_words(second) == "The session has ended: the session's process is gone."
    with terminal(tmp_path, "attach") as third:
        assert third.end() == 2
        assert third.raw.decode().strip() == "pygent: No session is running; pygent starts one."
    assert list(tmp_path.rglob("*.sock")) == []


def test_an_approval_is_answered_in_one_and_vanishes_in_the_other(tmp_path: Path) -> None:
    with two(tmp_path) as (first, second):
        first.app.send(b"run echo one-$((1+1))\r")
        for shown in (first, second):
            shown.until("May this run?")
        second.watch(1.0)  # the silence that the panel asks for
        second.app.send(b"y")
        for shown in (second, first):
            shown.until(lambda text: "one-2" in text and "May this run?" not in text)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_detaches_and_the_session_goes_on(number: signal.Signals, tmp_path: Path) -> None:
    with two(tmp_path) as (first, second):
        os.kill(second.app.pid, number)
        assert second.end() == 128 + number
        second.assert_restored()
        first.app.send(b"hello\r")
        first.until(lambda text: "with --model NAME." in text and "· ready" in text)
