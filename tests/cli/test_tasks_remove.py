"""`pygent tasks remove`: what nobody applied goes only with a yes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent_engine.events import ChangesApplied, FileCollected, RemoveTask, TaskEnded, TaskRemoved
from pygent_engine.task_values import ApplyReport, TaskState
from pygent_engine.values import Usage
from tests.support.played_session import PlayedSession
from tests.support.terminal import terminal

from .on_offer import answering, ran

ENDED = TaskEnded(TaskState.finished, "finished", "", 1, Usage())
LOST = "2 changed files of task-1 “Tests” were not applied, and would be lost."
WAYS = "pygent tasks apply task-1 keeps what it changed, pygent tasks remove task-1 --yes deletes it."


def test_without_a_terminal_work_that_nobody_applied_is_kept_and_the_ways_are_told(
    session: PlayedSession, capsys: pytest.CaptureFixture[str]
) -> None:
    session.post(ENDED, "task-1")
    assert ran(capsys, "remove", "1") == (1, "", f"pygent: {LOST} {WAYS}\n")
    assert session.ops == []


def test_with_a_flag_it_goes_unasked(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    session.post(ENDED, "task-1")
    other = answering(session, TaskRemoved())
    assert ran(capsys, "remove", "1", "--yes") == (0, "task-1 is forgotten, and its files are deleted.\n", "")
    other.join(20)
    assert session.ops == [RemoveTask("task-1")]


def test_what_was_applied_or_copied_is_not_lost(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    for event in (ENDED, ChangesApplied(ApplyReport(("a.txt",))), FileCollected("b.txt", "b.txt")):
        session.post(event, "task-1")
    other = answering(session, TaskRemoved())
    assert ran(capsys, "remove", "1")[0] == 0
    other.join(20)


def test_one_file_is_told_as_one(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    for event in (ENDED, ChangesApplied(ApplyReport(("a.txt",)))):
        session.post(event, "task-1")
    assert ran(capsys, "remove", "1")[2].startswith("pygent: 1 changed file of task-1 “Tests” was not applied, and would be lost.")


@pytest.mark.parametrize("answer", ["", "n", "yellow"])
def test_on_a_terminal_any_answer_but_yes_keeps_it(session: PlayedSession, tmp_path: Path, answer: str) -> None:
    session.post(ENDED, "task-1")
    with terminal(tmp_path, "tasks", "remove", "1", environ={"XDG_RUNTIME_DIR": str(tmp_path / "run")}) as screen:
        screen.until("[y/N]")
        assert f"pygent: {LOST} Delete it all the same? [y/N]" in " ".join(screen.text.split())
        screen.app.send(f"{answer}\n".encode())
        assert screen.end() == 1
    assert session.ops == []


@pytest.mark.parametrize("answer", ["y", "Yes"])
def test_on_a_terminal_a_yes_lets_it_go(session: PlayedSession, tmp_path: Path, answer: str) -> None:
    session.post(ENDED, "task-1")
    other = answering(session, TaskRemoved())
    with terminal(tmp_path, "tasks", "remove", "1", environ={"XDG_RUNTIME_DIR": str(tmp_path / "run")}) as screen:
        screen.until("[y/N]")
        screen.app.send(f"{answer}\n".encode())
        assert screen.end() == 0
    other.join(20)
    assert session.ops == [RemoveTask("task-1")]


def test_the_end_of_input_is_a_no(session: PlayedSession, tmp_path: Path) -> None:
    session.post(ENDED, "task-1")
    with terminal(tmp_path, "tasks", "remove", "1", environ={"XDG_RUNTIME_DIR": str(tmp_path / "run")}) as screen:
        screen.until("[y/N]")
        screen.app.send(b"\x04")
        assert screen.end() == 1
    assert session.ops == []
