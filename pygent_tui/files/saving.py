"""Writes the output of a call to a file that the user named. Blocks: called on a thread of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

from pygent_engine.untrusted import OutputCleaner

from ..views.sgr import plain

_PIECE = 1 << 20


class Given(Exception):
    """It was given up."""


def target(name: str, folder: Path) -> Path:
    """The file that `name` means; one that is not absolute is in `folder`. Raises RuntimeError for a home that nobody has."""
    return folder / Path(name).expanduser()


def pieces_of(path: str) -> Iterator[str]:
    """The text of a file, cleaned piece by piece. Raises OSError."""
    cleaner = OutputCleaner()
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, encoding="utf-8", errors="replace", newline="") as file:
        while text := file.read(_PIECE):
            yield cleaner.feed(text)


def save(pieces: Iterable[str], path: Path, *, overwrite: bool, cancel: Event) -> None:
    """Write `pieces` to `path`, whole or not at all; without colours, unless it is called .ansi.

    Raises FileExistsError when something is there and `overwrite` is not set, OSError, and Given when `cancel` was set.
    """
    if not overwrite and os.path.lexists(path):
        raise FileExistsError(path)
    descriptor, temporary = tempfile.mkstemp(prefix=".pygent-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
            for text in _lines(pieces):
                if cancel.is_set():
                    raise Given
                file.write(text if path.suffix == ".ansi" else plain(text))
        _publish(temporary, path, overwrite)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _publish(temporary: str, path: Path, overwrite: bool) -> None:
    """Give the file its name, and the mode that a new file has here; a link fails where something came in between."""
    mask = os.umask(0)
    os.umask(mask)
    Path(temporary).chmod(0o666 & ~mask)
    if overwrite:
        Path(temporary).replace(path)
    else:
        os.link(temporary, path)
        Path(temporary).unlink()


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """`pieces` cut at ends of lines, so that no sequence stands in two of them."""
    held = ""
    for piece in pieces:
        held += piece
        end = held.rfind("\n") + 1
        if end:
            yield held[:end]
            held = held[end:]
    yield held
