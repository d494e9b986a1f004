"""Real servers on loopback for tests, each a program of this machine.

Where one is not installed the test is skipped, or fails where PYGENT_REQUIRE_DOCKER is 1.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

START_S = 20


def lacking(program: str) -> NoReturn:
    """Skip the test for a program that is not installed, or fail it where all must be there."""
    reason = f"{program} is not installed; .ci/run installs it"
    if os.environ.get("PYGENT_REQUIRE_DOCKER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def installed(program: str) -> str:
    """Where `program` is."""
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or lacking(program)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[None]:
    """Within the block `command` serves on `port`; what it says goes to `log`."""
    with log.open("wb") as out:
        serving = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    try:
        deadline = time.monotonic() + START_S
        while not _listens(port):
            assert serving.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        yield
    finally:
        os.killpg(serving.pid, signal.SIGTERM)
        serving.wait(START_S)


def _listens(port: int) -> bool:
    """Read from the kernel: a connection would be a client that says nothing."""
    address = f"0100007F:{port:04X}"
    return any(line.split()[1] == address and line.split()[3] == "0A" for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
