"""Which processes of this machine, those in containers included, belong to a test: told by an argument that is its own."""

from __future__ import annotations

import os
import time
from pathlib import Path

from .waiting import within_patience


def own_seconds() -> str:
    """A duration for `sleep` that nobody else sleeps for."""
    return f"{600 + time.monotonic_ns() % 10**9}.{os.getpid()}"


def carriers(text: str) -> list[int]:
    """The processes with `text` among their arguments."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if text.encode() in _read(entry / "cmdline").split(b"\0")]


def gone(text: str) -> bool:
    return within_patience(lambda: not carriers(text))


def parent_of(pid: int) -> int:
    return int(_read(Path(f"/proc/{pid}/stat")).rpartition(b")")[2].split()[1])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
