"""Gives files of one workspace to another: links stay links, none leads out of its new place, and nothing else but files goes along."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path

from ...errors import WorkspaceError
from ...listing import list_workspace
from ...values import Flag
from .exact import Exact, pieces_of
from .workspace import Workspace, copy

_DEEPEST = 20


def give(source: Workspace, path: str, target: Workspace, cancel: Flag | None = None) -> None:
    """Give a file or folder under the path that it has; the workspace folder itself stands for all in it that no .gitignore
    names, but for repositories' own folders.

    A link that leads out of what is given becomes the file that it names, if that is inside the workspace, else is left out.
    What is not given yet when `cancel` is set stays out.
    """
    parts = source.parts(path)
    given = "/".join(parts)
    if not stat.S_ISDIR(source.kind(path)) or source.resolved(path) != parts:
        copy(source, path, target)
    elif parts:
        _give_all(source, _until(cancel, _beneath(Exact(source.root), given)), target, given)
    else:
        if source.root == target.root:
            raise WorkspaceError(f"{path} cannot be copied into itself.")
        _give_all(source, _until(cancel, _worth(source.root)), target, "")


def _until(cancel: Flag | None, paths: Iterable[str]) -> Iterator[str]:
    return takewhile(lambda path: cancel is None or not cancel.is_set(), paths)


def _give_all(source: Workspace, paths: Iterable[str], target: Workspace, given: str) -> None:
    here, there = Exact(source.root), Exact(target.root)
    made = {""}
    there.make_folders(given)
    for path in paths:
        folder = path.rpartition("/")[0]
        if folder not in made:
            there.make_folders(folder)
            made.add(folder)
        seen = here.sight(path)
        if seen is not None and stat.S_ISLNK(seen.st_mode):
            _give_link(source, path, target, given)
        elif seen is not None and stat.S_ISREG(seen.st_mode):
            with here.open(path) as file:
                there.write(path, pieces_of(file), bool(seen.st_mode & stat.S_IXUSR))


def _give_link(source: Workspace, path: str, target: Workspace, given: str) -> None:
    named = f"./{path}" if path.startswith("~") else path
    try:
        leads = "/".join(source.resolved(named))
    except WorkspaceError:
        return
    words = Exact(source.root).target(path)
    if not given or leads == given or leads.startswith(f"{given}/"):
        inside = words if not words.startswith("/") else os.path.relpath(leads or ".", path.rpartition("/")[0] or ".")
        Exact(target.root).link(path, inside)
    elif (seen := Exact(source.root).sight(leads)) is not None and stat.S_ISREG(seen.st_mode):
        copy(source, named, target)


def _beneath(exact: Exact, folder: str) -> Iterator[str]:
    """The paths of all but folders in a folder."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with exact.scan(here) as found:
                entries = sorted((f"{here}/{entry.name}", entry.is_dir(follow_symlinks=False)) for entry in found)
        except OSError as error:
            raise WorkspaceError(f"{here}: {error.strerror}.") from error
        waiting += [path for path, is_folder in entries if is_folder]
        yield from (path for path, is_folder in entries if not is_folder)


def _worth(root: Path, inside: str = "", depth: int = 0) -> Iterator[str]:
    """What no .gitignore names in a workspace, with what is in repositories inside it."""
    listing = list_workspace(root / inside)
    if listing.cut:
        raise WorkspaceError(f"The whole workspace cannot be given: {listing.cut}; name the files that are needed.")
    files = [path for path in listing.paths if not path.endswith("/")]
    folders = {path[:end] for path in files for end in _slashes(path)}
    for path in files:
        if (root / inside / path).is_dir() and not (root / inside / path).is_symlink():
            folders.discard(path)
            yield from _nested(root, f"{inside}{path}/", depth)
        else:
            yield f"{inside}{path}"
    for path in listing.paths:
        if path.endswith("/") and path[:-1] not in folders and not (root / inside / path[:-1]).is_symlink():
            yield from _nested(root, f"{inside}{path}", depth)


def _nested(root: Path, inside: str, depth: int) -> Iterator[str]:
    if depth < _DEEPEST:
        yield from _worth(root, inside, depth + 1)


def _slashes(path: str) -> Iterator[int]:
    end = path.find("/")
    while end >= 0:
        yield end
        end = path.find("/", end + 1)
