"""The laws of making and ending a runtime, and of the folders that it may have."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from pygent_engine.errors import RuntimeLost, RuntimeUnavailable, SettingsError, WorkspaceError
from pygent_engine.runtime import Runtime, check_workspace
from pygent_engine.scope import Need, Scope, working_in

from .owned import gone, own_seconds


@pytest.fixture
def no_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a machine whose Docker engine does not answer, and where nothing is configured."""
    for name in ("PYGENT_USE_DOCKER", "PYGENT_IMAGE", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine.sock")


def test_without_an_engine_the_runtime_is_local_and_says_why(no_engine: None) -> None:
    with Runtime() as runtime:
        assert (runtime.mode, runtime.use_docker, runtime.container_id) == ("local", False, None)
        assert "there is no Docker engine on this machine" in runtime.fallback_reason


def test_an_engine_that_went_away_is_told_from_none_at_all(no_engine: None, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "no-engine.sock"))
    with Runtime() as runtime:
        assert "the Docker engine does not answer" in runtime.fallback_reason


def test_something_else_behind_the_address_is_no_engine(no_engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{server.getsockname()[1]}")
        answering = threading.Thread(target=_hang_up, args=(server,))
        answering.start()
        with Runtime() as runtime:
            assert "the Docker engine does not answer" in runtime.fallback_reason
        server.shutdown(socket.SHUT_RDWR)
        answering.join(30)


def _hang_up(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            server.accept()[0].close()


def test_docker_that_was_asked_for_is_never_answered_locally(no_engine: None) -> None:
    with pytest.raises(RuntimeUnavailable, match=r"^Docker was asked for, but .*; start Docker, or choose the local runtime with"):
        Runtime(True)


def test_the_settings_decide_what_is_not_given(no_engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYGENT_USE_DOCKER", "0")
    monkeypatch.setenv("PYGENT_IMAGE", "some:image")
    with Runtime() as runtime:
        assert (runtime.mode, runtime.fallback_reason, runtime.image) == ("local", "", "some:image")
    monkeypatch.setenv("PYGENT_USE_DOCKER", "perhaps")
    with pytest.raises(SettingsError):
        Runtime()


def test_a_local_runtime_needs_no_engine_and_names_no_reason(no_engine: None) -> None:
    with Runtime(False) as runtime:
        assert (runtime.mode, runtime.fallback_reason) == ("local", "")


def test_a_local_runtime_imports_no_docker() -> None:
    program = "import sys; from pygent_engine.runtime import Runtime; Runtime(False).cleanup(); print('docker' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"


def test_a_machine_without_room_for_temporary_folders_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(WorkspaceError, match=r"^No temporary folder can be made for the workspace: No such file or directory\."):
        Runtime(False)


def test_clean_up_removes_a_temporary_workspace_and_may_be_repeated(runtime: Runtime) -> None:
    spawned = runtime.spawn()
    spawned.execute("mkdir -p a/b; touch a/b/c; chmod 500 a/b a")
    spawned.stop()
    spawned.stop()
    assert (spawned.base_dir / "a").is_dir()
    spawned.cleanup()
    spawned.cleanup()
    spawned.stop()
    assert not spawned.base_dir.exists()
    with pytest.raises(RuntimeLost, match="was cleaned up"):
        spawned.execute("true")


def test_a_command_that_was_on_its_way_when_the_runtime_ended_does_not_start(runtime: Runtime) -> None:
    def end(needs: tuple[Need, ...], cmd: str) -> str:
        strict.cleanup()
        return ""

    with Runtime(runtime.use_docker, image=runtime.image, workspace=runtime.base_dir, banned_commands=["x"]) as strict:
        with working_in(Scope(end, lambda event: None)):
            result = strict.execute("$UNDECIDED touch started")
        assert (result.exit_code, result.cancelled, list(runtime.base_dir.iterdir())) == (None, True, [])
        assert strict.container_id is None


def test_clean_up_leaves_a_given_workspace(runtime: Runtime) -> None:
    runtime.write_file("kept", "x")
    runtime.cleanup()
    assert (runtime.base_dir / "kept").read_text() == "x"


def test_a_forgotten_runtime_cleans_up_after_itself() -> None:
    place = Runtime(False).base_dir
    gc.collect()
    assert not place.exists()


def test_the_end_of_the_interpreter_ends_what_still_runs() -> None:
    program = "from pygent_engine.runtime import Runtime; r = Runtime(False); print(r.base_dir, r.bash('sleep 600 & echo $!'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    place, pid = done.stdout.split()
    assert not Path(place).exists()
    assert not Path("/proc", pid, "cmdline").exists() or Path("/proc", pid, "cmdline").read_bytes() == b""


_INTERRUPTED = """
import signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background has it ignored
from pygent_engine.runtime import Runtime
runtime, seconds = Runtime(False), sys.argv[1]
show = lambda text: print(text, end="", flush=True)
command = f"trap 'echo hit' INT; echo on; (setsid sleep {seconds} &); sleep {seconds}; echo after"
"""
_BY_THE_TERMINAL = """
try:
    runtime.execute(command, None, show)
except KeyboardInterrupt:
    show("interrupted\\n" + runtime.bash("echo next"))
"""
_BY_THE_END = """
on = threading.Event()
threading.Thread(target=runtime.execute, args=(command, None, lambda text: (show(text), on.set())), daemon=True).start()
on.wait()
"""


@pytest.mark.parametrize(("ending", "said"), [(_BY_THE_TERMINAL, "interrupted\nnext\n"), (_BY_THE_END, "")], ids=["Ctrl+C", "exit"])
def test_a_program_that_is_interrupted_or_ends_takes_its_command_along(ending: str, said: str) -> None:
    seconds = own_seconds()
    run = [sys.executable, "-c", _INTERRUPTED + ending, seconds]
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "on\n"
        if said:
            os.killpg(program.pid, signal.SIGINT)  # as the terminal does: to all of the foreground
        assert program.communicate(timeout=60) == (said, "")
    assert gone(seconds)


def test_many_threads_may_use_runtimes_at_once() -> None:
    def work() -> None:
        with Runtime(False) as runtime:
            outputs.append(runtime.execute("echo $PWD").output == f"{runtime.base_dir}\n")

    outputs: list[bool] = []
    workers = [threading.Thread(target=work) for _ in range(20)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert outputs == [True] * 20


@pytest.mark.parametrize(
    "path", ["/", "~", "~/..", "/etc", "/etc/ssl", "/usr", "/usr/bin", "/var", "/var/run", "/run", "/proc", "/proc/self", "/dev", "/tmp"]
)
def test_what_belongs_to_the_system_or_the_whole_user_is_no_workspace(path: str) -> None:
    with pytest.raises(WorkspaceError, match="cannot be a workspace"):
        check_workspace(path)
    with pytest.raises(WorkspaceError, match="cannot be a workspace"):
        Runtime(False, workspace=Path(path).expanduser())


def test_a_link_to_a_refused_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    with pytest.raises(WorkspaceError, match="cannot be a workspace"):
        check_workspace(tmp_path / "link")


def test_a_folder_below_a_temporary_or_home_folder_is_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = tmp_path / "home" / "project"
    project.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(project.parent))
    assert (check_workspace(project), check_workspace("~/project")) == (project, project)
    with pytest.raises(WorkspaceError, match="cannot be a workspace"):
        check_workspace("~")


def test_a_missing_folder_and_a_file_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkspaceError, match="missing does not exist"):
        check_workspace(tmp_path / "missing")
    with pytest.raises(WorkspaceError, match="file is not a folder"):
        Runtime(False, workspace=tmp_path / "file")
    with pytest.raises(WorkspaceError, match="NUL"):
        check_workspace("a\0b")
