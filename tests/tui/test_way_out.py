"""Every way out has a deadline: of an app whose terminal is gone or takes nothing more, and of one that stands still."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.support.terminal import Terminal, terminal

FLAGS = ("--scratch", "--model", "demo", "--no-docker", "--no-confirm-bash")
# Each line is painted, so that much waits for a terminal that reads nothing.
LINES = b"!i=0; while :; do i=$((i+1)); echo line $i of many; sleep 0.002; done\r"
DEADLINE_S = 60.0  # five seconds on a machine that does nothing else


@contextmanager
def painting(tmp_path: Path, *, controlling: bool = True) -> Iterator[Terminal]:
    """An app that paints without end."""
    with terminal(tmp_path, *FLAGS, controlling=controlling) as shown:
        shown.until("LOCAL")
        shown.app.send(LINES)
        shown.until(prints)
        yield shown


def prints(text: str) -> bool:
    """Whether lines are painted, and not just the command that prints them."""
    return re.search(r"line \d+ of many", text) is not None


def until_it_waits(pid: int) -> None:
    """Until the UI's thread uses no processor any more, for it waits for the terminal."""
    end, before = monotonic() + 60, -1
    while (used := _ticks(pid)) != before:
        assert monotonic() < end, "the app never waited for its terminal"
        before = used
        sleep(0.5)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_sigterm_ends_an_app_whose_terminal_takes_nothing_more(tmp_path: Path) -> None:
    with painting(tmp_path) as shown:
        until_it_waits(shown.app.pid)
        os.kill(shown.app.pid, signal.SIGTERM)
        assert shown.app.wait_unread(DEADLINE_S) == 128 + signal.SIGTERM


@pytest.mark.parametrize("controlling", [True, False], ids=["its-own", "with-no-signal"])
def test_an_app_that_waits_for_its_terminal_ends_when_that_goes_away(controlling: bool, tmp_path: Path) -> None:
    with painting(tmp_path, controlling=controlling) as shown:
        until_it_waits(shown.app.pid)
        assert shown.app.hang_up(DEADLINE_S) == 128 + signal.SIGHUP


def test_an_app_at_rest_sees_its_terminal_go_without_a_signal(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS, controlling=False) as shown:
        shown.until("LOCAL")
        assert shown.app.hang_up(DEADLINE_S) == 128 + signal.SIGHUP


def test_a_terminal_that_reads_again_shows_what_there_is_and_is_left_clean(tmp_path: Path) -> None:
    with painting(tmp_path) as shown:
        until_it_waits(shown.app.pid)
        shown.forget()
        shown.until(prints)
        os.kill(shown.app.pid, signal.SIGTERM)
        assert shown.end() == 128 + signal.SIGTERM
        shown.assert_restored()


def test_an_app_that_stands_still_is_ended_by_a_signal_and_gives_the_terminal_back(tmp_path: Path) -> None:
    with terminal(tmp_path, program=(sys.executable, "-m", "tests.support.stuck_app")) as shown:
        shown.until("ready")
        shown.app.send(b"\x1b[20~")
        shown.until("stuck")
        os.kill(shown.app.pid, signal.SIGTERM)
        assert shown.end() == 128 + signal.SIGTERM
        shown.assert_restored()
        assert shown.raw.endswith(b"Pygent did not answer any more and was ended.\r\n")
