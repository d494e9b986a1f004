"""The host's copy of a workspace that lives elsewhere: looks what is in it, and packs it. No link in it is ever followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ...errors import WorkspaceError
from ..files.beneath import open_without_links
from .archive import Entry, Kind, content, header

FOLDER = os.O_RDONLY | os.O_DIRECTORY
TEMPORARY = ".pygent-"  # as `files` names what it has not finished writing
_TEMPORARY_LENGTH = len(TEMPORARY) + 16

# Mode, size, mtime, ctime and inode of a file or link; of a folder the mode alone. Two sights differ when something changed.
Sight = tuple[int, int, int, int, int]


class HostFolder:
    """The folder `root` of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def scan(self) -> tuple[dict[str, Sight], set[str]]:
        """What is in the folder, and the folders in it that cannot be looked into. Raises WorkspaceError when it cannot be
        looked into itself."""
        seen: dict[str, Sight] = {}
        closed: set[str] = set()
        waiting = [""]
        while waiting:
            path = waiting.pop()
            try:
                with os.scandir(self.root / path) as entries:
                    for entry in entries:
                        if _unfinished(entry.name):
                            continue
                        name = f"{path}/{entry.name}" if path else entry.name
                        status = entry.stat(follow_symlinks=False)
                        if stat.S_ISDIR(status.st_mode):
                            waiting.append(name)
                        elif not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
                            continue
                        seen[name] = sight(status)
            except OSError as error:
                if not path:
                    raise WorkspaceError(f"The workspace {self.root} cannot be read: {error.strerror}.") from error
                closed.add(path)
        return seen, closed

    def mode(self) -> int:
        return stat.S_IMODE(self.root.stat().st_mode) & 0o777

    def free(self) -> int:
        """Bytes that the disk has left for this user."""
        status = os.statvfs(self.root)
        return status.f_bavail * status.f_frsize

    def pack(self, path: str, prefix: str, owner: tuple[int, int], tell: Callable[[Entry, Sight], None]) -> Iterator[bytes]:
        """The archive of `path` alone, under `prefix`. `tell` gets what was packed, and what it looked like; nothing
        is told of what is gone or cannot be read, nor of a file that changed while it was read: it will differ again."""
        try:
            with self.parent(path) as (folder, name):
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    with _open(folder, name) as file:
                        status = os.fstat(file.fileno())
                        entry = _entry(path, "f", status)
                        yield header(_renamed(entry, prefix), owner)
                        yield from content(file, entry.size)
                        if sight(os.fstat(file.fileno())) != sight(status):
                            return
                else:
                    kind: Kind = "d" if stat.S_ISDIR(status.st_mode) else "l"
                    entry = _entry(path, kind, status, os.readlink(name, dir_fd=folder) if kind == "l" else "")
                    yield header(_renamed(entry, prefix), owner)
                tell(entry, sight(status))
        except OSError:
            return

    def sight(self, path: str) -> Sight | None:
        try:
            with self.parent(path) as (folder, name):
                return sight(os.stat(name, dir_fd=folder, follow_symlinks=False))
        except OSError:
            return None

    def open(self, path: str) -> BinaryIO | None:
        """The regular file at `path`, for reading."""
        try:
            with self.parent(path) as (folder, name):
                return _open(folder, name)
        except OSError:
            return None

    def target(self, path: str) -> str | None:
        """Where the link at `path` leads."""
        try:
            with self.parent(path) as (folder, name):
                return os.readlink(name, dir_fd=folder)
        except OSError:
            return None

    def remove(self, path: str) -> bool:
        """Remove a file, a link or an empty folder; whether it is gone."""
        try:
            with self.parent(path) as (folder, name), changeable(folder):
                unlink(folder, name)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True

    @contextmanager
    def parent(self, path: str) -> Iterator[tuple[int, str]]:
        """A descriptor of the folder that holds `path`, reached through no link, and the name in it."""
        *parts, name = path.split("/")
        root = os.open(self.root, FOLDER | os.O_CLOEXEC)
        try:
            folder = open_without_links(root, parts, FOLDER) if parts else os.dup(root)
        finally:
            os.close(root)
        try:
            yield folder, name
        finally:
            os.close(folder)


def sight(status: os.stat_result) -> Sight:
    if stat.S_ISDIR(status.st_mode):
        return (status.st_mode, 0, 0, 0, 0)
    return (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _entry(path: str, kind: Kind, status: os.stat_result, target: str = "") -> Entry:
    size = status.st_size if kind == "f" else 0
    return Entry(path, kind, stat.S_IMODE(status.st_mode) & 0o777, size, status.st_mtime_ns, target)


def _renamed(entry: Entry, prefix: str) -> Entry:
    return Entry(f"{prefix}/{entry.path}", entry.kind, entry.mode, entry.size, entry.mtime_ns, entry.target)


def status(folder: int, name: str) -> os.stat_result | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def unlink(folder: int, name: str) -> None:
    found = status(folder, name)
    if found is None:
        return
    if stat.S_ISDIR(found.st_mode):
        os.rmdir(name, dir_fd=folder)
    else:
        os.unlink(name, dir_fd=folder)


def _open(folder: int, name: str) -> BinaryIO:
    # Not blocking, and looked at again: what was a file may have become a FIFO.
    file = os.fdopen(os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(errno.EINVAL, "not a regular file")
    return file


@contextmanager
def changeable(folder: int) -> Iterator[None]:
    """Entries of a folder that forbids its owner to write can be changed within the block."""
    mode = stat.S_IMODE(os.fstat(folder).st_mode)
    if mode & 0o300 == 0o300:
        yield
        return
    os.fchmod(folder, mode | 0o300)
    try:
        yield
    finally:
        os.fchmod(folder, mode)


def _unfinished(name: str) -> bool:
    return len(name) == _TEMPORARY_LENGTH and name.startswith(TEMPORARY)


def beneath_any(path: str, folders: Iterable[str]) -> bool:
    """Whether `path` is, or lies in, one of `folders`."""
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)
