"""Both sides of a workspace on an engine that is elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker

from pygent_engine.events import Event
from pygent_engine.scope import Scope, working_in

MIB = 1 << 20
NOBODY = 65534


def volumes() -> set[str]:
    client = docker.APIClient()
    try:
        found = client.volumes(filters={"label": f"pygent.owner.pid={os.getpid()}"})["Volumes"] or ()
        return {volume["Name"] for volume in found}
    finally:
        client.close()


def tree(folder: Path) -> dict[str, str]:
    """Every path with what it is: its mode, and content or target."""

    def what(path: Path) -> str:
        if path.is_symlink():
            return f"-> {path.readlink()}"
        mode = oct(path.stat().st_mode & 0o7777)[2:]
        return f"{mode}/" if path.is_dir() else f"{mode} {path.read_text()}"

    return {path.relative_to(folder).as_posix(): what(path) for path in sorted(folder.rglob("*"))}


@contextmanager
def listening() -> Iterator[list[Event]]:
    events: list[Event] = []
    with working_in(Scope(lambda needs, command: "", events.append)):
        yield events


def fill(folder: Path) -> None:
    (folder / "d" / "empty").mkdir(parents=True)
    (folder / "d" / "file").write_text("one")
    (folder / "d" / "script").write_text("#!/bin/sh\necho ran\n")
    (folder / "d" / "script").chmod(0o750)
    (folder / "link").symlink_to("d/file")
    (folder / "out").symlink_to("/etc/../../etc/hostname")
    (folder / os.fsdecode(b"caf\xe9 '\n%s\\")).write_text("odd name")
