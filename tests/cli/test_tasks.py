"""`pygent tasks`: how the tasks of a session stand, and two tasks led to their end from another terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pygent_engine import Runtime
from pygent_engine.cli.tasks_table import table
from pygent_engine.control import serve
from pygent_engine.events import (
    CallStarted,
    Steered,
    SubmitPrompt,
    TaskEnded,
    TaskStateChanged,
)
from pygent_engine.task_fold import book
from pygent_engine.task_values import TaskState, TaskView
from pygent_engine.values import Usage
from tests.support.agents import Recorder, bash, calls
from tests.support.played_session import PlayedSession
from tests.support.sessions import Sessions
from tests.support.terminal import terminal
from tests.tasks.team import Team

from .on_offer import TWO, ran, views


def test_the_tasks_are_listed_whole_where_no_terminal_is(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ran(capsys)
    assert (code, err) == (0, "")
    head, one, two = out.splitlines()
    assert head.split() == ["ID", "STATE", "TITLE", "STEPS", "TOKENS", "FILES", "TIME", "LAST"]
    assert one.split()[0] == "task-1" and " Tests " in one and " 1/20 " in one and " 2 !task-2 " in one and one.endswith("make test")
    assert TWO.replace("\x1b", "\N{SYMBOL FOR ESCAPE}") in two and "\x1b" not in out


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_the_table_fits_the_terminal_and_keeps_what_matters(session: PlayedSession, width: int) -> None:
    lines = table(views(session), 1010.0, width).splitlines()
    assert max(map(len, lines)) <= width
    assert [line.split()[0] for line in lines] == ["ID", "task-1", "task-2"]
    assert width < 40 or "running" in lines[1]


def test_wide_letters_take_two_cells_of_the_table(session: PlayedSession) -> None:
    one, two = (replace(view, title=title) for view, title in zip(views(session), ("設定" * 30, "x" * 60), strict=True))
    _, wide, narrow = table([one, two], 1010.0, 80).splitlines()
    before = wide[: wide.index("1/20")]
    assert len(before) + before.count("設") + before.count("定") == narrow.index("1/20")


def test_in_a_terminal_the_table_is_as_wide_as_it_is(session: PlayedSession, tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path / "run")}
    with terminal(tmp_path, "tasks", columns=50, environ=environ) as screen:
        assert screen.end() == 0
    lines = screen.raw.decode().split("\r\n")
    assert [line.split()[0] for line in lines if line] == ["ID", "task-1", "task-2"]
    assert 40 < max(map(len, lines)) <= 50 and "…" in lines[2]


def test_a_task_without_a_sign_of_life_is_called_stalled(session: PlayedSession) -> None:
    assert "stalled 490 s" in table(views(session)[:1], views(session)[0].active_at + 490, 120)


def test_as_json_each_task_is_an_object_in_the_form_of_the_wire(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = ran(capsys, "--json")
    listed = [json.loads(line) for line in out.splitlines()]
    assert (code, [task["id"] for task in listed], listed[0]["state"]) == (0, ["task-1", "task-2"], "running")
    assert listed[0]["limits"] == {"steps": 20, "tokens": None, "seconds": None, "step_seconds": None}
    assert listed[1]["changed"] == ["b.txt", "c.txt"]
    assert json.loads(ran(capsys, "show", "2", "--json")[1]) == listed[1]


def test_one_task_is_shown_in_full(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    session.post(TaskEnded(TaskState.failed, "failed: no model", "no model", 1, Usage(10, 2)), "task-1")
    code, out, _ = ran(capsys, "show", "1")
    lines = out.splitlines()
    assert (code, lines[0]) == (0, "task-1")
    facts = {line[2:18].strip(): line[19:] for line in lines[1:] if line[2:18].strip()}
    assert facts["state:"] == "failed: no model"
    assert (facts["steps:"], facts["tokens:"], facts["last:"]) == ("1/20", "12", "make test")
    assert (facts["changed:"], facts["also changed by:"]) == ("a.txt", "task-2")


# ---------------------------------------------------------------- with a session that works


WAIT = "for n in $(seq 1200); do [ -e go ] && exit; sleep 0.05; done"


def test_two_tasks_at_work_are_led_to_their_end_from_another_terminal(
    here: Path, sessions: Sessions, capsys: pytest.CaptureFixture[str]
) -> None:
    """Message, pause and resume one, cancel the other, then diff, apply, take back, retry and remove."""
    both = calls(("delegate_task", {"prompt": "one", "files": ["a.txt"]}), ("delegate_task", {"prompt": "two"}))
    team = Team([both, "off they go"], one=[bash(f"echo two >> a.txt; {WAIT}"), bash("true"), "done", "again"], two=[bash(WAIT), "done"])
    runtime = Runtime(use_docker=False, workspace=here)
    runtime.write_file("a.txt", "one\n")
    session, recorder = sessions.over(runtime, [], model=team)
    offered = serve(session)
    try:
        session.send(SubmitPrompt("go"))
        recorder.wait_for(CallStarted, lambda event: event.call.id.startswith("task-1/"))
        recorder.wait_for(CallStarted, lambda event: event.call.id.startswith("task-2/"))
        assert [line.split()[:2] for line in ran(capsys)[1].splitlines()[1:]] == [["task-1", "running"], ["task-2", "running"]]
        assert ran(capsys, "message", "1", "be quick")[0] == 0
        assert ran(capsys, "pause", "1")[0] == 0
        assert ran(capsys, "remove", "1")[0] == 1
        assert ran(capsys, "cancel", "2") == (0, "task-2 is cancelled.\n", "")
        (Path(views_of(recorder)["task-1"].workspace) / "go").touch()
        recorder.wait_for(TaskStateChanged, lambda event: event.state is TaskState.paused)
        assert ran(capsys, "resume", "1") == (0, "task-1 goes on.\n", "")
        recorder.wait_for(TaskEnded, lambda event: event.state is TaskState.finished)
        assert [event.text for event in recorder.events("task-1") if isinstance(event, Steered)] == ["be quick"]
        assert ran(capsys, "diff", "1", "a.txt") == (0, "--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,2 @@\n one\n+two\n", "")
        assert ran(capsys, "apply", "1", "a.txt") == (0, "Applied 1 file of task-1.\n  a.txt\n", "")
        assert runtime.read_file("a.txt") == "one\ntwo\n"
        assert ran(capsys, "apply", "1", "a.txt")[1] == "Nothing new of task-1 was there to apply.\n  a.txt (was so already)\n"
        assert ran(capsys, "unapply", "1") == (0, "Took back 1 file of task-1.\n  a.txt\n", "")
        runtime.write_file("a.txt", "mine\n")
        assert ran(capsys, "apply", "1", "a.txt")[0] == 1
        assert runtime.read_file("a.txt") == "mine\n"
        assert ran(capsys, "retry", "1", "--prompt", "once more") == (0, "task-1 is queued again.\n", "")
        recorder.wait_for(TaskEnded, lambda _: len(recorder.of(TaskEnded)) == 3)
        assert json.loads(ran(capsys, "show", "1", "--json")[1])["answer"] == "again"
        assert ran(capsys, "remove", "2") == (0, "task-2 is forgotten, and its files are deleted.\n", "")
        assert [line.split()[0] for line in ran(capsys)[1].splitlines()] == ["ID", "task-1"]
    finally:
        offered.close()
        session.close()
        runtime.cleanup()


def test_a_task_is_started_and_limited_from_another_terminal(here: Path, sessions: Sessions, capsys: pytest.CaptureFixture[str]) -> None:
    runtime = Runtime(use_docker=False, workspace=here)
    runtime.write_file("a.txt", "one\n")
    session, recorder = sessions.over(runtime, [], model=Team([], work=[bash("cat a.txt"), bash("cat a.txt"), "done"]))
    offered = serve(session)
    try:
        assert ran(capsys, "start", "work", "--files", "none.txt")[::2] == (1, "pygent: none.txt: No such file or directory.\n")
        assert ran(capsys, "start", "work", "--persona", "Ada")[2].startswith("pygent: There is no persona 'Ada'; there are: ")
        assert ran(capsys, "start", "work", "--files", "a.txt", "--title", "Mine", "--steps", "1") == (0, "task-1\n", "")
        recorder.wait_for(TaskStateChanged, lambda event: event.state is TaskState.paused)
        assert ran(capsys, "limits", "1", "--steps", "none", "--tokens", "9000") == (0, "task-1 may spend 9000 tokens in all.\n", "")
        assert ran(capsys, "resume", "1")[0] == 0
        assert recorder.wait_for(TaskEnded).state is TaskState.finished
        assert ran(capsys, "limits", "1", "--steps", "5")[0] == 1
        view = views_of(recorder)["task-1"]
        assert (view.title, view.files, view.limits.tokens, view.steps) == ("Mine", ("a.txt",), 9000, 3)
    finally:
        offered.close()
        session.close()
        runtime.cleanup()


def views_of(recorder: Recorder) -> dict[str, TaskView]:
    return book(recorder.envelopes)
