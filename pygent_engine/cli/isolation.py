"""What a command of the agent may do and use, in plain words: in a container, and on this machine. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from ..frozen import frozen
from ..runtime.default import resources_of
from ..settings import Settings


@frozen
class Bound:
    """One thing that a command is kept from or not (`holds`)."""

    holds: bool
    topic: str
    text: str


def of_container(settings: Settings, *, remote: bool) -> Iterator[Bound]:
    """The bounds of a container; of a `remote` engine the workspace is a copy."""
    limits = resources_of(settings)
    yield Bound(True, "memory", f"{limits.memory_mb} MB, and no swap beyond it")
    yield Bound(True, "cpus", f"{limits.cpus:g}")
    yield Bound(True, "processes", f"{limits.pids} at most")
    yield Bound(True, "/tmp", f"{limits.tmp_mb} MB, gone with the container")
    yield Bound(True, "home", f"{limits.home_mb} MB, gone with the container")
    yield Bound(True, "files", f"{limits.file_mb} MB at most each")
    yield Bound(True, "root", "read-only")
    yield Bound(True, "rights", "your own user id, no capabilities, no new privileges")
    if settings.network:
        yield Bound(False, "network", "on throughout, as configured")
    else:
        yield Bound(True, "network", "off; in the app a command that wants it asks first")
    if remote:
        yield Bound(True, "mounts", "a copy of the workspace in a volume of the engine, brought back after each command; nothing else")
    else:
        yield Bound(True, "mounts", "the workspace and nothing else, not the Docker socket either")
    yield Bound(True, "logs", "none: the engine keeps no output")


def of_this_machine(settings: Settings) -> Iterator[Bound]:
    """What holds on this machine, and what does not."""
    limits = resources_of(settings)
    yield Bound(True, "ends", "a command ends with all of it that can be found: at its timeout, when cancelled, when Pygent ends")
    yield Bound(True, "keys", "commands get a few variables (PATH, HOME ...) and those of -e, no API key")
    yield Bound(True, "files", f"{limits.file_mb} MB at most each")
    if settings.confirm_bash or settings.approvals != "auto":
        yield Bound(True, "asks", "the app shows each command for your yes first; pygent run with --no-docker does not")
    else:
        yield Bound(False, "asks", "nothing asks before a command, as configured")
    if settings.resources:
        yield Bound(True, "memory", f"{limits.memory_mb} MB for each process, not in all")
    else:
        yield Bound(False, "memory", "no limit; with --resources memory_mb=N one for each process")
    yield Bound(False, "cpus", "no limit, nor one for the number of processes")
    yield Bound(False, "reach", "a command reads and writes what you can: beyond the workspace, too")
    yield Bound(False, "network", "on, as for you")
