"""Writes texts to files of this machine, off the UI's thread: never over a file without a yes, and says what was written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from pygent_engine.untrusted import clean_line

from ..screens.confirm import Confirm
from ..widgets.request import Request
from .station import Station


@dataclass(frozen=True, slots=True)
class Draft:
    """A text that is to be written to `path`; `make` is called on the writing thread, `what` names it in sentences."""

    path: Path
    make: Callable[[], str]
    what: str


class Writing(Station):
    """What it writes only the user can read."""

    class Told(Request):
        """What came of a draft: so many bytes are written, or it is in the way of a file (`taken`), or it failed."""

        def __init__(self, draft: Draft, size: int = 0, failure: str = "", taken: bool = False) -> None:
            super().__init__()
            self.draft = draft
            self.size = size
            self.failure = failure
            self.taken = taken

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {Writing.Told: self._told}

    def write(self, draft: Draft, *, over: bool = False) -> None:
        """Begin to write; `over` what is there."""
        Thread(target=self._write, args=(draft, over), name="pygent-write", daemon=True).start()

    def _write(self, draft: Draft, over: bool) -> None:
        try:
            data = draft.make().encode(errors="replace")
            (replace_file if over else create_file)(draft.path, data)
        except FileExistsError:
            told = Writing.Told(draft, taken=True)
        except OSError as error:
            told = Writing.Told(draft, failure=error.strerror or str(error))
        else:
            told = Writing.Told(draft, len(data))
        self.app.post_message(told)

    def _told(self, told: Writing.Told) -> None:
        draft, path = told.draft, clean_line(str(told.draft.path), 300)
        if told.taken:
            dialog = Confirm("Write over this file?", f"{path} is there already.", "write over it", "leave it")
            self.conductor.confirm(dialog, lambda: self.write(draft, over=True))
        elif told.failure:
            self.conductor.refuse(f"{path} could not be written: {told.failure}.")
        else:
            self.conductor.say(f"Wrote {draft.what} to {path} ({_size(told.size)}).")


def create_file(path: Path, data: bytes) -> None:
    """Raises FileExistsError when something is there, OSError when it cannot be written; then nothing is left of it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            file.write(data)
            file.flush()
        except OSError:
            path.unlink(missing_ok=True)
            raise


def replace_file(path: Path, data: bytes) -> None:
    """Put a new file in the place of `path`, which is whole until then. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=".pygent-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} byte{'s' if count != 1 else ''}"
    return f"{count / 1e3:.1f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"
