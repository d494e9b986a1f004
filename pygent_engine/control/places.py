"""The folder where the sessions of this user are found: for each a socket, and a note of the process that owns it.

Private: the folder is 0700 and what is in it 0600 under any umask. What a dead owner left is removed, and only that: an
owner on another host that shares the folder is never certainly dead.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from ..frozen import frozen
from ..runtime.engine.owner import Owner, is_dead, this_process

_LONGEST = 100  # bytes of an address; the systems end between 104 and 108
_LONGEST_NOTE = 10_000
_SOCKET, _NOTE = ".sock", ".json"


@frozen
class Place:
    """Where the session `id` is found."""

    folder: Path
    id: str

    @property
    def socket(self) -> Path:
        return self.folder / f"{self.id}{_SOCKET}"

    @property
    def note(self) -> Path:
        return self.folder / f"{self.id}{_NOTE}"

    def claim(self) -> None:
        """Say that this process owns the place, before there is a socket. Raises OSError, also when it is taken."""
        descriptor = os.open(self.note, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(this_process()), file)

    def clear(self) -> None:
        """Remove the socket, then the note; what cannot be removed, for it is something else by now, stays."""
        for path in (self.socket, self.note):
            with suppress(OSError):
                path.unlink()

    def left_by_the_dead(self, here: Owner) -> bool:
        """Whether the owner has certainly ended."""
        owner = self._owner()
        return owner is not None and is_dead(owner, here)

    def _owner(self) -> Owner | None:
        """The owner as noted; None when the note cannot be read, or is still being written."""
        try:
            with open(self.note, encoding="utf-8", opener=_without_waiting) as file:
                noted = json.loads(file.read(_LONGEST_NOTE))
            return Owner(int(noted["pid"]), str(noted["start"]), str(noted["boot"]), str(noted["host"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None


def _without_waiting(path: str, flags: int) -> int:
    """An opener for what should be a file, and may have become a pipe or a link."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def places(folder: Path) -> list[Place]:
    """The places of sessions that may run; those of the dead are cleared away. Raises OSError."""
    here = this_process()
    found = []
    for note in sorted(folder.glob(f"*{_NOTE}")):
        place = Place(folder, note.name.removesuffix(_NOTE))
        if place.left_by_the_dead(here):
            place.clear()
        elif place.socket.exists():
            found.append(place)
    return found


@contextmanager
def address(path: Path) -> Iterator[str]:
    """What to bind or connect to for a socket at `path`, however long that is where the system has /proc."""
    if len(os.fsencode(path)) <= _LONGEST:
        yield str(path)
        return
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{path.name}"
    finally:
        os.close(descriptor)
