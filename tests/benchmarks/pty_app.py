"""A program in a real pseudo-terminal: started, read, typed at, timed and ended. Linux only; knows nothing of Pygent."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

_CHUNK = 65536
_SEQUENCE = re.compile(rb"(?:\x1b\[[0-?]*[ -/]*[@-~]|\xe2[\x94\x95]. *)+")  # escape sequences and the lines of boxes


class PtyApp:
    """A running program and the master side of its terminal; a context manager that leaves nothing behind.

    A program whose terminal is not its `controlling` one gets no signal when that goes away.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path,
        columns: int = 120,
        rows: int = 40,
        controlling: bool = True,
    ) -> None:
        self._master, slave = os.openpty()
        _set_size(slave, columns, rows)
        self.started_at = time.perf_counter()
        # `setsid --ctty` takes the terminal and becomes the program: what is timed and measured is the program itself.
        taken = ["--ctty"] if controlling else []
        self._process = subprocess.Popen(["setsid", *taken, *argv], stdin=slave, stdout=slave, stderr=slave, env=dict(env), cwd=cwd)
        os.close(slave)
        self.pid = self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def read(self, timeout: float) -> bytes:
        """What the program wrote; empty when nothing came for `timeout` seconds. Raises EOFError when it has ended."""
        if not select.select([self._master], [], [], max(timeout, 0.0))[0]:
            return b""
        try:
            data = os.read(self._master, _CHUNK)
        except OSError as error:  # Linux answers EIO once the last writer is gone
            raise EOFError from error
        if not data:
            raise EOFError
        return data

    def read_for(self, seconds: float) -> bytes:
        """What the program writes within `seconds`, or until its end. Raises EOFError when it had ended before."""
        until = time.perf_counter() + seconds
        got = bytearray(self.read(seconds))
        with contextlib.suppress(EOFError):
            while (left := until - time.perf_counter()) > 0:
                got += self.read(left)
        return bytes(got)

    def wait_for(self, text: bytes, timeout: float) -> float:
        """When `text` was painted (`time.perf_counter`). Raises TimeoutError with the last of what came instead."""
        until, seen = time.perf_counter() + timeout, b""
        with contextlib.suppress(EOFError):
            while (left := until - time.perf_counter()) > 0:
                fresh = self.read(left)
                if text in seen[-len(text) :] + fresh:
                    return time.perf_counter()
                seen = (seen + fresh)[-_CHUNK:]
        shown = _SEQUENCE.sub(b" ", seen).decode(errors="replace")
        raise TimeoutError(f"{text!r} was not painted within {timeout} s, or before the end; the last was {shown[-1000:]!r}")

    def send(self, data: bytes) -> None:
        os.write(self._master, data)

    def resize(self, columns: int, rows: int) -> None:
        _set_size(self._master, columns, rows)

    def wait(self, timeout: float, rest: bytearray | None = None) -> int:
        """The exit code, negative for a signal; what is still written goes to `rest`."""
        until = time.perf_counter() + timeout
        with contextlib.suppress(EOFError):
            while (left := until - time.perf_counter()) > 0:
                data = self.read(left)
                if rest is not None:
                    rest += data
        return self._process.wait(max(until - time.perf_counter(), 1.0))

    def hang_up(self, timeout: float) -> int:
        """Take the terminal away; the exit code, negative for a signal."""
        os.close(self._master)
        self._master = -1
        return self.wait_unread(timeout)

    def wait_unread(self, timeout: float) -> int:
        """The exit code, negative for a signal, of a program whose terminal takes nothing more. Kills what does not end."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait(10.0)
            raise

    def is_cooked(self) -> bool:
        """Whether the terminal edits and echoes lines, as a shell expects to find it."""
        local_modes = termios.tcgetattr(self._master)[3]
        return bool(local_modes & termios.ICANON) and bool(local_modes & termios.ECHO)

    def rss_mb(self) -> float:
        """The resident memory of the program itself, without its children."""
        # Not statm or status: their counters lag behind by many pages per thread.
        rollup = Path(f"/proc/{self.pid}/smaps_rollup").read_text("ascii")
        return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Rss:")) / 1024

    def cpu_s(self) -> float:
        """The processor time that the program itself has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End the program if it still runs: politely, so that it cleans up its own children, then by force."""
        if self._master < 0:
            return
        if self._process.poll() is None:
            os.killpg(self.pid, signal.SIGTERM)
        try:
            self.wait(10.0)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self._process.wait(10.0)
        os.close(self._master)
        self._master = -1


def key_latencies(app: PtyApp, keys: Iterable[str], *, pause_s: float, timeout: float = 10.0) -> list[float]:
    """Seconds from each key being written until its repaint arrived.

    Every key must be a character that nothing else on the screen holds, or another repaint would be taken for its own.
    """
    latencies = []
    for key in keys:
        app.read_for(pause_s)
        sent = time.perf_counter()
        app.send(key.encode())
        latencies.append(app.wait_for(key.encode(), timeout) - sent)
    return latencies


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
