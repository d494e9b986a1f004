"""Names the process that owns a container, in labels: beyond doubt, so that what a dead one left can be told."""

from __future__ import annotations

import os
from pathlib import Path

RUNTIME = "pygent.runtime"
_PID = "pygent.owner.pid"
_START = "pygent.owner.start"


def labels_of(runtime: str) -> dict[str, str]:
    """The labels of what belongs to this process; `runtime` is the marker of one runtime."""
    return {RUNTIME: runtime, _PID: str(os.getpid()), _START: _start_time()}


def _start_time() -> str:
    """When this process began, in clock ticks since boot: with the pid it names the process beyond doubt."""
    try:
        return Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""
