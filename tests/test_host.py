"""The laws of helper programs: they end at their deadline whole, see no secret, and write no more than they may."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from pygent_engine.host import Ended, find_program, run_program
from tests.runtime.owned import gone, own_seconds

PATIENCE = 10.0


def run(script: str, stdin: bytes = b"", *, seconds: float = PATIENCE, limit: int = 1 << 20) -> Ended:
    return run_program(["/bin/sh", "-c", script], stdin, seconds=seconds, limit=limit)


def test_a_program_that_is_not_there_is_missing() -> None:
    assert run_program(["/no/such/program"], seconds=1, limit=10) == Ended(None, fault="missing")
    assert run_program(["nul\0"], seconds=1, limit=10) == Ended(None, fault="missing")


def test_what_it_reads_and_writes_is_bytes() -> None:
    assert run("cat; echo said >&2; exit 3", b"\xff\0x") == Ended(3, b"\xff\0x", b"said\n")


def test_what_it_reads_may_be_larger_than_a_pipe_holds() -> None:
    assert run("cat", b"x" * 500_000).out == b"x" * 500_000


def test_it_need_not_read_what_it_is_given() -> None:
    assert run("exec <&-; echo done", b"x" * 500_000) == Ended(0, b"done\n")


def test_a_signal_is_an_exit_code_below_zero() -> None:
    assert run("kill -9 $$") == Ended(-9)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("script", ["sleep {0}", "trap '' TERM; sleep {0} & wait", "sleep {0} & exec sleep {0}"])
def test_at_its_deadline_it_ends_whole(script: str) -> None:
    started, own = time.monotonic(), own_seconds()
    ended = run(script.format(own), seconds=0.3)
    assert (ended.code, ended.fault) == (None, "late")
    assert time.monotonic() - started < PATIENCE
    assert gone(own)


def test_a_child_that_keeps_the_output_open_is_not_waited_for_beyond_the_deadline() -> None:
    assert run("sleep 60 & echo begun", seconds=0.3).fault == "late"


def test_a_flood_ends_it() -> None:
    ended = run("yes", limit=1000)
    assert (ended.code, ended.fault) == (None, "flood")
    assert 1000 < len(ended.out) < 200_000


def test_it_sees_what_is_on_the_list_of_the_environment_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_KEY", "sk-canary")
    monkeypatch.setenv("LANG", "C.UTF-8")
    seen = dict(line.split("=", 1) for line in run("/usr/bin/env").out.decode().splitlines())
    assert "CANARY_KEY" not in seen
    assert seen["LANG"] == "C.UTF-8"
    assert seen.keys() <= os.environ.keys() | {"PWD", "_", "SHLVL", "OLDPWD"}


def test_it_is_in_a_session_of_its_own() -> None:
    assert run("ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat").out.strip() != str(os.getsid(0)).encode()


def test_descriptors_do_not_pile_up() -> None:
    run("true")
    before = len(list(Path("/dev/fd").iterdir()))
    for _ in range(20):
        run("true")
        run("sleep 60", seconds=0.01)
    assert len(list(Path("/dev/fd").iterdir())) <= before


def test_a_program_beside_the_running_python_comes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("beside", "path"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tool").write_text("#!/bin/sh\n")
        (tmp_path / folder / "tool").chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "beside" / "python"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    assert find_program("tool") == str(tmp_path / "beside" / "tool")
    (tmp_path / "beside" / "tool").chmod(0o644)
    assert find_program("tool") == str(tmp_path / "path" / "tool")
    (tmp_path / "path" / "tool").unlink()
    assert find_program("tool") is None
