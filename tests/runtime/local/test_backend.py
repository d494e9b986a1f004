"""The laws of a runtime on this machine alone: limits, what hides, what still runs, and what it must leave in peace."""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pygent_engine.errors import WorkspaceError
from pygent_engine.runtime import Runtime
from pygent_engine.values import Resources

from ..owned import carriers, gone, own_seconds
from ..waiting import PATIENCE, within_patience


@pytest.fixture
def seconds() -> str:
    return own_seconds()


@pytest.fixture
def bystander(seconds: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the program's own, with an environment like the commands'."""
    with subprocess.Popen(["sleep", seconds], env={"PYGENT_RUN": "0123456789abcdef.1."}, start_new_session=True) as process:
        yield process
        process.kill()


# ---------------------------------------------------------------- owned trees


@pytest.mark.parametrize(
    "hidden",
    [
        "env -i setsid sleep {0} & sleep {0}",
        "env -i sh -c 'setsid sleep {0} & sleep {0}'",
        "env -i setsid sh -c 'env -i setsid sleep {0} & wait' & sleep {0}",
        "exec env -i sleep {0}",
        "set -m; env -i sleep {0} & sleep {0}",
    ],
)
def test_what_emptied_its_environment_is_told_by_its_parent_or_session(local_runtime: Runtime, hidden: str, seconds: str) -> None:
    cancel = threading.Event()
    caller = threading.Thread(target=local_runtime.execute, args=(hidden.format(seconds), None, None, cancel))
    caller.start()
    assert within_patience(lambda: len(carriers(seconds)) >= hidden.count("sleep"))
    cancel.set()
    caller.join(PATIENCE)
    assert gone(seconds)


def test_processes_that_fork_while_they_are_ended_do_not_get_away(local_runtime: Runtime, seconds: str) -> None:
    fork_on = f"f() {{ sleep {seconds} & env -i setsid sleep {seconds} & sleep 0.001; }}; for n in $(seq 300); do f; done"
    for _ in range(3):
        result = local_runtime.execute(fork_on, timeout=0.3)
        assert (result.timed_out, result.duration_s < PATIENCE) == (True, True)
        assert gone(seconds)


def test_no_other_process_is_touched(local_runtime: Runtime, bystander: subprocess.Popen[bytes], seconds: str) -> None:
    own = own_seconds()
    local_runtime.execute(f"setsid sleep {own} & sleep {own}", timeout=0.3)
    local_runtime.stop()
    assert gone(own)
    assert (bystander.poll(), carriers(seconds)) == (None, [bystander.pid])


def test_a_zombie_holds_up_no_end(local_runtime: Runtime, seconds: str) -> None:
    nobody_waits_for_its_child = f"echo on; true & exec sleep {seconds}"
    result = local_runtime.execute(nobody_waits_for_its_child, timeout=2)
    assert (result.output, result.timed_out, result.duration_s < PATIENCE) == ("on\n", True, True)


def test_a_pygent_within_a_command_ends_with_it_and_so_do_its_daemons(local_runtime: Runtime, seconds: str) -> None:
    (local_runtime.base_dir / "inner.py").write_text(
        "import sys; from pygent_engine.runtime import Runtime; runtime = Runtime(False, workspace='.')\n"
        f"runtime.execute('(setsid sleep {seconds} &)'); print('on', flush=True); runtime.execute('sleep {seconds}', None)\n"
    )
    cancel = threading.Event()
    command = f"PYTHONPATH={':'.join(sys.path)} {sys.executable} inner.py"
    result = local_runtime.execute(command, PATIENCE, lambda text: cancel.set(), cancel)
    assert (result.output, result.cancelled) == ("on\n", True)
    assert gone(seconds)


def test_a_link_in_place_of_the_workspace_leads_neither_commands_nor_files_out(local_runtime: Runtime, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").touch()
    local_runtime.execute(f"cd ..; rmdir $OLDPWD; ln -s {outside} $OLDPWD")
    attempts: tuple[Callable[[], object], ...] = (
        lambda: local_runtime.read_file("secret"),
        lambda: local_runtime.write_file("made", ""),
        lambda: local_runtime.execute("touch made"),
    )
    for attempt in attempts:
        with pytest.raises(WorkspaceError, match=r"^The workspace .*/workspace is gone: "):
            attempt()
    assert [path.name for path in outside.iterdir()] == ["secret"]


# ---------------------------------------------------------------- what still runs


def test_the_jobs_are_what_ended_commands_left_running(local_runtime: Runtime, seconds: str) -> None:
    assert local_runtime._backend.jobs() == ()
    local_runtime.execute(f"sleep {seconds} & setsid sleep {seconds} & env -i sleep {seconds} & true")
    assert within_patience(lambda: local_runtime._backend.jobs() == (f"sleep {seconds}",) * 3)
    local_runtime.stop()
    assert local_runtime._backend.jobs() == ()


def test_a_running_command_is_no_job_and_a_job_is_one_clean_line(local_runtime: Runtime) -> None:
    seen: list[tuple[str, ...]] = []
    local_runtime.execute("sh -c 'kill -STOP $$' \"$(printf 'a\\033]0;x\\007\\nb')\" & true")
    assert within_patience(lambda: [job.split()[0] for job in local_runtime._backend.jobs()] == ["sh"])
    local_runtime.execute("echo on; sleep 0.5", on_output=lambda text: seen.append(local_runtime._backend.jobs()))
    ((job,),) = seen
    assert job.startswith("sh -c kill -STOP $$ a") and job.isprintable()


def test_a_job_that_hid_for_good_holds_no_thread_after_a_stop(local_runtime: Runtime, seconds: str) -> None:
    local_runtime.execute(f"(env -i setsid sleep {seconds} &)")
    assert within_patience(lambda: carriers(seconds))
    local_runtime.stop()
    left = carriers(seconds)  # the README says that it gets away
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert [thread.name for thread in threading.enumerate() if thread.name == "pygent-drain"] == []


def test_a_silent_job_costs_nothing_while_it_is_waited_for(local_runtime: Runtime, seconds: str) -> None:
    local_runtime.execute(f"sleep {seconds} &")
    (drain,) = [thread for thread in threading.enumerate() if thread.name == "pygent-drain"]
    status = Path(f"/proc/self/task/{drain.native_id}/status")

    def sleeps_on() -> bool:
        switches = re.findall(r"ctxt_switches:\t(\d+)", status.read_text())
        local_runtime.execute("sleep 1.5")
        return re.findall(r"ctxt_switches:\t(\d+)", status.read_text()) == switches

    assert within_patience(sleeps_on)  # it may just have begun to


# ---------------------------------------------------------------- limits


def limits_of(runtime: Runtime) -> list[str]:
    """The limits that the first process of a command finds: core files, files, data; in bytes."""
    names = ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_DATA")
    program = f"import resource as r; print(*(r.getrlimit(getattr(r, name))[1] for name in {names}))"
    return runtime.bash(f'exec python3 -c "{program}"').split()


def test_the_limits_hold_from_the_first_process_on(tmp_path: Path) -> None:
    data = resource.getrlimit(resource.RLIMIT_DATA)[1]
    with Runtime(False, workspace=tmp_path) as runtime:
        assert limits_of(runtime) == ["0", str(Resources().file_mb << 20), str(data)]
    with Runtime(False, workspace=tmp_path, resources=Resources(memory_mb=300, file_mb=3)) as runtime:
        assert [limits_of(each) for each in (runtime, runtime.spawn())] == [["0", str(3 << 20), str(300 << 20)]] * 2


def test_a_shell_that_is_not_bash_keeps_the_same_limits(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(sys.executable)
    with Runtime(False, workspace=tmp_path, env={"PATH": str(tmp_path / "bin")}, resources=Resources(memory_mb=300, file_mb=3)) as runtime:
        assert runtime.bash("echo $BASH_VERSION") == "\n"
        assert limits_of(runtime) == ["0", str(3 << 20), str(300 << 20)]


def test_bash_in_posix_mode_keeps_the_same_limits(tmp_path: Path) -> None:
    with Runtime(False, workspace=tmp_path, env={"POSIXLY_CORRECT": "1"}, resources=Resources(memory_mb=300, file_mb=3)) as runtime:
        assert limits_of(runtime) == ["0", str(3 << 20), str(300 << 20)]


def test_a_file_beyond_the_limit_is_not_written(tmp_path: Path) -> None:
    with Runtime(False, workspace=tmp_path, resources=Resources(file_mb=1)) as runtime:
        result = runtime.execute("head -c 3000000 /dev/zero > big; echo $?; echo still here")
    assert (result.output.endswith("still here\n"), (tmp_path / "big").stat().st_size) == (True, 1 << 20)


def test_a_process_beyond_its_memory_ends_alone(tmp_path: Path) -> None:
    with Runtime(False, workspace=tmp_path, resources=Resources(memory_mb=200)) as runtime:
        result = runtime.execute("python3 -c 'bytearray(400 << 20)' 2>&1 | tail -n 1; echo still here")
    assert result.output == "MemoryError\nstill here\n"


def test_no_core_file_is_written(local_runtime: Runtime) -> None:
    local_runtime.execute("ulimit -c unlimited; sh -c 'kill -SEGV $$'")
    assert list(local_runtime.base_dir.iterdir()) == []


@pytest.mark.parametrize(
    "command", ["no-such-command", "\nno-such-command", "echo $LINENO; echo $?", 'echo "$0 $# $-"; jobs', "echo )", "echo 'x", "(\n)"]
)
def test_the_limits_change_nothing_else(local_runtime: Runtime, command: str) -> None:
    shell = local_runtime.bash("command -v bash").strip()
    plain = subprocess.run([shell, "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    result = local_runtime.execute(command)
    assert (result.output, result.exit_code) == (plain.stdout, plain.returncode)
