"""The laws of the lifeline: what becomes of a program's commands and folders when the program is just gone."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from pygent_engine.runtime import Runtime
from pygent_engine.runtime.lifeline import Lifeline
from tests.support.footprint import footprint

from .owned import carriers, gone, own_seconds, parent_of
from .waiting import within_patience

ROOT = Path(__file__).parents[2]
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
def running(text: str, *arguments: str, **environ: str) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A program, and the workspace that it names in its first line."""
    with subprocess.Popen(
        [sys.executable, "-c", text, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    ) as host:
        assert host.stdout is not None
        try:
            yield host, Path(host.stdout.readline().strip())
        finally:
            host.kill()


def program(*arguments: str, **environ: str) -> AbstractContextManager[tuple[subprocess.Popen[str], Path]]:
    """A program with daemons and a running command, and its workspace."""
    return running(PROGRAM, *arguments, **environ)


def answer(host: subprocess.Popen[str]) -> str:
    """Let a program go on to its next line."""
    assert host.stdin is not None and host.stdout is not None
    host.stdin.write("\n")
    host.stdin.flush()
    return host.stdout.readline().strip()


def lifelines(owner: int) -> list[int]:
    """The lifelines of a process."""
    return sorted(set(carriers(NAME)) & set(carriers(str(owner))))


@pytest.fixture
def count() -> Iterator[Callable[[int], bool]]:
    """Whether there are so many lifelines of this process, or soon will be. No runtime of another test holds one."""
    gc.collect()
    assert within_patience(lambda: lifelines(os.getpid()) == [])
    yield lambda number: within_patience(lambda: len(lifelines(os.getpid())) == number)
    assert within_patience(lambda: lifelines(os.getpid()) == [])


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_nothing_of_a_program_that_a_signal_ended_is_left(number: signal.Signals) -> None:
    seconds = own_seconds()
    with program(seconds, "") as (host, place):
        assert within_patience(lambda: len(carriers(seconds)) >= RUNNING + 1)  # the program has it as an argument too
        (helper,) = lifelines(host.pid)
        assert (place / "kept").exists()
        host.send_signal(number)
        assert gone(seconds)
        assert within_patience(lambda: not place.exists())
        assert within_patience(lambda: not Path("/proc", str(helper)).exists())


def test_a_workspace_that_was_given_is_never_removed(tmp_path: Path) -> None:
    seconds = own_seconds()
    with program(seconds, str(tmp_path)) as (host, place):
        (helper,) = lifelines(host.pid)
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
            (helper,) = lifelines(host.pid)
            host.kill()
            host.wait()
            assert within_patience(lambda: len(carriers(seconds)) == RUNNING + 1)  # the last of them may only just begin
            assert (place.exists(), helper in carriers(NAME)) == (True, True)
        finally:
            os.kill(fork, signal.SIGKILL)
        assert gone(seconds)
        assert within_patience(lambda: not place.exists())


def test_the_lifeline_stands_apart_and_holds_nothing_of_the_program(count: Callable[[int], bool], tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.set_inheritable(write_end, True)
    with Runtime(False, workspace=tmp_path) as runtime:
        runtime.execute(":")
        (helper,) = lifelines(os.getpid())
        entry = Path("/proc", str(helper))
        held = sorted((path.name, str(path.readlink()).partition(":")[0]) for path in (entry / "fd").iterdir())
        assert held == [("0", "pipe"), ("1", "/dev/null"), ("2", "/dev/null")]
        assert ((entry / "cwd").readlink(), os.getsid(helper) == os.getsid(0)) == (Path("/"), False)
        assert (entry / "environ").read_bytes().split(b"=")[0] == b"PATH"
        assert parent_of(helper) != os.getpid()
    os.close(read_end)
    os.close(write_end)


def test_the_lifeline_lasts_as_long_as_there_is_something_to_end(count: Callable[[int], bool], tmp_path: Path) -> None:
    runtime = Runtime(False, workspace=tmp_path)
    assert count(0)

    def command() -> object:
        return runtime.execute(":")

    for step, number in (
        (runtime.start, 0),  # there is nothing to start on this machine
        (command, 1),
        (command, 1),
        (runtime.stop, 0),
        (runtime.stop, 0),
        (command, 1),
        (lambda: runtime.execute("seq 100000"), 1),
        (runtime.stop, 1),  # the full output is still there
        (runtime.cleanup, 0),
    ):
        step()
        assert count(number)


def test_all_runtimes_of_a_program_share_one_lifeline(count: Callable[[int], bool]) -> None:
    runtimes = [Runtime(False) for _ in range(5)]
    assert count(1)
    for runtime in runtimes:
        runtime.execute(":")
        runtime.stop()
    assert count(1)
    for runtime in runtimes:
        runtime.cleanup()
    assert count(0)


def test_a_lifeline_that_was_killed_is_replaced_and_holds_what_it_held(tmp_path: Path) -> None:
    text = "import signal; from pygent_engine.runtime import Runtime; old, new = Runtime(False), Runtime(False)\n"
    text += "signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
    text += "print(old.base_dir, flush=True); input(); new.execute(':'); print(flush=True); input()"
    with running(text) as (host, place):
        (helper,) = lifelines(host.pid)
        os.kill(helper, signal.SIGKILL)
        assert within_patience(lambda: lifelines(host.pid) == [])
        answer(host)
        assert len(lifelines(host.pid)) == 1
        host.kill()
        assert within_patience(lambda: not place.exists())


# ---------------------------------------------------------------- folders

FOLDERS = """
import os, sys
from pygent_engine.runtime import Runtime
runtime = Runtime(os.environ["MODE"] == "docker", image=os.environ.get("IMAGE"))
print(runtime.base_dir, flush=True)
input()
print(runtime.execute("seq 100000").full_output, flush=True)
input()
runtime.stop()
print(flush=True)
input()
"""


@pytest.mark.parametrize("steps", [0, 1, 2], ids=["before a command", "after a command", "after a stop"])
@pytest.mark.parametrize("mode", ["local", pytest.param("docker", marks=pytest.mark.docker)])
def test_no_folder_of_a_killed_program_is_left(mode: str, steps: int, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    image = request.getfixturevalue("docker_image") if mode == "docker" else ""
    with running(FOLDERS, MODE=mode, IMAGE=image, TMPDIR=str(tmp_path)) as (host, place):
        made = [place, *(Path(said).parent for said in (answer(host) for _ in range(steps)) if said)]
        assert sorted(tmp_path.iterdir()) == sorted(made)
        host.kill()
        assert within_patience(lambda: list(tmp_path.iterdir()) == [])


def test_a_program_that_a_command_ran_leaves_no_folder_when_it_is_ended_with_the_command(local_runtime: Runtime, tmp_path: Path) -> None:
    inner = (
        "from pygent_engine.runtime import Runtime; runtime = Runtime(False); print('on', flush=True); runtime.execute('sleep 600', None)"
    )
    inside, cancel = tmp_path / "temporary", threading.Event()
    inside.mkdir()
    command = f'TMPDIR={inside} PYTHONPATH={":".join(sys.path)} {sys.executable} -c "{inner}"'
    result = local_runtime.execute(command, None, lambda text: cancel.set(), cancel)
    assert (result.output, result.cancelled) == ("on\n", True)
    assert within_patience(lambda: list(inside.iterdir()) == [])


def test_a_user_without_special_rights_can_remove_what_a_command_closed() -> None:
    # Where anybody may make folders: those of the test run are closed to others, all the way up.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as place:
        assert _closed_and_removed_in(place) == ("False\n", "")


def _closed_and_removed_in(place: str) -> tuple[str, str]:
    program = f"""
import os, sys, tempfile
from pygent_engine.runtime.lifeline import lifeline
tempfile.tempdir = {place!r}
os.chmod(tempfile.tempdir, 0o777)
if os.getuid() == 0:
    os.setuid(65534)
folder = lifeline().make_folder("pygent-")
os.makedirs(folder / "a/b/c")
os.symlink("/", folder / "a/b/link")
for name in ("a/b/c", "a/b", "a", "."):
    os.chmod(folder / name, 0)
lifeline().remove_folder(folder)
print(folder.exists())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)
    return done.stdout, done.stderr


@pytest.mark.parametrize("put", ["ln -s {0} $OLDPWD", "touch $OLDPWD", "mkdir $OLDPWD; ln -s {0} $OLDPWD/link; chmod 0 $OLDPWD"])
@pytest.mark.parametrize("ending", ["cleanup", "kill"])
def test_what_a_command_put_in_place_of_its_workspace_goes_and_nothing_that_it_leads_to(put: str, ending: str, tmp_path: Path) -> None:
    elsewhere, temporary = tmp_path / "elsewhere", tmp_path / "temporary"
    (elsewhere / "deep").mkdir(parents=True)
    temporary.mkdir()
    for folder in (elsewhere, elsewhere / "deep"):
        folder.chmod(0o755)
    command = f"cd /; rmdir $OLDPWD; {put.format(elsewhere)}"
    text = f"from pygent_engine.runtime import Runtime; r = Runtime(False); r.execute({command!r}); print(r.base_dir, flush=True); input()"
    with running(text, TMPDIR=str(temporary)) as (host, place):
        assert os.path.lexists(place)
        host.kill() if ending == "kill" else answer(host)
        assert within_patience(lambda: list(temporary.iterdir()) == [])
    assert [folder.stat().st_mode & 0o777 for folder in (elsewhere, elsewhere / "deep")] == [0o755, 0o755]


def test_runtimes_leave_descriptors_threads_and_processes_flat(count: Callable[[int], bool]) -> None:
    before = footprint()
    for _ in range(30):
        with Runtime(False) as runtime:
            assert runtime.bash("echo x") == "x\n"
    assert within_patience(lambda: footprint().within(before)), (footprint(), before)


def test_letting_go_may_be_repeated_and_a_line_break_is_nobodys_name(count: Callable[[int], bool]) -> None:
    lifeline = Lifeline(os.getpid())
    for _ in range(2):
        lifeline.let_go("A_NAME", "a-marker.")
        lifeline.hold("A_NAME", "a-marker.")
        lifeline.hold("A_NAME", "a\nmarker.")
        lifeline.hold("A_NAME", "a-marker.")
        assert count(1)
        lifeline.let_go("A_NAME", "a-marker.")
        assert count(0)
