"""Writes texts to files that the user named: whole or not at all, and never over another one unasked. Blocks."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from errno import EISDIR
from pathlib import Path
from threading import Event

from pygent_engine.untrusted import OutputCleaner

from ..views.sgr import plain

_PIECE = 1 << 20
_ANY_NEW, _PRIVATE = 0o666, 0o600


class Given(Exception):
    """It was given up."""


def target(name: str, folder: Path) -> Path:
    """The file that `name` means; one that is not absolute is in `folder`. `~x` is a file of that name where x is no user."""
    return folder / os.path.expanduser(name)  # noqa: PTH111 - Path's raises for a home that nobody has


def pieces_of(path: str) -> Iterator[str]:
    """The text of a file, cleaned piece by piece. Raises OSError."""
    cleaner = OutputCleaner()
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, encoding="utf-8", errors="replace", newline="") as file:
        while text := file.read(_PIECE):
            yield cleaner.feed(text)


def without_colours(pieces: Iterable[str]) -> Iterator[str]:
    """`pieces`, cut at ends of lines, so that no sequence stands in two of them."""
    held = ""
    for piece in pieces:
        held += piece
        end = held.rfind("\n") + 1
        if end:
            yield plain(held[:end])
            held = held[end:]
    yield plain(held)


def save(pieces: Iterable[str], path: Path, *, overwrite: bool, cancel: Event, private: bool = False) -> int:
    """Write `pieces` to `path`, `private` for the user alone; returns how many bytes that are.

    Raises FileExistsError when something is there and `overwrite` is not set, OSError, ValueError for what is no path,
    and Given when `cancel` was set.
    """
    if path.is_dir():
        raise IsADirectoryError(EISDIR, "Is a folder", str(path))
    if not overwrite and os.path.lexists(path):
        raise FileExistsError(path)
    descriptor, temporary = tempfile.mkstemp(prefix=".pygent-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for text in pieces:
                if cancel.is_set():
                    raise Given
                file.write(text.encode(errors="replace"))
            size = file.tell()
        _publish(Path(temporary), path, overwrite, _PRIVATE if private else _ANY_NEW)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    return size


def _publish(temporary: Path, path: Path, overwrite: bool, mode: int) -> None:
    """Give the file its name, which is taken first: that fails where something came in between, and tells the mode of a new file."""
    with suppress(*(FileExistsError,) * overwrite):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode))
    there = path.lstat()
    if mode != _PRIVATE and stat.S_ISREG(there.st_mode):
        temporary.chmod(stat.S_IMODE(there.st_mode))
    temporary.replace(path)
