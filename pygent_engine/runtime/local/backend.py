"""Runs commands on this machine: each in a session of its own, watched, limited, and ended with all that it started."""

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

from ...errors import WorkspaceError
from ...settings import inherited_environment
from ...untrusted import clean_line
from ...values import ExecResult, Flag, Resources
from ..backend import COALESCE_S, MARKER, QUIET_ENVIRONMENT, READ_BYTES, Command, Verdict, Watch, shell_arguments
from ..lifeline import Lifeline
from ..output.capture import Capture
from .limits import limits
from .processes import Process, carries, command_line, end, living

_KILL_WAIT_S = 1.0
_JOB_WIDTH = 200


class LocalBackend:
    """Commands over `folder`, on this machine. Several may run at once.

    `resources` None: nobody asked for any (see `limits`). What runs is held by `lifeline`.
    """

    container_id: str | None = None

    def __init__(self, folder: Path, env: Mapping[str, str], resources: Resources | None, lifeline: Lifeline) -> None:
        self._folder = folder
        self._env = {**inherited_environment(), **QUIET_ENVIRONMENT, **env}
        self._resources = resources
        self._marker = f"{self._env.pop(MARKER, '')}{secrets.token_hex(8)}."  # begins with that of the command we run in
        self._numbers = count(1)
        self._starting = threading.Lock()  # guards what follows; once `stop` has it, no command of before starts
        self._halt = threading.Event()
        self._used = False  # a command ran since the last stop: a search for what it left costs 10 ms
        self._lifeline = lifeline
        self._drains: list[threading.Thread] = []
        self._bell: tuple[int, int] | None = None  # a pipe, while there are drains: they end when its write end is closed
        self._running: set[str] = set()
        self._left: frozenset[Process] = frozenset()  # in the session of an ended command; they may have lost its marker

    def run(self, command: Command) -> ExecResult:
        halt, capture = self._halt, Capture(command.on_output, spool=command.spool)
        marker = f"{self._marker}{next(self._numbers)}."
        watch = Watch(command, halt)
        try:
            process = self._start(command.text, marker, halt)
        except OSError as error:
            return watch.result(None, 126, f"The command could not be started: {error.strerror}.")
        if process is None:
            return watch.result("cancelled", None)
        try:
            return self._follow(process, marker, capture, watch, halt)
        finally:
            self._running.discard(marker)

    def jobs(self) -> tuple[str, ...]:
        running = tuple(self._running)
        left = [process for process in living() if self._is_ours(process) and not any(_carries(process, marker) for marker in running)]
        return tuple(clean_line(line, _JOB_WIDTH) for line in map(command_line, left) if line)

    def stop(self, for_good: bool = False) -> None:
        with self._starting:
            halt = self._halt
            if not for_good:
                self._halt = threading.Event()
            halt.set()
            if self._used:
                end(self._is_ours, _KILL_WAIT_S)
                self._lifeline.let_go(MARKER, self._marker)
            self._used, self._left = False, frozenset()
            drains, self._drains = self._drains, []
            bell, self._bell = self._bell, None
        if bell is not None:
            os.close(bell[1])
            for drain in drains:
                drain.join()  # it blocks nowhere else
            os.close(bell[0])

    def _start(self, text: str, marker: str, halt: Flag) -> subprocess.Popen[bytes] | None:
        """The shell that runs `text`; None when its time was over before it began."""
        try:
            self._folder.mkdir(exist_ok=True)  # a command may have removed it
        except OSError as error:
            raise WorkspaceError(f"The workspace {self._folder} is gone: {error.strerror}.") from error
        if self._folder.is_symlink():
            raise WorkspaceError(f"The workspace {self._folder} is gone: a link is in its place.")
        with self._starting:
            if halt.is_set():
                return None
            self._used = True
            self._lifeline.hold(MARKER, self._marker)
            process = self._spawn(text, marker)
            self._running.add(marker)
            return process

    def _spawn(self, text: str, marker: str) -> subprocess.Popen[bytes]:
        bash = shutil.which("bash", path=self._env.get("PATH"))
        option, script, *parts = shell_arguments(text)
        return subprocess.Popen(
            [bash or "/bin/sh", option, self._limits(bash is not None) + script, *parts],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._folder,
            env={**self._env, MARKER: marker},
            start_new_session=True,
        )

    def _limits(self, is_bash: bool) -> str:
        return limits(self._resources, is_bash and "POSIXLY_CORRECT" not in self._env)

    def _follow(self, process: subprocess.Popen[bytes], marker: str, capture: Capture, watch: Watch, halt: Flag) -> ExecResult:
        pipe = _Pipe(process, self._limits(is_bash=True))
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
        self._let_go(process.pid, pipe, halt)
        code = None if verdict is not None else _exit_code(process.wait(_KILL_WAIT_S))
        return watch.result(verdict, code, *capture.finish())

    def _let_go(self, leader: int, pipe: _Pipe, halt: Flag) -> None:
        """Keep in mind what still runs in the session of an ended command, and read its output away, so that it neither blocks
        nor dies of it."""
        if _is_group(leader):
            with self._starting:
                self._left = frozenset(process for process in living() if process.session == leader or process in self._left)
        if pipe.at_end:
            pipe.close()
            return
        with self._starting:
            if halt.is_set():
                pipe.close()
                return
            self._bell = self._bell or os.pipe()
            drain = threading.Thread(target=pipe.discard, args=(self._bell[0],), name="pygent-drain", daemon=True)
            self._drains = [*filter(threading.Thread.is_alive, self._drains), drain]
            drain.start()

    def _is_ours(self, process: Process) -> bool | None:
        return process in self._left or _carries(process, self._marker)


class _Pipe:
    """The read end of a process's output, and a descriptor that tells when the process is gone. `unsaid`: words before the
    command's own, which bash would quote with its first line when that cannot be read."""

    def __init__(self, process: subprocess.Popen[bytes], unsaid: str) -> None:
        assert process.stdout is not None
        self._process = process
        self._stream = process.stdout
        self._output = process.stdout.fileno()
        os.set_blocking(self._output, False)
        self._capacity = _widened(self._output)
        self._exit = os.pidfd_open(process.pid) if hasattr(os, "pidfd_open") else None
        self._unsaid = f"`{unsaid}".encode()
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

    def discard(self, bell: int) -> None:
        """Read until the last writer is gone, or `bell` is at its end, and close."""
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        poll.register(bell, select.POLLIN)
        while bell not in (ready for ready, _ in poll.poll()):
            if not os.read(self._output, READ_BYTES):
                break
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
        capture.feed(data.replace(self._unsaid, b"`"))
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
    """End all of the command's session and whoever left it but carries the marker, or descends from one of these."""
    leader = process.pid if process.returncode is None else None  # nobody else can have the pid before it is waited for

    def is_ours(candidate: Process) -> bool | None:
        return candidate.session == leader or _carries(candidate, marker)

    end(is_ours, _KILL_WAIT_S)
    if leader is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)  # all that can be done where there is no /proc
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_WAIT_S)


def _carries(process: Process, marker: str) -> bool | None:
    return carries(process.pid, f"{MARKER}={marker}".encode())


def _is_group(leader: int) -> bool:
    """Whether somebody still is in the group of an ended command."""
    try:
        os.killpg(leader, 0)
    except OSError:
        return False
    return True
