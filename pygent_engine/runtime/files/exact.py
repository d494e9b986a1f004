"""The very entries of a folder, from the host's side: no link is followed, neither on the way to an entry nor at its end.

`Workspace` is what an agent's paths go through; this is for who carries whole folders over, where a link is content itself.
Paths are relative and POSIX; names that are no text keep their bytes as Python's file names do.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ...errors import WorkspaceError
from ...frozen import frozen
from .beneath import FOLDER, open_without_links, opened_folder

_PIECE = 1 << 20
_FEW = 16  # entries
_NOWHERE = (FileNotFoundError, NotADirectoryError)


@frozen
class Exact:
    """What is beneath `root`, entry by entry. What the system refuses raises WorkspaceError."""

    root: Path

    def sight(self, path: str) -> os.stat_result | None:
        """What the entry itself is; None where there is none."""
        with self._guard(path):
            try:
                with self._parent(path) as (folder, name):
                    return os.stat(name, dir_fd=folder, follow_symlinks=False)
            except _NOWHERE:
                return None
            except OSError:
                if self._crosses_link(path):
                    return None
                raise

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder at `path`, and no link to one."""
        seen = self.sight(path)
        return seen is not None and stat.S_ISDIR(seen.st_mode)

    @contextmanager
    def scan(self, path: str = "") -> Iterator[Iterable[os.DirEntry[str]]]:
        """The entries of a folder. Raises OSError as the system does, for who walks knows what to make of it."""
        with opened_folder(self.root) as root:
            opened = open_without_links(root, _parts(path), FOLDER)
        try:
            with os.scandir(opened) as entries:
                yield entries
        finally:
            os.close(opened)

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """A regular file, for reading. Never waits for a pipe."""
        with self._guard(path), self._parent(path) as (folder, name):
            if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise WorkspaceError(f"{path} is not a regular file.")
            opened = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            with os.fdopen(opened, "rb", buffering=0) as file:
                yield file

    def target(self, path: str) -> str:
        """What a link says."""
        with self._guard(path), self._parent(path) as (folder, name):
            return os.readlink(name, dir_fd=folder)

    def write(self, path: str, pieces: Iterable[bytes], executable: bool) -> None:
        """Put a file at `path` at once, in place of a file or link; its mode but for the x bits stays. Its folders must be there.
        A piece of zeros is left a hole."""
        with self._guard(path), self._parent(path) as (folder, name):
            temporary = f".pygent-{secrets.token_hex(8)}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            opened = os.open(temporary, flags, 0o777 if executable else 0o666, dir_fd=folder)
            try:
                with os.fdopen(opened, "wb") as file:
                    fill(file, pieces)
                    _set_mode(opened, folder, name, executable)
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise

    def set_mode(self, path: str, mode: int) -> None:
        with self.open(path) as file:
            os.fchmod(file.fileno(), mode)

    def stage(self, staged: str, path: str, pieces: Iterable[bytes], executable: bool, mode: int | None = None) -> None:
        """Make the file that is to come to `path` at `staged`, where nothing may be; nothing stays of one that cannot be made.
        Its mode is `mode`, else that of a file at `path`, but for the x bits."""
        mode = self._mode_at(path, executable) if mode is None else mode
        with self._guard(path), self._parent(staged) as (folder, name):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            opened = os.open(name, flags, 0o777 if executable else 0o666, dir_fd=folder)
            try:
                with os.fdopen(opened, "wb") as file:
                    fill(file, pieces)
                    if mode is not None:
                        os.fchmod(opened, mode)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(name, dir_fd=folder)
                raise

    def stage_link(self, staged: str, path: str, target: str) -> None:
        """As `stage`, a link."""
        with self._guard(path), self._parent(staged) as (folder, name):
            os.symlink(target, name, dir_fd=folder)

    def place(self, staged: str, path: str) -> None:
        """Put what is at `staged` at `path` at once, in place of a file or link."""
        with self._guard(path), self._parent(staged) as (here, name), self._parent(path) as (there, wanted):
            os.rename(name, wanted, src_dir_fd=here, dst_dir_fd=there)

    def discard(self, staged: str) -> None:
        """Remove the file or link at `staged`, if there is one and the system lets it be removed."""
        with contextlib.suppress(OSError), self._parent(staged) as (folder, name):
            os.unlink(name, dir_fd=folder)

    def settle(self, paths: Sequence[str]) -> None:
        """Have what is at `paths`, or is there no more, outlive a loss of power: of few each by itself, for a wait for the whole disk
        is one for all that others write to it. Raises WorkspaceError when the disk could not take it."""
        folders = [folder for path in paths for folder in map(str, PurePosixPath(path).parents)]
        with opened_folder(self.root) as root:
            if len(paths) > _FEW or not all(self._is_settled(root, path) for path in dict.fromkeys([*paths, *folders])):
                _settle_disk(root)

    def _is_settled(self, root: int, path: str) -> bool:
        """False when it cannot be waited for by itself. A link, or that nothing is there, is in its folder."""
        with self._guard(path):
            try:
                opened = open_without_links(root, _parts(path) if path != "." else (), os.O_RDONLY | os.O_NONBLOCK)
            except OSError as error:
                return error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
            try:
                os.fsync(opened)
            except OSError as error:
                if error.errno != errno.EINVAL:  # that is of a file system which cannot
                    raise
                return False
            finally:
                os.close(opened)
        return True

    def _mode_at(self, path: str, executable: bool) -> int | None:
        seen = self.sight(path)
        return _with_x(stat.S_IMODE(seen.st_mode), executable) if seen is not None and stat.S_ISREG(seen.st_mode) else None

    def set_executable(self, path: str, executable: bool) -> None:
        with self.open(path) as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            os.fchmod(file.fileno(), _with_x(mode, executable))

    def link(self, path: str, target: str) -> None:
        """Put a link at `path` at once, in place of a file or link."""
        with self._guard(path), self._parent(path) as (folder, name):
            temporary = f".pygent-{secrets.token_hex(8)}"
            os.symlink(target, temporary, dir_fd=folder)
            try:
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise

    def remove(self, path: str) -> None:
        """Remove a file or link."""
        with self._guard(path), self._parent(path) as (folder, name):
            os.unlink(name, dir_fd=folder)

    def remove_folder(self, path: str) -> bool:
        """Remove an empty folder; False when it is not empty, or not there."""
        try:
            with self._parent(path) as (folder, name):
                os.rmdir(name, dir_fd=folder)
        except OSError:
            return False
        return True

    def make_folders(self, path: str) -> list[str]:
        """Make the folder `path` with those it is in; which were not there, the outermost first. None stays when one cannot be made."""
        made: list[str] = []
        try:
            self._make_folders(path, made)
        except WorkspaceError:
            for folder in reversed(made):
                self.remove_folder(folder)
            raise
        return made

    def _make_folders(self, path: str, made: list[str]) -> None:
        parts = _parts(path)
        with self._guard(path), opened_folder(self.root) as root:
            for depth in range(1, len(parts) + 1):
                parent = open_without_links(root, parts[: depth - 1], FOLDER)
                try:
                    os.mkdir(parts[depth - 1], dir_fd=parent)
                    made.append("/".join(parts[:depth]))
                except FileExistsError:
                    pass
                finally:
                    os.close(parent)
            os.close(open_without_links(root, parts, FOLDER))

    def _crosses_link(self, path: str) -> bool:
        parts = _parts(path)
        return any(self.root.joinpath(*parts[:depth]).is_symlink() for depth in range(1, len(parts)))

    @contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, str]]:
        parts = _parts(path)
        if not parts:
            raise WorkspaceError("The folder itself is no entry of it.")
        with opened_folder(self.root) as root:
            opened = open_without_links(root, parts[:-1], FOLDER)
        try:
            yield opened, parts[-1]
        finally:
            os.close(opened)

    @contextmanager
    def _guard(self, path: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise WorkspaceError(f"{path}: {error.strerror}.") from error


def _settle_disk(opened: int) -> None:
    try:
        ctypes.CDLL(None).syncfs(opened)
    except AttributeError:  # not Linux
        os.sync()


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """The content of a file, piece by piece."""
    while piece := file.read(_PIECE):
        yield piece


def _parts(path: str) -> list[str]:
    """Raises WorkspaceError for what is no relative path without detours."""
    parts = path.split("/") if path else []
    if any(part in ("", ".", "..") for part in parts) or "\0" in path:
        raise WorkspaceError(f"{path!r} is no path within a folder.")
    return parts


def fill(file: BinaryIO, pieces: Iterable[bytes]) -> None:
    """Write a whole file; a piece of zeros is left a hole."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if piece.count(0) == len(piece):
            file.seek(len(piece), os.SEEK_CUR)
        else:
            file.write(piece)
    file.truncate(size)


def _set_mode(opened: int, folder: int, name: str, executable: bool) -> None:
    """Give a new file the mode of the one whose place it takes, with the x bits that it is to have."""
    try:
        before = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISREG(before.st_mode):
        os.fchmod(opened, _with_x(stat.S_IMODE(before.st_mode), executable))


def _with_x(mode: int, executable: bool) -> int:
    """As a umask lets it be: who may read may run."""
    if executable:
        return mode if mode & 0o100 else mode | (mode & 0o444) >> 2
    return mode & ~0o111
