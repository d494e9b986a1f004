"""Runs commands on this machine: each in a session of its own, watched, and swept away by its marker."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import select
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from ..errors import WorkspaceError
from ..settings import inherited_environment
from ..values import ExecResult
from .backend import COALESCE_S, MARKER, QUIET_ENVIRONMENT, READ_BYTES, Command, Verdict, Watch, shell_arguments
from .capture import Capture

_KILL_WAIT_S = 1.0


class LocalBackend:
    """Commands over `folder`, on this machine. Several may run at once."""

    container_id: str | None = None

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._env = {**inherited_environment(), **QUIET_ENVIRONMENT, **env}
        self._marker = secrets.token_hex(8)
        self._numbers = count(1)
        self._halt = threading.Event()
        self._drains: list[threading.Thread] = []

    def run(self, command: Command) -> ExecResult:
        halt, capture = self._halt, Capture(command.on_output)
        marker = f"{self._marker}.{next(self._numbers)}."
        watch = Watch(command, halt)
        try:
            process = self._start(command.text, marker)
        except OSError as error:
            return watch.result(None, 126, f"The command could not be started: {error.strerror}.")
        pipe = _Pipe(process)
        try:
            verdict = pipe.follow(capture, watch)
        except BaseException:
            _end(process, marker)
            pipe.close()
            raise
        if halt.is_set():
            verdict = "cancelled"
        if verdict is not None:
            _end(process, marker)
        pipe.drain(capture)
        self._let_go(pipe)
        code = None if verdict is not None else _exit_code(process.wait(_KILL_WAIT_S))
        return watch.result(verdict, code, *capture.finish())

    def jobs(self) -> tuple[str, ...]:
        return ()

    def stop(self) -> None:
        halt, self._halt = self._halt, threading.Event()
        halt.set()
        _sweep(f"{self._marker}.")
        for drain in self._drains:
            drain.join(_KILL_WAIT_S)
        self._drains = []

    def _start(self, text: str, marker: str) -> subprocess.Popen[bytes]:
        try:
            self._folder.mkdir(exist_ok=True)  # a command may have removed it
        except OSError as error:
            raise WorkspaceError(f"The workspace {self._folder} is gone: {error.strerror}.") from error
        shell = shutil.which("bash", path=self._env.get("PATH")) or "/bin/sh"
        return subprocess.Popen(
            [shell, *shell_arguments(text)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env={**self._env, MARKER: marker},
            start_new_session=True,
        )

    def _let_go(self, pipe: _Pipe) -> None:
        """A background job may go on writing: its output is read away, so that it neither blocks nor dies of it."""
        if pipe.at_end:
            pipe.close()
            return
        self._drains = [drain for drain in self._drains if drain.is_alive()]
        drain = threading.Thread(target=pipe.discard, name="pygent-drain", daemon=True)
        self._drains.append(drain)
        drain.start()


class _Pipe:
    """The read end of a process's output, and a descriptor that tells when the process is gone."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        self._process = process
        self._stream = process.stdout
        self._output = process.stdout.fileno()
        os.set_blocking(self._output, False)
        self._capacity = _widened(self._output)
        self._exit = os.pidfd_open(process.pid) if hasattr(os, "pidfd_open") else None
        self.at_end = False

    def follow(self, capture: Capture, watch: Watch) -> Verdict | None:
        """Read until the process is gone (None), or must go."""
        try:
            while self._process.poll() is None:
                if verdict := watch.verdict():
                    return verdict
                if self._wait(watch.pause(), with_output=True) and self._read(capture):
                    self._wait(COALESCE_S, with_output=False)
            return None
        finally:
            if self._exit is not None:
                os.close(self._exit)

    def drain(self, capture: Capture) -> None:
        """Take what the ended process left: never more than a pipe holds, for others may still be writing."""
        taken = 0
        while taken < self._capacity and (read := self._read(capture)):
            taken += read

    def discard(self) -> None:
        """Read until the last writer is gone, and close."""
        with contextlib.suppress(OSError):
            os.set_blocking(self._output, True)
            while os.read(self._output, READ_BYTES):
                time.sleep(COALESCE_S)
        self.close()

    def close(self) -> None:
        self._stream.close()

    def _wait(self, seconds: float, with_output: bool) -> bool:
        """Wait for the exit, or for output too; true when there is output."""
        poll = select.poll()  # unlike select, it does not mind high descriptors
        if with_output and not self.at_end:
            poll.register(self._output, select.POLLIN)
        if self._exit is not None:
            poll.register(self._exit, select.POLLIN)
        return self._output in (ready for ready, _ in poll.poll(seconds * 1000))

    def _read(self, capture: Capture) -> int:
        try:
            data = os.read(self._output, READ_BYTES)
        except BlockingIOError:
            return 0
        self.at_end = not data
        capture.feed(data)
        return len(data)


def _widened(pipe: int) -> int:
    """Bytes that the pipe holds, after making it as wide as one read: a flood is then read in few, large pieces."""
    if not hasattr(fcntl, "F_SETPIPE_SZ"):
        return 1 << 16
    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, READ_BYTES)
    return fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ)


def _exit_code(status: int) -> int:
    """As a shell counts: 128 and the signal's number for a process that a signal ended."""
    return status if status >= 0 else 128 - status


def _end(process: subprocess.Popen[bytes], marker: str) -> None:
    """Kill the group first, then whoever left it but carries the marker."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    _sweep(marker)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_WAIT_S)


def _sweep(marker: str) -> None:
    """Kill every process whose environment carries `marker`, until a pass finds none: they may be forking, or becoming
    another program."""
    needle = f"{MARKER}={marker}".encode()
    deadline = time.monotonic() + _KILL_WAIT_S
    while time.monotonic() < deadline:
        processes = [(int(entry.name), carries(entry, needle)) for entry in Path("/proc").glob("[0-9]*")]
        if all(found is False for _, found in processes):
            return
        for pid in (pid for pid, found in processes if found):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(COALESCE_S)


def carries(entry: Path, needle: bytes) -> bool | None:
    """Whether the process has `needle` in its environment; None while an exec has taken the old one away and not yet put
    the new one there. Zombies and the kernel's threads have neither an environment nor a program."""
    try:
        environment = (entry / "environ").read_bytes()
        if not environment and (entry / "cmdline").read_bytes():  # it has none, or the exec is over by now
            environment = (entry / "environ").read_bytes() or b"none"
        if environment:
            return b"\0" + needle in b"\0" + environment
        (entry / "exe").readlink()
    except OSError:
        return False
    return None
