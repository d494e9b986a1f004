"""The processes of this machine, as /proc shows them, and the end of those that are ours. Where there is no /proc, none is found."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import field

from ...frozen import frozen
from ..backend import COALESCE_S

_ROOT = "/proc"
_GONE = (b"Z", b"X")


@frozen
class Process:
    """A living process. Its pid and when it started name it beyond doubt; parent and session may change."""

    pid: int
    started: int  # clock ticks since boot
    parent: int = field(default=0, compare=False)
    session: int = field(default=0, compare=False)


# Whether a process is ours; None: it cannot be told yet.
Ours = Callable[[Process], bool | None]


def living(root: str = _ROOT) -> list[Process]:
    """All processes that still run something: zombies do not."""
    try:
        with os.scandir(root) as entries:
            pids = [int(entry.name) for entry in entries if entry.name.isdecimal()]
    except OSError:
        return []
    return [process for pid in pids if (process := process_at(pid, root))]


def process_at(pid: int, root: str = _ROOT) -> Process | None:
    """The process with this pid; None when there is none, or a zombie."""
    try:
        stat = _read(f"{root}/{pid}/stat")
    except OSError:
        return None
    fields = stat[stat.rfind(b")") + 2 :].split()  # the program's name, before it, may hold anything
    if len(fields) < 20 or fields[0] in _GONE:
        return None
    return Process(pid, int(fields[19]), int(fields[1]), int(fields[3]))


def carries(pid: int, needle: bytes, root: str = _ROOT) -> bool | None:
    """Whether the process has `needle` in its environment; None while an exec has taken the old one away and not yet put the
    new one there. Zombies and the kernel's threads have neither an environment nor a program."""
    entry = f"{root}/{pid}"
    try:
        environment = _read(f"{entry}/environ")
        if not environment and _read(f"{entry}/cmdline"):  # it has none, or the exec is over by now
            environment = _read(f"{entry}/environ") or b"none"
        if environment:
            return b"\0" + needle in b"\0" + environment
        os.readlink(f"{entry}/exe")  # noqa: PTH115 - as in _read
    except OSError:
        return False
    return None


def command_line(process: Process) -> str:
    """What the process was started as, its arguments parted by spaces; "" when it is gone."""
    try:
        return _read(f"{_ROOT}/{process.pid}/cmdline").rstrip(b"\0").replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return ""


def _read(path: str) -> bytes:
    """A whole file; a quarter of what pathlib needs for it, and a look at all processes reads hundreds."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        parts = []
        while part := os.read(descriptor, 1 << 16):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def end(is_ours: Ours, seconds: float) -> None:
    """End each process that `is_ours`, and whatever descends from one, for at most `seconds`.

    First all are stopped, until a look finds no new one: what stands still forks nothing, and its children, which may have
    taken our marker off, can still be told by their parent. Then all are killed, until a look finds none. Those of another
    user, which refuse the signals, are left.
    """
    deadline = time.monotonic() + seconds
    known: set[Process] = set()
    others: set[Process] = set()  # who refused
    strangers: set[Process] = set()  # looked at once: only what descends from one of ours could become one
    while time.monotonic() < deadline:
        members, is_certain = _members(is_ours, known, strangers)
        members -= others
        fresh = members - known
        known |= fresh
        others |= _signal(fresh or members, signal.SIGSTOP if fresh else signal.SIGKILL)
        if not members and is_certain:
            return
        if not fresh:
            time.sleep(COALESCE_S)
    _signal(known, signal.SIGKILL)


def _members(is_ours: Ours, known: set[Process], strangers: set[Process]) -> tuple[set[Process], bool]:
    """Who is known or ours or descends from one; and whether nobody was in doubt. Adds to `strangers`."""
    processes = living()
    answers = {process: process in known or is_ours(process) for process in processes if process not in strangers}
    members = {process for process, answer in answers.items() if answer}
    strangers |= {process for process, answer in answers.items() if answer is False}
    pids = {process.pid for process in members}
    while found := {process for process in processes if process.parent in pids and process not in members}:
        members |= found
        pids |= {process.pid for process in found}
    return members, None not in answers.values()


def _signal(processes: Iterable[Process], number: signal.Signals) -> set[Process]:
    """Send a signal to these and to no other; those that refused it."""
    refused = set()
    for process in processes:
        try:
            _send(process, number)
        except PermissionError:
            refused.add(process)
    return refused


def _send(process: Process, number: signal.Signals) -> None:
    """The pid may name another process by now: a descriptor is held on it while that is looked up, so that it stays true."""
    with contextlib.suppress(ProcessLookupError), contextlib.ExitStack() as held:
        descriptor = None
        if hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):  # kernels before 5.3
                descriptor = os.pidfd_open(process.pid)
                held.callback(os.close, descriptor)
        if process_at(process.pid) != process:
            return
        if descriptor is None:
            os.kill(process.pid, number)
        else:
            signal.pidfd_send_signal(descriptor, number)
