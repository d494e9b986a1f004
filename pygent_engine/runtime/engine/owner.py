"""Names the process that owns what is on an engine, in labels: beyond doubt, so that what a dead one left can be told."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from ...frozen import frozen

RUNTIME = "pygent.runtime"
HOST = "pygent.owner.host"
_PID = "pygent.owner.pid"
_START = "pygent.owner.start"
_BOOT = "pygent.owner.boot"
_NAME = "pygent-"
# Labels are handed on to an image that is committed of a container, and to all that runs from it; names are not.
OUR_NAMES = f"^/{_NAME}"


@frozen
class Owner:
    """A process: its pid, when it began (in clock ticks since boot), and the boot and the host that both count for."""

    pid: int
    start: str
    boot: str
    host: str


def labels_of(runtime: str, owner: Owner | None = None) -> dict[str, str]:
    """The labels of what belongs to `owner`, else to this process; `runtime` is the marker of one runtime."""
    owner = owner or this_process()
    return {RUNTIME: runtime, _PID: str(owner.pid), _START: owner.start, _BOOT: owner.boot, HOST: owner.host}


def new_name() -> str:
    """A name for a container of ours, also to tell it from those of an image that was made of one."""
    return f"{_NAME}{secrets.token_hex(6)}"


def owner_of(labels: Mapping[str, str]) -> Owner | None:
    """The owner that `labels` name, None when they name none."""
    pid = labels.get(_PID, "")
    if RUNTIME not in labels or HOST not in labels or not (pid.isascii() and pid.isdecimal() and int(pid)):
        return None
    return Owner(int(pid), labels.get(_START, ""), labels.get(_BOOT, ""), labels[HOST])


def this_process() -> Owner:
    """The owner of what this process makes."""
    return Owner(os.getpid(), start_of(os.getpid()) or "", _first_line("/proc/sys/kernel/random/boot_id"), _host())


def start_of(pid: int) -> str | None:
    """When the process `pid` began, None when there is none or it has ended, "" when nobody says."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except (OSError, OverflowError):
        pass  # it is somebody else's, or no pid of this system
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if _is_zombie(fields[0], fields[17]) else fields[19]
    except (OSError, IndexError):
        return ""


def _is_zombie(state: str, threads: str) -> bool:
    """Whether a process only waits for its parent to take note of its end. It is more while a thread outlives the first."""
    return state in ("Z", "X") and threads in ("0", "1")


def is_dead(owner: Owner, here: Owner, started: Callable[[int], str | None] = start_of) -> bool:
    """Whether `owner` has ended for certain, as seen from `here`: nothing is certain of another host."""
    if owner.host != here.host or not owner.boot or not here.boot:
        return False
    if owner.boot != here.boot:
        return True
    start = started(owner.pid)
    return start is None or bool(start and owner.start and start != owner.start)


def _host() -> str:
    """This machine, and the namespace in which its pids are counted. Hosts share names, and pids; a machine's id stays secret."""
    try:
        namespace = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - it leads nowhere
    except OSError:
        namespace = ""
    secret = f"pygent {_first_line('/etc/machine-id')} {namespace}"
    return f"{socket.gethostname()}/{hashlib.sha256(secret.encode()).hexdigest()[:16]}"


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""
