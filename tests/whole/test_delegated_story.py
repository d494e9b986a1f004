"""The whole story of delegated tasks by keys alone: the installed `pygent` in a real terminal, over a scripted host.

Three tasks are delegated; one is answered in the inbox, one is written to, one is cancelled; the changes of one are seen and taken
over, and those of another, which conflict with them, are not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.story import BASE, PROMPT, SHARED, StoryTeller
from tests.support.terminal import Terminal, terminal

WORD = "keep it short"
F2, ALT_A, ESCAPE, CTRL_Q = b"\x1bOQ", b"\x1ba", b"\x1b", b"\x11"


@pytest.fixture
def host() -> Iterator[StoryTeller]:
    with contextlib.closing(StoryTeller()) as started:
        yield started


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / SHARED).write_text(BASE)
    return folder


def to_row(shown: Terminal, number: int) -> None:
    """The cursor of the board on its row with that number, of which the strip below tells."""
    shown.app.send(str(number).encode())
    shown.until(f" task-{number} ·")


def delegate_and_answer(shown: Terminal) -> None:
    shown.until("LOCAL")
    shown.app.send(f"{PROMPT}\r".encode())
    shown.until(lambda text: "They are at work." in text and "May this run?" in text)
    shown.app.send(ALT_A)
    shown.until("Alt+A back")
    shown.watch(1.0)  # the silence that the panel asks for
    shown.app.send(b"y")
    shown.until("task-1 finished: asks first")


def write_and_cancel(shown: Terminal, host: StoryTeller) -> None:
    shown.app.send(F2)
    shown.until(lambda text: "last action" in text and "! task-2" in text)  # both changed the file
    to_row(shown, 2)
    shown.app.send(b"m")
    shown.until("Write to task-2")
    shown.app.send(f"{WORD}\r".encode())
    shown.until("reads it at its next step.")
    host.listened.set()
    shown.until("Two is written, as I was told.")
    to_row(shown, 3)
    shown.app.send(b"x")
    shown.until("Cancel this task?")
    shown.app.send(b"y")
    shown.until("■ cancelled task-3 ·")


def see_and_apply(shown: Terminal) -> None:
    to_row(shown, 1)
    shown.app.send(b"D")
    shown.until(lambda text: "! also task-2" in text and "+ the line of one" in text)
    shown.app.send(b"A")
    shown.until("Another task changed this too")
    shown.app.send(b"y")
    shown.until(f"Applied to the workspace: {SHARED}.")
    shown.app.send(ESCAPE)
    shown.until("last action")


def apply_what_conflicts(shown: Terminal) -> None:
    to_row(shown, 2)
    shown.app.send(b"A")
    shown.until("A applies all of it to the workspace")
    shown.app.send(b"A")
    shown.until(f"Nothing was applied: {SHARED} changed here too.")
    shown.until(lambda text: "<<<<<<< this workspace" in text and "+ the line of two" in text)


def test_three_are_delegated_answered_written_to_cancelled_merged_and_a_conflict_is_shown(
    tmp_path: Path, workspace: Path, host: StoryTeller
) -> None:
    variables = {"OPENAI_BASE_URL": host.url, "OPENAI_API_KEY": "sk-story", "PYGENT_MODEL": "storyteller"}
    with terminal(tmp_path, "--no-docker", str(workspace), environ=variables) as shown:
        delegate_and_answer(shown)
        write_and_cancel(shown, host)
        assert host.heard == [WORD]
        see_and_apply(shown)
        merged = BASE.replace("line of all", "line of one")
        assert (workspace / SHARED).read_text() == merged
        apply_what_conflicts(shown)
        assert (workspace / SHARED).read_text() == merged
        shown.app.send(ESCAPE)
        shown.until("last action")
        shown.app.send(F2)
        shown.until("· ready")
        shown.app.send(CTRL_Q)
        shown.until("would be lost.")  # what conflicts
        shown.app.send(b"y")
        assert shown.end() == 0
        shown.assert_restored()
    assert [path.name for path in workspace.iterdir()] == [SHARED]
