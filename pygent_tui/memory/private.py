"""Private files, in folders that are closed to others: written whole or not at all, locked, or with lines added whole.

For what several apps may use at once. All of it blocks. Raises OSError.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from pygent_engine.untrusted import clean_path

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


def write(path: Path, text: str) -> None:
    """Put `text` in the place of what `path` held."""
    _make_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE_MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def put_aside(path: Path) -> Path:
    """Move a file that cannot be understood out of the way; returns where it is now."""
    aside = path.with_name(f"{path.name}.broken")
    path.replace(aside)
    return aside


def failed(what: str, path: Path, error: OSError) -> str:
    """That `what` did not come to be, where, and why, as a sentence."""
    return f"{what} ({clean_path(str(path))}): {error.strerror}."


def _make_folder(folder: Path) -> None:
    """Make `folder`, or close one to others that is open to them."""
    folder.mkdir(_FOLDER_MODE, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(_FOLDER_MODE)


def append_line(path: Path, line: str) -> None:
    """Add `line` to `path`, on a line of its own also where the last one was torn."""
    _make_folder(path.parent)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE_MODE)
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        with os.fdopen(descriptor, "ab", closefd=False) as file:
            file.write(b"\n" * torn + line.encode() + b"\n")
    finally:
        os.close(descriptor)


def lock_file(path: Path, *, wait: bool) -> int | None:
    """A descriptor that holds the lock `path` until it is closed, or its process ends; None when another holds it."""
    _make_folder(path.parent)
    while (descriptor := _lock(path, wait)) is not None and not _is_at(path, descriptor):
        os.close(descriptor)  # it was removed between the opening and the lock: another file is the lock now
    return descriptor


def remove_lock(path: Path, descriptor: int) -> None:
    """Let go of a lock that is held, and leave no file behind. Whoever has opened that one sees that it is gone."""
    with contextlib.suppress(OSError):
        path.unlink()
    os.close(descriptor)


def _lock(path: Path, wait: bool) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _is_at(path: Path, descriptor: int) -> bool:
    """Whether the open file is the one at `path`."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock `path`, waiting for it: who holds one holds it for a moment."""
    descriptor = lock_file(path, wait=True)
    assert descriptor is not None
    try:
        yield
    finally:
        os.close(descriptor)
