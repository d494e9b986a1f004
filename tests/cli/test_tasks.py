"""`pygent tasks`: how the tasks of a session stand, and what is asked of them, each answer and refusal as the session gives it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pygent_engine import Runtime
from pygent_engine.cli import main
from pygent_engine.cli.tasks_table import table
from pygent_engine.control import serve
from pygent_engine.events import (
    ApplyTask,
    CallStarted,
    CancelTask,
    ChangesApplied,
    ChangesFound,
    ChangesListed,
    ChangesTakenBack,
    DiffTask,
    Event,
    MessageSent,
    MessageTask,
    PauseTask,
    RemoveTask,
    ResumeTask,
    RetryTask,
    SessionClosed,
    Steered,
    StepStarted,
    SubmitPrompt,
    TaskCreated,
    TaskEnded,
    TaskOp,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
    TextDelta,
    UnapplyTask,
    Warned,
)
from pygent_engine.task_fold import book
from pygent_engine.task_values import ApplyReport, FileChange, TaskState, TaskView
from pygent_engine.values import UNLIMITED, FileDiff, Limits, ToolCall, Usage
from tests.support.agents import Recorder, bash, calls
from tests.support.played_session import PlayedSession
from tests.support.sessions import Sessions
from tests.support.terminal import terminal
from tests.tasks.team import Team

DIFF = FileDiff("a.txt", "modified", "@@ -1,1 +1,1 @@\n-one\n+two\n", 1, 1)
CHANGES = (FileChange("a.txt", "modified", diff=DIFF), FileChange("logs/", "added", ignored=True, files=3))
TWO = "Docs \x1b[31m of everything that there is to be known"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder of a user who runs nothing yet."""
    for name in ("run", "work", "home"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


@pytest.fixture
def session(here: Path) -> Iterator[PlayedSession]:
    """A session with two tasks at work, on offer."""
    session = PlayedSession("12ab", str(here))
    for task, title in (("task-1", "Tests"), ("task-2", TWO)):
        session.post(TaskCreated(title, f"do {title}", None, "tiny", "main", "local", limits=Limits(steps=20)), task)
        session.post(TaskStateChanged(TaskState.starting), task)
        session.post(TaskStateChanged(TaskState.running), task)
        session.post(StepStarted(1), task)
        session.post(CallStarted(ToolCall(f"{task}/c1", "bash", "{}"), "make test"), task)
        session.post(ChangesFound(2, ("a.txt", "b.txt") if task == "task-1" else ("b.txt", "c.txt")), task)
    session.post(TextDelta("wor"), "task-1")
    session.post(TextDelta("king"), "task-1")
    offered = serve(session)
    yield session
    offered.close()


def views(session: PlayedSession) -> list[TaskView]:
    return list(book(session.subscribe().drain(0)).values())


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output, standard error of `pygent tasks ...`."""
    code = main(["tasks", *arguments])
    return (code, *capsys.readouterr())


# ---------------------------------------------------------------- wrong input


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["stop", "1"], "pygent tasks knows no command 'stop'; there are: list, show, cancel, message, pause, resume, retry, diff, apply,"),
        (["show"], "Name the task, as in: pygent tasks show task-1; pygent tasks lists them."),
        (["cancel", ""], "Name the task, as in: pygent tasks cancel task-1; pygent tasks lists them."),
        (["cancel", "1", "2"], "pygent tasks cancel takes one task; '2' is too much."),
        (["list", "1"], "pygent tasks list takes no argument; of one task tells: pygent tasks show 1."),
        (["message", "1"], "A message is one text in quotes, as in: pygent tasks message task-1 'TEXT'."),
        (["message", "1", "two", "words"], "A message is one text in quotes, as in: pygent tasks message task-1 'TEXT'."),
        (["message", "1", "  "], "A message is one text in quotes, as in: pygent tasks message task-1 'TEXT'."),
        (["cancel", "1", "--clean"], "--clean belongs to: pygent tasks retry ID."),
        (["show", "1", "--model", "x"], "--model belongs to: pygent tasks retry ID."),
        (["show", "1", "--foo"], "unknown flag --foo; pygent tasks --help says more."),
        (["show", "1", "--session", "zz"], "There is no running session zz; pygent attach --list tells which there are."),
        (["show", "9"], "The session 12ab has no task task-9; its tasks: task-1, task-2."),
        (["show", "x\x1b"], "The session 12ab has no task x\N{SYMBOL FOR ESCAPE}; its tasks: task-1, task-2."),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(
    session: PlayedSession, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    code, out, err = ran(capsys, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"pygent: {sentence}")
    assert session.ops == []


def test_without_a_session_that_is_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ran(capsys) == (2, "", "pygent: No session is running; pygent starts one.\n")


def test_of_several_sessions_elsewhere_one_must_be_named(
    session: PlayedSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = serve(PlayedSession("99ff", "/elsewhere"))
    try:
        assert ran(capsys, "show", "1")[0] == 0  # the newest of this folder is meant
        assert ran(capsys, "--session", "99") == (0, "The session 99ff has no delegated tasks.\n", "")
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(tmp_path)
            code, out, err = ran(capsys)
    finally:
        other.close()
    first, *rest = err.splitlines()
    assert (code, out) == (2, "")
    assert first == "pygent: Several sessions run, none of them in this folder; name one, as in: pygent tasks --session ID"
    assert {line.split()[1] for line in rest} == {"12ab", "99ff"}


# ---------------------------------------------------------------- what is there


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


# ---------------------------------------------------------------- what is asked


def answering(session: PlayedSession, *events: Event, task: str = "task-1") -> threading.Thread:
    """Posts `events` once an op has come."""

    def work() -> None:
        session.wait_for_ops(1)
        for event in events:
            session.post(event, task)

    thread = threading.Thread(target=work)
    thread.start()
    return thread


RETRIED = TaskRetried("again", None, "other", UNLIMITED, clean=True)


@pytest.mark.parametrize(
    ("arguments", "op", "answer", "said"),
    [
        (["cancel", "1"], CancelTask("task-1"), TaskEnded(TaskState.cancelled, "cancelled", "", 1, Usage()), "task-1 is cancelled."),
        (["message", "1", "be quick"], MessageTask("task-1", "be quick"), MessageSent("be quick"), "task-1 reads it before its next step."),
        (["pause", "1"], PauseTask("task-1"), TaskPausing(), "task-1 pauses before its next step."),
        (["retry", "1"], RetryTask("task-1"), RETRIED, "task-1 is queued again."),
        (
            ["retry", "--clean", "--model", "other", "task-1", "--prompt", "again", "--persona", "Ada"],
            RetryTask("task-1", "clean", "again", "other", "Ada"),
            RETRIED,
            "task-1 is queued again.",
        ),
        (["unapply", "1"], UnapplyTask("task-1"), ChangesTakenBack(ApplyReport(("a.txt",))), "Took back 1 file of task-1.\n  a.txt"),
        (["apply", "1"], ApplyTask("task-1"), ChangesApplied(ApplyReport(("a", "b"))), "Applied 2 files of task-1.\n  a\n  b"),
        (["apply", "1", "a"], ApplyTask("task-1", ("a",)), ChangesApplied(ApplyReport(("a",))), "Applied 1 file of task-1.\n  a"),
        (["remove", "1"], RemoveTask("task-1"), TaskRemoved(), "task-1 is forgotten, and its files are deleted."),
        (
            ["diff", "1"],
            DiffTask("task-1"),
            ChangesListed(CHANGES),
            "--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-one\n+two\n# added: logs/ (3 files, ignored by git)",
        ),
        (["diff", "1", "a.txt"], DiffTask("task-1"), ChangesListed(CHANGES), "--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-one\n+two"),
    ],
)
def test_an_op_is_sent_and_its_answer_is_told(
    session: PlayedSession, capsys: pytest.CaptureFixture[str], arguments: list[str], op: TaskOp, answer: Event, said: str
) -> None:
    other = answering(session, StepStarted(2), answer)
    assert ran(capsys, *arguments) == (0, f"{said}\n", "")
    other.join(20)
    assert session.ops == [op]


@pytest.mark.parametrize(
    ("before", "answer"),
    [(TaskStateChanged(TaskState.paused), TaskStateChanged(TaskState.queued)), (TaskPausing(), TaskPausing(False))],
)
def test_a_task_that_is_paused_or_about_to_be_goes_on(
    session: PlayedSession, capsys: pytest.CaptureFixture[str], before: Event, answer: Event
) -> None:
    session.post(before, "task-1")
    other = answering(session, answer)
    assert ran(capsys, "resume", "1") == (0, "task-1 goes on.\n", "")
    other.join(20)
    assert session.ops == [ResumeTask("task-1")]


def test_the_answer_for_another_task_is_none(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        session.wait_for_ops(1)
        session.post(MessageSent("be quick"), "task-2")
        session.post(Warned("not this one"), "main")
        session.post(Warned("refused"), "task-1")

    thread = threading.Thread(target=work)
    thread.start()
    assert ran(capsys, "message", "1", "be quick") == (1, "", "pygent: refused\n")
    thread.join(20)


def test_conflicts_are_shown_and_nothing_was_applied(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    clash = FileDiff("a.txt", "modified", "@@ -1,1 +1,3 @@\n one\n+=======\n+two\n", 2, 0)
    other = answering(session, ChangesApplied(ApplyReport((), ("a.txt",), (clash,))))
    code, out, err = ran(capsys, "apply", "1")
    other.join(20)
    assert (code, err) == (1, "")
    assert out.startswith("Nothing was changed, for these files conflict with what is there now:\n  a.txt\n--- a/a.txt\n+++ b/a.txt\n@@")


def test_a_path_that_was_not_changed_has_no_diff(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    other = answering(session, ChangesListed(CHANGES))
    assert ran(capsys, "diff", "1", "nothing") == (
        1,
        "",
        "pygent: task-1 did not change nothing; pygent tasks diff task-1 lists what it changed.\n",
    )
    other.join(20)


def test_a_session_that_ends_meanwhile_is_told(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    other = answering(session, SessionClosed(), task="main")
    assert ran(capsys, "pause", "1") == (1, "", "pygent: The session has ended.\n")
    other.join(20)


@pytest.mark.parametrize(
    ("verb", "event", "sentence"),
    [
        ("cancel", TaskEnded(TaskState.finished, "finished", "", 1, Usage()), "task-1 is over already: finished."),
        ("pause", TaskStateChanged(TaskState.paused), "task-1 is paused already; pygent tasks resume task-1 has it go on."),
        ("pause", TaskPausing(), "task-1 will be paused already; pygent tasks resume task-1 has it go on."),
        ("resume", StepStarted(2), "task-1 is not paused: it is running."),
    ],
)
def test_what_would_change_nothing_is_not_asked(
    session: PlayedSession, capsys: pytest.CaptureFixture[str], verb: str, event: Event, sentence: str
) -> None:
    session.post(event, "task-1")
    assert ran(capsys, verb, "1") == (1, "", f"pygent: {sentence}\n")
    assert session.ops == []


def test_as_json_the_answer_is_its_envelope_and_a_diff_its_changes(session: PlayedSession, capsys: pytest.CaptureFixture[str]) -> None:
    other = answering(session, TaskPausing())
    code, out, _ = ran(capsys, "pause", "1", "--json")
    other.join(20)
    answer = json.loads(out)
    assert (code, answer["task_id"], answer["type"], answer["on"]) == (0, "task-1", "TaskPausing", True)
    session.ops.clear()
    other = answering(session, ChangesListed(CHANGES))
    code, out, _ = ran(capsys, "diff", "1", "--json")
    other.join(20)
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["a.txt", "logs/"]


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


def views_of(recorder: Recorder) -> dict[str, TaskView]:
    return book(recorder.envelopes)
