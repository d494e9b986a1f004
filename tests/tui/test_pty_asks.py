"""Approvals of the installed `pygent` in a real terminal: nothing runs by accident, and nothing hides in what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.terminal import terminal

FLAGS = ("--model", "demo", "--no-docker")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"  # the home folder itself is none
    folder.mkdir()
    return folder


def pasted(text: str) -> bytes:
    return b"\x1b[200~" + text.encode() + b"\x1b[201~"


def test_enter_mashed_while_an_approval_appears_runs_nothing(tmp_path: Path, workspace: Path) -> None:
    with terminal(tmp_path, *FLAGS, str(workspace)) as shown:
        shown.until("LOCAL")
        shown.app.send(b" !touch ran\r")
        for _ in range(60):
            shown.app.send(b"\r")
            shown.watch(0.05)
        shown.until(lambda text: "May this run?" in text or "did not allow" in text)
        assert not (workspace / "ran").exists()


def test_a_padded_command_is_seen_to_its_end_and_what_runs_is_what_was_seen(tmp_path: Path, workspace: Path) -> None:
    command = " !echo [bold]one[/]" + " " * 300 + "; echo hid-$((1+1))" + "\n" * 60 + "echo a\u00a0b > made"
    with terminal(tmp_path, *FLAGS, str(workspace)) as shown:
        shown.until("LOCAL")
        shown.app.send(pasted(command))
        shown.until("paste 1: 61 lines")
        shown.app.send(b"\r")
        shown.until("May this run?")
        parts = ("echo [bold]one[/]·300 blanks·; echo hid-$((1+1))", "⋮ 59 empty lines ⋮", "echo a\\xa0b > made")
        shown.until(lambda text: all(part in text for part in parts))
        assert "hid-2" not in shown.text
        shown.watch(1.0)  # the silence that the panel asks for
        shown.app.send(b"y")
        shown.until("hid-2")
        shown.until("· ready")
        assert (workspace / "made").read_text() == "a\u00a0b\n"


def test_a_yes_to_a_prefix_lets_the_next_such_command_run_and_no_other(tmp_path: Path, workspace: Path) -> None:
    (workspace / "seen-by-ls").touch()
    with terminal(tmp_path, *FLAGS, str(workspace)) as shown:
        shown.until("LOCAL")
        shown.app.send(b" !ls -a\r")
        shown.until("every `ls …` this session")
        shown.watch(1.0)  # as above
        shown.app.send(b"p")
        shown.until(lambda text: "seen-by-ls" in text and "· ready" in text)
        shown.app.send(b" !ls -l; touch ran\r")
        shown.until("May this run?")
        shown.watch(1.0)  # as above
        shown.app.send(b"\x1b")
        shown.until("· ready")
        (workspace / "seen-later").touch()
        shown.app.send(b" !ls -1\r")
        shown.until(lambda text: "seen-later" in text and "· ready" in text and "May this run?" not in text)
        assert not (workspace / "ran").exists()
