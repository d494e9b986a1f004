"""An apply whose program is gone in the middle: the next session on the workspace takes it back and says so, and so does the next apply."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine import ApplyReport, Settings
from pygent_engine.events import ChangesApplied, Warned
from pygent_engine.settings import journals_folder
from tests.support.agents import DEADLINE_S
from tests.support.handing import Content, content, fill
from tests.support.sessions import Sessions

from .hall import Hall

ROOT = Path(__file__).parents[2]
BEFORE: Content = {"a": b"1\n", "b": b"1\n", "gone": b"1\n"}
AFTER: Content = {"a": b"2\n", "b": b"2\n", "new/c": b"2\n"}
APPLIED = "Pygent ended in the middle of applying what task-1 changed; that was undone, and nothing of it is in this folder."
TAKEN_BACK = "Pygent ended in the middle of taking back what task-1 changed; that was undone, and all of it is in this folder still."
_PROGRAM = """
import os, signal, sys
from itertools import count
from pathlib import Path
from pygent_engine import Runtime
from pygent_engine.tasks.handover import Handover, private_store
from tests.support.handing import fill
from tests.tasks.test_unfinished import AFTER

folder, *before, last = sys.argv[1:]
task = Runtime(use_docker=False)
task.task_id = "task-1"
handover = Handover(private_store(), task, Runtime(use_docker=False, workspace=folder), ["."])
handover.begin()
fill(task.base_dir, AFTER)
(task.base_dir / "gone").unlink()
for deed in before:
    getattr(handover, deed)()
places = count(1)
def die(event, arguments):
    if event == "os.rename" and ".pygent-" in str(arguments[0]) and next(places) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(die)
getattr(handover, last)()
"""


@pytest.fixture(autouse=True)
def fresh_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield
    assert not journals_folder().exists()


def cut_off(folder: Path, *deeds: str) -> None:
    """Do that in the workspace, in a program that is killed in the middle of the last deed."""
    fill(folder, BEFORE)
    run = [sys.executable, "-c", _PROGRAM, str(folder), *deeds]
    ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (-signal.SIGKILL, "")
    assert content(folder) not in (BEFORE, AFTER)
    assert journals_folder().is_dir()


@pytest.mark.parametrize("interactive", [True, False])
def test_the_next_session_takes_it_back_and_says_so_first(sessions: Sessions, interactive: bool) -> None:
    cut_off(sessions.folder, "apply")
    _, recorder = sessions.open([], interactive=interactive, settings=Settings(use_docker=False))
    assert recorder.wait_for(Warned) == Warned(APPLIED)
    assert content(sessions.folder) == BEFORE


def test_what_was_taken_back_in_part_is_applied_again(sessions: Sessions) -> None:
    cut_off(sessions.folder, "apply", "unapply")
    _, recorder = sessions.open([])
    assert recorder.wait_for(Warned) == Warned(TAKEN_BACK)
    assert content(sessions.folder) == AFTER


def test_a_session_elsewhere_says_nothing_of_it(sessions: Sessions, tmp_path: Path) -> None:
    cut_off(tmp_path / "other", "apply")
    session, recorder = sessions.open([])
    session.close(DEADLINE_S)
    assert recorder.of(Warned) == []
    sessions.folder = tmp_path / "other"
    sessions.open([])[1].wait_for(Warned)


def test_an_apply_takes_it_back_first(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done")
    task_id = manager.start_task("do", hall.runtime)
    place = Path(manager.wait(task_id, DEADLINE_S).workspace)
    fill(place, {"mine": b"mine\n"})
    cut_off(hall.runtime.base_dir, "apply")
    assert manager.apply(task_id).applied == ("mine",)
    assert content(hall.runtime.base_dir) == {**BEFORE, "mine": b"mine\n"}
    assert hall.recorder.of(Warned, ChangesApplied) == [Warned(APPLIED), ChangesApplied(ApplyReport(applied=("mine",)))]
