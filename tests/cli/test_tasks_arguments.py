"""`pygent tasks` with wrong input: one sentence with the way out, and nothing is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent_engine.control import serve
from tests.support.played_session import PlayedSession

from .on_offer import ran


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["stop", "1"], "pygent tasks knows no command 'stop'; there are: list, show, start, cancel, message, pause, resume, retry,"),
        (["show"], "Name the task, as in: pygent tasks show task-1; pygent tasks lists them."),
        (["cancel", ""], "Name the task, as in: pygent tasks cancel task-1; pygent tasks lists them."),
        (["cancel", "1", "2"], "pygent tasks cancel takes one task; '2' is too much."),
        (["list", "1"], "pygent tasks list takes no argument; of one task tells: pygent tasks show 1."),
        (["message", "1"], "A message is one text in quotes, as in: pygent tasks message task-1 'TEXT'."),
        (["message", "1", "two", "words"], "A message is one text in quotes, as in: pygent tasks message task-1 'TEXT'."),
        (["message", "1", "  "], "A message is one text in quotes, as in: pygent tasks message task-1 'TEXT'."),
        (["cancel", "1", "--clean"], "--clean belongs to: pygent tasks retry."),
        (["show", "1", "--model", "x"], "--model belongs to: pygent tasks start or retry."),
        (["message", "1", "x", "--files", "a", "b"], "--files belongs to: pygent tasks start."),
        (["retry", "1", "--steps", "9"], "--steps belongs to: pygent tasks start or limits."),
        (["start"], "A prompt is one text in quotes, as in: pygent tasks start 'PROMPT'."),
        (["start", " "], "A prompt is one text in quotes, as in: pygent tasks start 'PROMPT'."),
        (["start", "two", "words"], "A prompt is one text in quotes, as in: pygent tasks start 'PROMPT'."),
        (["start", "x", "--files"], "--files: expected at least one argument; pygent tasks --help says more."),
        (["start", "x", "--steps", "0"], "--steps: '0' is not a whole number above 0."),
        (["start", "x", "--steps", "none"], "--steps: 'none' is not a whole number above 0."),
        (["start", "x", "--steps", "\N{SUPERSCRIPT TWO}"], "--steps: '\N{SUPERSCRIPT TWO}' is not a whole number above 0."),
        (["limits", "1", "--tokens", "1.5"], "--tokens: '1.5' is not a whole number above 0, or none."),
        (["limits", "1", "--seconds", "inf"], "--seconds: 'inf' is not a number above 0, or none."),
        (["limits", "1", "--seconds", "1.5.5"], "--seconds: '1.5.5' is not a number above 0, or none."),
        (["limits", "1", "--seconds", "."], "--seconds: '.' is not a number above 0, or none."),
        (["limits", "1", "--tokens", "9" * 5000], "--tokens: '999"),
        (["limits", "1"], "Say what it may spend in all, as in: pygent tasks limits task-1 --steps 40."),
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
