"""A parent's workspace and a task's, with the work between them, for tests that hand it over."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from pygent_engine import FileChange, Runtime
from pygent_engine.tasks.handover import Handover, private_store

Content = dict[str, bytes | str | tuple[str, bytes]]
"""By path: a file's bytes, a link's target, or ("x", bytes) for a file that may be run."""


class Pair:
    """Two local workspaces, and the store between them."""

    def __init__(self, folder: Path) -> None:
        self.store = private_store()
        self.parent_rt = Runtime(use_docker=False, workspace=_made(folder / "parent"))
        self.task_rt = Runtime(use_docker=False, workspace=_made(folder / "task"))
        self.journals = folder / "journals"
        self.parent, self.task = self.parent_rt.base_dir, self.task_rt.base_dir

    def handover(self, *files: str) -> Handover:
        """One that has begun."""
        handover = Handover(self.store, self.task_rt, self.parent_rt, files, self.journals)
        handover.begin()
        return handover

    def close(self) -> None:
        for runtime in (self.task_rt, self.parent_rt):
            runtime.cleanup()
        self.store.close()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(tmp_path)
    yield pair
    pair.close()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def fill(folder: Path, content: Mapping[str, bytes | str | tuple[str, bytes]]) -> None:
    """Put files and links there, in place of such."""
    for path, what in content.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink() or isinstance(what, str):
            place.unlink(missing_ok=True)
        if isinstance(what, str):
            place.symlink_to(what)
        else:
            place.write_bytes(what if isinstance(what, bytes) else what[1])
            place.chmod(0o644 if isinstance(what, bytes) else 0o755)


def content(folder: Path) -> Content:
    """All files and links there, and folders that are empty, as b"/"."""
    found: Content = {}
    for place, folders, files in os.walk(folder):
        for path in (Path(place, name) for name in (*folders, *files)):
            name = str(path.relative_to(folder))
            if path.is_symlink():
                found[name] = str(path.readlink())
            elif path.is_file():
                found[name] = ("x", path.read_bytes()) if path.stat().st_mode & 0o100 else path.read_bytes()
            elif path.is_dir() and not any(path.iterdir()):
                found[name] = b"/"
    return found


def kinds(changes: Iterable[FileChange]) -> dict[str, str]:
    """Each path with how it changed; an ignored one with how many files it stands for."""
    return {change.path: f"ignored {change.files}" if change.ignored else change.kind for change in changes}
