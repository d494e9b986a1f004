"""Takes an archive of all of a workspace, and lets through what differs from the host's copy. Its times are in seconds, so that
what looks as it did may be another: the contents are compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO, Literal

from .archive import Entry
from .folder import HostFolder
from .intake import Intake

_CHUNK = 1 << 18

Judgement = Literal["same", "compare", "other"]


class Comparing:
    """The receiver of an archive of the folder `name`; `judge` says what the outside of an entry tells, `seen` is what was there."""

    def __init__(self, intake: Intake, folder: HostFolder, name: str, judge: Callable[[Entry], Judgement]) -> None:
        self.seen: set[str] = set()
        self._intake = intake
        self._folder = folder
        self._prefix = f"{name}/"
        self._judge = judge
        self._entry: Entry | None = None  # what is compared, or goes on
        self._here: BinaryIO | None = None  # the file here, as long as both are the same
        self._alike = 0

    def begin(self, entry: Entry) -> None:
        self._entry = None
        if not entry.path.startswith(self._prefix):
            return
        entry = replace(entry, path=entry.path.removeprefix(self._prefix))
        self.seen.add(entry.path)
        judgement = self._judge(entry)
        if judgement == "same":
            return
        self._entry = entry
        if judgement == "compare":
            self._here = self._folder.open(entry.path)
            self._alike = 0
        if self._here is None:
            self._intake.begin(entry)

    def data(self, data: bytes) -> None:
        if self._entry is None:
            return
        if self._here is not None:
            if self._here.read(len(data)) == data:
                self._alike += len(data)
                return
            self._let_through(self._entry, self._here)
        self._intake.data(data)

    def end(self) -> None:
        if self._here is None and self._entry is not None:
            self._intake.end()
        self.close()

    def close(self) -> None:
        here, self._here = self._here, None
        if here is not None:
            here.close()

    def _let_through(self, entry: Entry, here: BinaryIO) -> None:
        """They differ: what was alike goes before the rest."""
        self._intake.begin(entry)
        here.seek(0)
        while self._alike and (data := here.read(min(_CHUNK, self._alike))):
            self._alike -= len(data)
            self._intake.data(data)
        self.close()
