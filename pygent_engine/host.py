"""Runs helper programs of this machine (a shell parser, git): no shell, a deadline, a clean environment, bounded output.

An agent's commands run in `runtime`; these are programs that Pygent itself needs, on bytes that it hands them.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from .frozen import frozen
from .settings import inherited_environment

_PIECE = 1 << 16
_KILL_WAIT_S = 1.0

Fault = Literal["", "missing", "late", "flood"]


@frozen
class Ended:
    """How a program ended. `code` is None when it did not end by itself, and `fault` says why: it could not be started
    ("missing"), its deadline passed ("late"), or it wrote more than it may ("flood")."""

    code: int | None
    out: bytes = b""
    err: bytes = b""
    fault: Fault = ""


def find_program(name: str) -> str | None:
    """The path of a program: the one installed beside the running Python, else the one on PATH; None for neither."""
    beside = Path(sys.executable).parent / name
    return str(beside) if os.access(beside, os.X_OK) and beside.is_file() else shutil.which(name)


def run_program(
    arguments: Sequence[str], stdin: bytes = b"", *, seconds: float, limit: int, environment: Mapping[str, str] | None = None
) -> Ended:
    """Run a program to its end, for `seconds`, or until it has written `limit` bytes. Nothing that it started in its session
    is left. `environment` adds variables to those that a local command may see."""
    deadline = time.monotonic() + seconds
    try:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=inherited_environment() | dict(environment or {}),
            start_new_session=True,
        )
    except (OSError, ValueError):
        return Ended(None, fault="missing")
    try:
        fault, out, err = _exchange(process, stdin, deadline, limit)
        code = None if fault else _waited(process, deadline)
        return Ended(code, out, err, fault or ("late" if code is None else ""))
    finally:
        _end(process)


def _exchange(process: subprocess.Popen[bytes], stdin: bytes, deadline: float, limit: int) -> tuple[Fault, bytes, bytes]:
    """Write what the program reads and read what it writes, until both its outputs are closed."""
    assert process.stdin and process.stdout and process.stderr
    out, err = bytearray(), bytearray()
    left, read = memoryview(stdin), {process.stdout: out, process.stderr: err}
    with selectors.DefaultSelector() as selector:
        for stream in (process.stdin, *read):
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, selectors.EVENT_WRITE if stream is process.stdin else selectors.EVENT_READ)
        while any(stream in selector.get_map() for stream in read):
            pause = deadline - time.monotonic()
            if pause <= 0:
                return "late", bytes(out), bytes(err)
            for key, _ in selector.select(pause):
                if key.fileobj is process.stdin:
                    left = _written(process.stdin.fileno(), left)
                    if not left:
                        selector.unregister(process.stdin)
                        process.stdin.close()
                elif not _read(key.fd, read[key.fileobj]):  # type: ignore[index] # only the two streams are left
                    selector.unregister(key.fileobj)
            if sum(map(len, read.values())) > limit:
                return "flood", bytes(out), bytes(err)
    return "", bytes(out), bytes(err)


def _written(descriptor: int, left: memoryview) -> memoryview:
    """What is left to write, after a piece of it; nothing when the program reads no more."""
    try:
        return left[os.write(descriptor, left[:_PIECE]) :]
    except BlockingIOError:
        return left
    except OSError:
        return left[len(left) :]


def _read(descriptor: int, kept: bytearray) -> bool:
    """Keep a piece of output; False at its end."""
    try:
        piece = os.read(descriptor, _PIECE)
    except BlockingIOError:
        return True
    kept += piece
    return bool(piece)


def _waited(process: subprocess.Popen[bytes], deadline: float) -> int | None:
    try:
        return process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_WAIT_S)
