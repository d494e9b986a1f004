"""Takes what comes from elsewhere into the host's copy of a workspace.

What comes is hostile: nothing is followed, nothing outside the folder is touched, and every file arrives whole or not at all.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from ..files.beneath import open_without_links
from .archive import Entry
from .folder import FOLDER, TEMPORARY, HostFolder, Sight, changeable, sight, status, unlink


class Intake:
    """Puts the entries of one archive that `wants` accepts into a folder: the receiver of an ArchiveReader.

    `arrived` holds what stands there now, `failed` why something does not, `overwritten` what had been changed here since it
    looked as `expected` says.
    """

    def __init__(self, folder: HostFolder, wants: Callable[[Entry], bool], expected: Callable[[str], Sight | None], budget: int) -> None:
        self.arrived: dict[str, tuple[Entry, Sight]] = {}
        self.failed: dict[str, str] = {}
        self.overwritten: list[str] = []
        self._folder = folder
        self._wants = wants
        self._expected = expected
        self._budget = budget
        self._entry: Entry | None = None
        self._file: BinaryIO | None = None
        self._temporary = ""
        self._modes: list[tuple[str, int]] = []

    def begin(self, entry: Entry) -> None:
        self._entry = entry if self._wants(entry) else None
        if self._entry is None or entry.kind != "f":
            return
        self._budget -= entry.size
        if self._budget < 0:
            self._fail("there is no room for it here")
            return
        with self._failing(), self._folder.parent(entry.path) as (folder, _), changeable(folder):
            self._temporary = TEMPORARY + secrets.token_hex(8)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            self._file = os.fdopen(os.open(self._temporary, flags, 0o600, dir_fd=folder), "wb")

    def data(self, data: bytes) -> None:
        if self._file is not None:
            with self._failing():
                self._file.write(data)

    def end(self) -> None:
        entry = self._entry
        if entry is None:
            return
        with self._failing(), self._folder.parent(entry.path) as (folder, name), changeable(folder):
            before = status(folder, name)
            self._put(entry, folder, name, before)
            self._note(entry.path, before)
            self.arrived[entry.path] = entry, sight(os.stat(name, dir_fd=folder, follow_symlinks=False))
        self._entry = None

    def finish(self) -> None:
        """Give the folders their modes, the innermost first: one may forbid to write into it. Also drops what was cut off."""
        if self._entry is not None:
            self._fail("it was cut off")
        for path, mode in reversed(self._modes):
            with contextlib.suppress(OSError), self._folder.parent(path) as (folder, name):
                opened = open_without_links(folder, (name,), FOLDER)
                try:
                    os.fchmod(opened, mode | 0o500)  # what could not be read could not be compared either
                    self.arrived[path] = self.arrived[path][0], sight(os.fstat(opened))
                finally:
                    os.close(opened)

    def _put(self, entry: Entry, folder: int, name: str, before: os.stat_result | None) -> None:
        if entry.kind == "d":
            if before is None or not stat.S_ISDIR(before.st_mode):
                unlink(folder, name)
                os.mkdir(name, 0o700, dir_fd=folder)
            self._modes.append((entry.path, entry.mode))
            return
        if before is not None and stat.S_ISDIR(before.st_mode):
            os.rmdir(name, dir_fd=folder)
        if entry.kind == "l":
            temporary = TEMPORARY + secrets.token_hex(8)
            os.symlink(entry.target, temporary, dir_fd=folder)
            os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            return
        file, self._file = self._file, None
        if file is not None:
            with file:
                file.flush()
                os.fchmod(file.fileno(), entry.mode)
                os.utime(file.fileno(), ns=(entry.mtime_ns, entry.mtime_ns))
            os.rename(self._temporary, name, src_dir_fd=folder, dst_dir_fd=folder)

    def _note(self, path: str, before: os.stat_result | None) -> None:
        if before is not None and not stat.S_ISDIR(before.st_mode) and sight(before) != self._expected(path):
            self.overwritten.append(path)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            other = error.errno in (errno.ENOTEMPTY, errno.EEXIST)
            self._fail("a folder with other files stands there" if other else error.strerror or type(error).__name__)
        except ValueError:
            self._fail("its name cannot be a file name")

    def _fail(self, reason: str) -> None:
        """Give up the current entry, and remove what there is of it."""
        entry, self._entry = self._entry, None
        file, self._file = self._file, None
        if entry is None:
            return
        self.failed[entry.path] = reason
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()
            with contextlib.suppress(OSError), self._folder.parent(entry.path) as (folder, _), changeable(folder):
                os.unlink(self._temporary, dir_fd=folder)
