"""Files with the full output of commands whose result was cut. Private to the user, bounded, gone with their runtime.

A spool is a convenience: whatever goes wrong with its file, the command goes on and there is just no spool.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from pathlib import Path

from ..lifeline import Lifeline

FILE_LIMIT = 64 << 20
FILES = 20
TOTAL_LIMIT = 4 * FILE_LIMIT
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW


class Spools:
    """The spools of one runtime, in a folder that is made when the first is written. The newest are kept.

    Nothing is written when that folder would be beneath `workspace`, where commands could put something in its place.
    """

    def __init__(self, workspace: Path, lifeline: Lifeline) -> None:
        self._workspace = workspace
        self._lifeline = lifeline
        self._guard = threading.Lock()  # of the four below
        self._closed = False
        self._folder: Path | None = None
        self._kept: list[Spool] = []
        self._made = 0

    def new(self) -> Spool:
        """A place for the output of one command; nothing is on the disk before something is written to it."""
        return Spool(self)

    def place(self, spool: Spool) -> Path:
        """A new file for `spool`. Raises OSError."""
        with self._guard:
            if self._closed:
                raise OSError("the runtime was cleaned up")
            if self._folder is None:
                self._folder = self._make_folder()
            self._made += 1
            path = self._folder / f"output-{self._made}.txt"
            os.close(os.open(path, _APPEND | os.O_CREAT | os.O_EXCL, 0o600))
            self._kept.append(spool)
            return path

    def make_room(self) -> None:
        """Remove the oldest files beyond the limits."""
        with self._guard:
            while len(self._kept) > FILES or (len(self._kept) > 1 and sum(spool.size for spool in self._kept) > TOTAL_LIMIT):
                self._kept.pop(0).drop()

    def remove(self) -> None:
        """Remove all files and the folder, for good."""
        with self._guard:
            folder, self._folder = self._folder, None
            self._kept, self._closed = [], True
        if folder is not None:
            self._lifeline.remove_folder(folder)

    def _make_folder(self) -> Path:
        if Path(tempfile.gettempdir()).resolve().is_relative_to(self._workspace):
            raise OSError(f"{tempfile.gettempdir()} is in the workspace")
        return self._lifeline.make_folder("pygent-output-")


class Spool:
    """The full output of one command as UTF-8, up to FILE_LIMIT bytes; `path` is "" while there is none."""

    def __init__(self, spools: Spools) -> None:
        self._spools = spools
        self._path: Path | None = None
        self._over = False  # full, or given up
        self.size = 0

    @property
    def path(self) -> str:
        return "" if self._path is None else str(self._path)

    def write(self, text: str) -> None:
        if self._over:
            return
        try:
            if self._path is None:
                self._path = self._spools.place(self)
            self._append(self._path, text.encode("utf-8", "replace"))
        except OSError:
            self.drop()
        self._spools.make_room()

    def drop(self) -> None:
        """Give the file up."""
        self._over, self.size = True, 0
        path, self._path = self._path, None
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink()

    def _append(self, path: Path, data: bytes) -> None:
        if self.size + len(data) > FILE_LIMIT:
            kept = data[: FILE_LIMIT - self.size].decode("utf-8", "ignore")
            data = f"{kept}\n[... the command put out more; this file ends after {FILE_LIMIT >> 20} MiB ...]\n".encode()
            self._over = True
        # Opened for each piece: a command that is given up leaves no descriptor behind.
        opened = os.open(path, _APPEND)
        try:
            while data:
                written = os.write(opened, data)
                self.size, data = self.size + written, data[written:]
        finally:
            os.close(opened)
