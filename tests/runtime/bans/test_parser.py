"""What no parser comes to an end with, and parsers that fail, leave a command undecided, and in time."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pygent_engine.runtime.bans.bans import Bans, Judgement
from pygent_engine.runtime.bans.judge import judge

BANNED = Judgement(banned="The command 'rm' is banned here.")


@pytest.mark.parametrize(
    "command",
    [
        "a" * 1_000_000,
        "echo " + "a " * 500_000,
        "a;" * 49_000,
        "(" * 99_000,
        "$(" * 49_000,
        "(" * 3_000 + "a" + ")" * 3_000,
        '"$(' * 20_000 + ')"' * 20_000,
        "`" * 99_999,
        "if a;then " * 9_000,
        "a && " * 9_000 + "a",
        "a | " * 9_000 + "a",
        "{" * 99_999,
        "x" + "{,}" * 30_000,
        "a[" * 40_000,
        "rm\0x",
        "rm \ud800",
        "eval " * 2_000 + "rm",
        "env " * 10_000 + "rm",
    ],
    ids=lambda command: f"{command[:8]!a}*{len(command)}",
)
def test_hostile_text_is_undecided_or_judged_within_the_deadline(command: str) -> None:
    started = time.monotonic()
    judgement = judge(command, ["rm"], ["vim"])
    assert judgement != Judgement() or "rm" not in command
    assert time.monotonic() - started < 8


def _deep(levels: int) -> str:
    text = "rm x"
    for _ in range(levels):
        text = f"sh -c {shlex.quote(text)}"
    return text


def test_a_script_within_too_many_scripts_is_undecided() -> None:
    assert judge(_deep(4), ["rm"], [], seconds=20) == BANNED
    assert judge("env " * 40 + "ls", ["rm"], []) == Judgement(undecided="it holds too many commands within commands.")
    many = "; ".join(f"sh -c 'echo {number}'" for number in range(60))
    assert judge(many, ["rm"], [], seconds=20) == Judgement(undecided="of a script in it, it holds too many scripts within scripts.")


# ---------------------------------------------------------------- the parser fails


@pytest.fixture
def own_parser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts a program in place of shfmt: a Python in a folder with nothing beside it, and a PATH of one folder."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(script: str) -> None:
        program = tmp_path / "shfmt"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    yield install


def test_without_the_parser_everything_is_undecided(own_parser: Callable[[str], None]) -> None:
    missing = "the shell parser shfmt, which reads commands, is not installed (pip install shfmt-py)."
    assert judge("ls", ["rm"], []) == Judgement(undecided=missing)


@pytest.mark.parametrize(
    ("script", "seconds", "says"),
    [
        ("kill -9 $$", 20, "the shell parser failed on it (exit code -9)."),
        ("exit 3", 20, "the shell parser failed on it (exit code 3)."),
        ("echo '1:1: \033[2J' >&2; exit 1", 20, "it cannot be parsed (1:1: \u241b[2J)."),
        ("while :; do echo flood; done", 1, "the shell parser did not come to an end with it."),
        ("/bin/sleep 60", 1, "the shell parser did not come to an end with it."),
        ("echo '{'", 20, "it is nested too deeply."),
        ("echo '[]'", 20, "the shell parser printed no tree."),
    ],
)
def test_a_parser_that_fails_leaves_it_undecided(own_parser: Callable[[str], None], script: str, seconds: float, says: str) -> None:
    own_parser(script)
    assert judge("ls", ["rm"], [], seconds) == Judgement(undecided=says)


def test_an_older_parser_is_not_believed(own_parser: Callable[[str], None]) -> None:
    own_parser("""echo '{"Stmts":[{"Cmd":{"Type":"BinaryCmd","Op":13,"X":{},"Y":{}}}]}'""")
    says = "the shell parser shfmt is too old (pip install --upgrade shfmt-py)."
    assert judge("a | sh", ["rm"], []) == Judgement(undecided=says)


# ---------------------------------------------------------------- remembered


def test_a_command_is_read_once_for_the_ask_and_the_run(own_parser: Callable[[str], None], tmp_path: Path) -> None:
    own_parser(f"echo x >> {tmp_path}/runs; echo '{{}}'")
    bans = Bans(["rm"], [])
    assert [bans.judge("ls"), bans.judge("ls")] == [Judgement(), Judgement()]
    assert (tmp_path / "runs").read_text() == "x\n"
    for number in range(20):
        bans.judge(f"ls {number}")
    bans.judge("ls")
    assert (tmp_path / "runs").read_text() == "x\n" * 22


def test_without_bans_nothing_is_read(own_parser: Callable[[str], None]) -> None:
    assert Bans([], []).judge("rm 'unbalanced") == Judgement()
