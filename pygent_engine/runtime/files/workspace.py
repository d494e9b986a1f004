"""A workspace's files, from the host's side. Every path is resolved beneath the workspace before a byte is touched."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ...errors import WorkspaceError
from .beneath import FOLDER, Opener, follow, open_beneath, opened_folder

READ_LIMIT = 1 << 20

Parts = tuple[str, ...]


class Workspace:
    """The files beneath `root`. `alias` is the name that the folder has inside a container, `opener` what opens them."""

    def __init__(self, root: Path, alias: str | None = None, opener: Opener = open_beneath) -> None:
        self.root = root
        self._bases = (str(root),) if alias is None else (alias, str(root))
        self._opener = opener

    def parts(self, path: str) -> Parts:
        """The components of `path`, relative to the root. Raises WorkspaceError when it leads out by its own words."""
        if "\0" in path:
            raise WorkspaceError("A path cannot hold a NUL character.")
        pure = PurePosixPath(path)
        if pure.is_absolute():
            pure = self._relative(pure)
        if ".." in pure.parts or path.startswith("~"):  # as in a shell, "./~x" is a name
            raise _refused(path)
        return pure.parts

    def read(self, path: str, limit: int = READ_LIMIT) -> bytes:
        """The whole content of a regular file of at most `limit` bytes."""
        with self.open(path) as file:
            data = file.read(limit + 1)
            size = max(len(data), os.fstat(file.fileno()).st_size)
        if len(data) > limit:
            raise WorkspaceError(f"{path} is {size:,} bytes, more than the {limit:,} that are read at once; read a range of its lines.")
        return data

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """A regular file, for reading."""
        if not stat.S_ISREG(self.kind(path)):  # opening a device may already do something
            raise _not_regular(path)
        with self._guard(path), opened_folder(self.root) as root:
            # Not blocking: it may have become a FIFO, and one without a writer would hold us.
            opened = self._opener(root, self._followed(root, path), os.O_RDONLY | os.O_NONBLOCK, 0)
            try:
                _require_regular(os.fstat(opened).st_mode, path)
                with os.fdopen(opened, "rb", closefd=False) as file:
                    yield file
            finally:
                os.close(opened)

    def write(self, path: str, content: bytes) -> None:
        """Replace or create a file at once: who reads sees the old content or the new. Mode bits stay."""
        with self.replacing(path) as file:
            file.write(content)

    @contextmanager
    def replacing(self, path: str) -> Iterator[BinaryIO]:
        """A new file that takes the name `path` when the block ends well; parent folders are made."""
        with self._guard(path), opened_folder(self.root) as root:
            parts = self._followed(root, path)
            if not parts:
                raise WorkspaceError(f"{path or 'An empty path'} is the workspace folder, not a regular file.")
            folder = self._made(root, parts[:-1])
            try:
                with _temporary(folder, parts[-1], path) as file:
                    yield file
            finally:
                os.close(folder)

    def kind(self, path: str) -> int:
        """The file type bits of what `path` names, links inside followed."""
        with self._guard(path), opened_folder(self.root) as root:
            flags = os.O_PATH if hasattr(os, "O_PATH") else os.O_RDONLY | os.O_NONBLOCK
            opened = self._opener(root, self._followed(root, path), flags, 0)
            try:
                return stat.S_IFMT(os.fstat(opened).st_mode)
            finally:
                os.close(opened)

    def resolved(self, path: str) -> Parts:
        """Where `path` leads, all its links followed; what does not exist stays as it is."""
        with self._guard(path), opened_folder(self.root) as root:
            return self._followed(root, path)

    def entries(self, path: str) -> list[tuple[str, bool]]:
        """The names in a folder, sorted, each with whether it is a symbolic link."""
        with self._guard(path), opened_folder(self.root) as root:
            opened = self._opener(root, self._followed(root, path), FOLDER, 0)
            try:
                with os.scandir(opened) as found:
                    return sorted((entry.name, entry.is_symlink()) for entry in found)
            finally:
                os.close(opened)

    def make_folder(self, path: str) -> None:
        with self._guard(path), opened_folder(self.root) as root:
            os.close(self._made(root, self._followed(root, path)))

    def _relative(self, path: PurePosixPath) -> PurePosixPath:
        for base in self._bases:
            if path.is_relative_to(base):
                return path.relative_to(base)
        raise _refused(str(path))

    def _followed(self, root: int, path: str) -> Parts:
        return follow(root, self.parts(path), self._bases)

    def _made(self, root: int, parts: Parts) -> int:
        """A descriptor of the folder `parts`, made where it is missing."""
        for depth in range(1, len(parts) + 1):
            parent = self._opener(root, parts[: depth - 1], FOLDER, 0)
            try:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(parts[depth - 1], dir_fd=parent)
            finally:
                os.close(parent)
        return self._opener(root, parts, FOLDER, 0)

    @contextmanager
    def _guard(self, path: str) -> Iterator[None]:
        try:
            yield
        except UnicodeEncodeError as error:
            raise WorkspaceError(f"The path {path!r} cannot be a file name.") from error
        except OSError as error:
            if error.errno == errno.EXDEV:
                raise _refused(path) from error
            if error.errno == errno.ENXIO:
                raise _not_regular(path) from error
            raise WorkspaceError(f"{path}: {error.strerror}.") from error


def copy(source: Workspace, path: str, target: Workspace, dest: str | None = None) -> str:
    """Copy a file, or a folder with all in it, between workspaces; the relative path that it has in `target`.

    A link inside a folder is copied as the file that it names, when that lies inside too; other links, and what is
    neither file nor folder, are left out.
    """
    parts = source.parts(path)
    to = target.parts(dest if dest is not None else _named(parts))
    if dest is not None and dest.endswith("/") and parts:
        to = (*to, parts[-1])
    if not stat.S_ISDIR(source.kind(path)):
        _copy_file(source, path, target, _named(to))
        return "/".join(to)
    if target.root.joinpath(*to).is_relative_to(source.root.joinpath(*parts)):
        raise WorkspaceError(f"{path} cannot be copied into itself.")
    _copy_folder(source, parts, target, to)
    return "/".join(to) or "."


def _copy_folder(source: Workspace, parts: Parts, target: Workspace, to: Parts) -> None:
    waiting = [((*parts, name), (*to, name), link) for name, link in source.entries(_named(parts))]
    target.make_folder(_named(to))
    while waiting:
        here, there, link = waiting.pop()
        try:
            kind = source.kind(_named(here))
        except WorkspaceError:
            if link:
                continue
            raise
        if stat.S_ISREG(kind):
            _copy_file(source, _named(here), target, _named(there))
        elif stat.S_ISDIR(kind) and not link:
            waiting += [((*here, name), (*there, name), inner) for name, inner in source.entries(_named(here))]
            target.make_folder(_named(there))


def _copy_file(source: Workspace, path: str, target: Workspace, dest: str) -> None:
    with source.open(path) as file, target.replacing(dest) as copied:
        shutil.copyfileobj(file, copied, 1 << 18)
        os.fchmod(copied.fileno(), stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o777)


def _named(parts: Parts) -> str:
    """A path of exactly these components, whatever the first begins with."""
    joined = "/".join(parts)
    return f"./{joined}" if joined.startswith("~") else joined


@contextmanager
def _temporary(folder: int, name: str, path: str) -> Iterator[BinaryIO]:
    mode = _mode_of(folder, name, path)
    temporary = f".pygent-{secrets.token_hex(8)}"
    opened = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=folder)
    try:
        with os.fdopen(opened, "wb") as file:
            if mode is not None:
                os.fchmod(opened, mode)
            yield file
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary, dir_fd=folder)
        raise


def _mode_of(folder: int, name: str, path: str) -> int | None:
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return None
    _require_regular(mode, path)
    return stat.S_IMODE(mode)


def _require_regular(mode: int, path: str) -> None:
    if not stat.S_ISREG(mode):
        raise _not_regular(path)


def _not_regular(path: str) -> WorkspaceError:
    return WorkspaceError(f"{path} is not a regular file.")


def _refused(path: str) -> WorkspaceError:
    return WorkspaceError(f"{path} is outside the workspace.")
