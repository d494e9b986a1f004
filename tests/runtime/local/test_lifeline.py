"""The laws of the lifeline: what becomes of a program's local commands and folders when the program is just gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pygent_engine.runtime import Runtime
from pygent_engine.runtime.local.lifeline import Lifeline

from ..owned import carriers, children_named, gone, own_seconds
from ..waiting import within_patience

ROOT = Path(__file__).parents[3]
NAME = "pygent-lifeline"

PROGRAM = """
import os, signal, sys
from pygent_engine.runtime import Runtime
seconds, workspace = sys.argv[1], sys.argv[2] or None
runtime = Runtime(False, workspace=workspace)
runtime.execute("mkdir -p deep/er; touch kept deep/er/x; chmod 500 deep")
runtime.execute(f"sleep {seconds} & setsid sleep {seconds} & (setsid sleep {seconds} &) & env -i sleep {seconds} &")
fork = os.fork() if os.environ.get("FORKS") else None
if fork == 0:
    if os.environ["FORKS"] == "another program":
        os.execvp("sleep", ["sleep", sys.argv[3]])
    signal.pause()
print(runtime.base_dir)
print(fork, flush=True)
runtime.execute(f"trap '' TERM; env -i setsid sleep {seconds}; :", timeout=None)
"""
RUNNING = 5


@contextmanager
def program(*arguments: str, **environ: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A program with daemons and a running command, and its workspace."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    ) as host:
        assert host.stdout is not None
        try:
            yield host, Path(host.stdout.readline().strip())
        finally:
            host.kill()


@pytest.fixture
def helpers() -> Callable[[], list[int]]:
    """The lifelines that this process started since the test began."""
    before = children_named(os.getpid(), NAME)
    return lambda: [pid for pid in children_named(os.getpid(), NAME) if pid not in before]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_nothing_of_a_program_that_a_signal_ended_is_left(number: signal.Signals) -> None:
    seconds = own_seconds()
    with program(seconds, "") as (host, place):
        assert within_patience(lambda: len(carriers(seconds)) >= RUNNING + 1)  # the program has it as an argument too
        (helper,) = children_named(host.pid, NAME)
        assert (place / "kept").exists()
        host.send_signal(number)
        assert gone(seconds)
        assert within_patience(lambda: not place.exists())
        assert within_patience(lambda: not Path("/proc", str(helper)).exists())


def test_a_workspace_that_was_given_is_never_removed(tmp_path: Path) -> None:
    seconds = own_seconds()
    with program(seconds, str(tmp_path)) as (host, place):
        (helper,) = children_named(host.pid, NAME)
        host.kill()
        assert gone(seconds)
        assert within_patience(lambda: not Path("/proc", str(helper)).exists())
        assert (place, sorted(path.name for path in tmp_path.iterdir())) == (tmp_path, ["deep", "kept"])
    (tmp_path / "deep").chmod(0o700)


def test_what_a_workspace_links_to_outlives_it(tmp_path: Path) -> None:
    (tmp_path / "precious").touch()
    with program(own_seconds(), "") as (host, place):
        (place / "link").symlink_to(tmp_path)
        host.kill()
        assert within_patience(lambda: not place.exists())
    assert (tmp_path / "precious").exists()


def test_a_program_that_the_host_started_does_not_keep_its_runtime_alive() -> None:
    seconds, other = own_seconds(), own_seconds()
    with program(seconds, "", other, FORKS="another program") as (host, _):
        assert within_patience(lambda: carriers(other))
        host.kill()
        assert gone(seconds)
        for pid in carriers(other):
            os.kill(pid, signal.SIGKILL)


def test_a_fork_that_runs_on_delays_the_end_until_its_own() -> None:
    seconds = own_seconds()
    with program(seconds, "", FORKS="the same program") as (host, place):
        assert host.stdout is not None
        fork = int(host.stdout.readline())
        try:
            assert within_patience(lambda: len(carriers(seconds)) >= RUNNING + 2)  # both programs have it as an argument too
            (helper,) = children_named(host.pid, NAME)
            host.kill()
            host.wait()
            assert (len(carriers(seconds)), place.exists(), helper in carriers(NAME)) == (RUNNING + 1, True, True)
        finally:
            os.kill(fork, signal.SIGKILL)
        assert gone(seconds)
        assert within_patience(lambda: not place.exists())


def test_the_lifeline_stands_apart_and_holds_nothing_of_the_program(helpers: Callable[[], list[int]], tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.set_inheritable(write_end, True)
    with Runtime(False, workspace=tmp_path) as runtime:
        assert helpers() == []
        runtime.start()
        (helper,) = helpers()
        entry = Path("/proc", str(helper))
        held = sorted((path.name, str(path.readlink()).partition(":")[0]) for path in (entry / "fd").iterdir())
        assert held == [("0", "pipe"), ("1", "/dev/null"), ("2", "/dev/null")]
        assert ((entry / "cwd").readlink(), os.getsid(helper)) == (Path("/"), helper)
        assert (entry / "environ").read_bytes().split(b"=")[0] == b"PATH"
    os.close(read_end)
    os.close(write_end)


def test_the_lifeline_lasts_from_the_first_command_to_the_stop(helpers: Callable[[], list[int]], tmp_path: Path) -> None:
    runtime = Runtime(False, workspace=tmp_path)
    counts = [len(helpers())]
    for step in (runtime.start, runtime.start, runtime.stop, runtime.stop, runtime.start, runtime.cleanup):
        step()
        counts.append(len(helpers()))
    assert counts == [0, 1, 1, 0, 0, 1, 0]


def test_a_lifeline_that_was_killed_is_replaced_by_the_next_command(helpers: Callable[[], list[int]], tmp_path: Path) -> None:
    with Runtime(False, workspace=tmp_path) as runtime:
        runtime.start()
        (helper,) = helpers()
        os.kill(helper, signal.SIGKILL)
        assert within_patience(lambda: helpers() == [])
        runtime.start()
        assert len(helpers()) == 1


def test_runtimes_leave_descriptors_threads_and_processes_flat(helpers: Callable[[], list[int]]) -> None:
    def count() -> tuple[int, int, int]:
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), len(helpers())

    before = count()
    for _ in range(30):
        with Runtime(False) as runtime:
            assert runtime.bash("echo x") == "x\n"
    assert count() == before


def test_letting_go_may_be_repeated(helpers: Callable[[], list[int]]) -> None:
    lifeline = Lifeline("a-marker.", None)
    for step in (lifeline.let_go, lifeline.hold, lifeline.hold, lifeline.let_go, lifeline.let_go):
        step()
    assert helpers() == []
