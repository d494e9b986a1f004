"""Leaving the installed `pygent`, interrupting it, and starting it where there is no terminal."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.support.terminal import DEADLINE_S, Terminal, pygent, terminal

FLAGS = ("--scratch", "--model", "demo", "--no-docker", "--no-confirm-bash")
_REFUSED = "The app needs a terminal; `pygent run PROMPT` works without one.\n"


def left(shown: Terminal, marker: str) -> bool:
    """Whether a process of this test still runs `marker`."""
    mine = str(shown.app.pid)
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdigit() and entry.name != mine else b""
        except OSError:  # it has just ended
            continue
        if marker.encode() in words:
            return True
    return False


def test_ctrl_c_interrupts_the_turn_and_never_ends_the_app(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        shown.app.send(b" !sleep 300\r")
        shown.until("running: sleep 300")
        for _ in range(5):
            shown.app.send(b"\x03")
        shown.until(lambda text: "Interrupted" in text and "· ready" in text)
        for _ in range(5):
            shown.app.send(b"\x03")
        shown.app.send(b"still here")
        shown.until("still here")


def test_quitting_with_a_task_that_runs_asks_and_then_leaves_nothing_behind(tmp_path: Path) -> None:
    marker = f"sleep {300 + os.getpid() / 1_000_000:.6f}"
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("LOCAL")
        shown.app.send(f" delegate run {marker}\r".encode())
        shown.until(lambda text: "1 working" in text and left(shown, marker.split()[1]))
        shown.app.send(b"\x11")
        shown.until("Quit Pygent?")
        shown.app.send(b"\r")
        shown.until(lambda text: "Quit Pygent?" not in text)
        shown.app.send(b"\x11")
        shown.until("Quit Pygent?")
        shown.app.send(b"y")
        assert shown.end() == 0
        shown.assert_restored()
        assert not left(shown, marker.split()[1])


def test_a_pipe_gets_a_sentence_and_no_escape_byte_from_the_app_and_from_attach(tmp_path: Path) -> None:
    with terminal(tmp_path, *FLAGS) as shown:
        shown.until("· ready")
        environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm-256color"}
        for argv in (("--scratch", "--model", "demo"), ("attach",)):
            done = subprocess.run(
                [*pygent(), *argv], cwd=tmp_path, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE_S
            )
            assert (done.returncode, done.stdout, done.stderr) == (2, "", _REFUSED)
