"""Keeps the host's folder and a workspace on a remote engine the same: what changed here goes over before a command, what the
command changed comes back after it.

There the workspace is a volume. Archives go in and out through a `shelf`, a container over the volume that never starts: it
has no root that forbids to write, and it is there when the command's own container is gone. What stands in the volume is asked
in the command's container, and where its image cannot say it, all of it is fetched and compared.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..errors import RuntimeUnavailable
from .archive import ArchiveError, ArchiveReader, Entry, end, header
from .comparing import Comparing, Judgement
from .folder import HostFolder, Sight, beneath_any
from .intake import Intake
from .survey import Survey, Trait, archive_scripts, read_survey, removal_scripts, survey_script

if TYPE_CHECKING:
    from .storage import Storage

_LONGEST_SURVEY = 256 << 20
_RESERVE = 256 << 20  # bytes of this machine's disk that a container cannot fill
_ASK_S = 60.0
_LAST_S = 10.0
_BYTES_PER_S = 1 << 20  # as slow as a way to an engine may be


class Shell(Protocol):
    """Runs shell text in the command's container; `take` gets its output as it comes. Its exit code, None when it was ended
    after `seconds` or by the cancel."""

    def __call__(self, script: str, take: Callable[[bytes], None], seconds: float) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Known:
    """One path as both sides had it at the last exchange. `sight` None: changed here while it was read."""

    sight: Sight | None
    trait: Trait


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of fetching what a command changed: the paths that had been changed here, too, and what did not come, by path."""

    overwritten: tuple[str, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)


class TooMuch(Exception):
    """An answer of a container that is longer than any could be."""


class Mirror:
    """The host's `folder` and the volume that stands for it. Not for two threads at once.

    `limit`: bytes of files that are carried back after one command.
    """

    def __init__(self, folder: Path, inside: str, labels: Mapping[str, str], limit: int) -> None:
        self._folder = HostFolder(folder)
        self._inside = inside
        self._labels = labels
        self._limit = limit
        self._owner = (os.getuid(), os.getgid())
        self._guard = threading.Lock()  # a start that was given up may still be in `open`
        self._known: dict[str, Known] = {}
        self._stamp = ""
        self._shelf = ""
        self._look_at_all = True
        self.volume = ""
        self.behind = False  # what stands there may differ from what is known of it

    # ------------------------------------------------------------ life

    def open(self, storage: Storage, image: str, is_given_up: Callable[[], bool]) -> str:
        """The volume, for a container that is new: the one from before, if it is still there, else one with all of the folder."""
        with self._guard:
            self._stamp = f"/tmp/.pygent-{secrets.token_hex(8)}"
            self._look_at_all = self.behind = True
            if not self.volume or not storage.has(self.volume):
                self._close(storage)
                self._fill(storage, image, is_given_up)
            return self.volume

    def end(self, storage: Storage) -> None:
        """Remove the volume, once what changed there is here."""
        with self._guard:
            if self.behind and self.volume:
                with suppress(RuntimeUnavailable):
                    self.fetch(storage, None, _LAST_S)
            self._close(storage)

    def _fill(self, storage: Storage, image: str, is_given_up: Callable[[], bool]) -> None:
        name = f"pygent-{secrets.token_hex(8)}"
        self._shelf = storage.make(name, image, self._inside, self._labels)
        self.volume = name
        self._send(storage, sorted(self._folder.scan()[0]), is_given_up, first=True)

    def _close(self, storage: Storage) -> None:
        volume, shelf = self.volume, self._shelf
        self.volume = self._shelf = ""
        self._known = {}
        self.behind = False
        if volume:
            with suppress(RuntimeUnavailable):  # it is gone, or its owner's end will be noticed
                storage.remove(volume, shelf)

    # ------------------------------------------------------------ from here to there

    def push(self, storage: Storage, shell: Shell, is_cancelled: Callable[[], bool]) -> None:
        """Carry over what changed here since the last exchange."""
        seen, closed = self._folder.scan()
        changed = sorted(path for path, sight in seen.items() if self._differs(path, sight))
        gone = sorted(path for path in self._known if path not in seen and not beneath_any(path, closed))
        if gone:
            self._remove_there(shell, gone)
        if changed and not is_cancelled():
            self._send(storage, changed, is_cancelled)

    def _differs(self, path: str, sight: Sight) -> bool:
        known = self._known.get(path)
        return known is None or known.sight != sight

    def _remove_there(self, shell: Shell, gone: list[str]) -> None:
        tops: list[str] = []
        for path in gone:
            if not tops or not path.startswith(f"{tops[-1]}/"):
                tops.append(path)
        for script in removal_scripts(self._inside, tops):
            if shell(script, lambda data: None, _ASK_S) != 0:
                self._look_at_all = True  # what is still there comes back
        for path in gone:
            del self._known[path]

    def _send(self, storage: Storage, paths: list[str], cancelled: Callable[[], bool], first: bool = False) -> None:
        packed: dict[str, Known] = {}

        def tell(entry: Entry, sight: Sight) -> None:
            packed[entry.path] = Known(sight, _trait(entry))

        def pieces() -> Iterator[bytes]:
            if first:
                yield header(Entry(self._inside[1:], "d", self._folder.mode() | 0o700), self._owner)
            for path in paths:
                if cancelled():
                    break
                yield from self._folder.pack(path, self._inside[1:], self._owner, tell)
            yield end()

        storage.put(self._shelf, pieces())
        self._known |= packed

    # ------------------------------------------------------------ from there to here

    def fetch(self, storage: Storage, shell: Shell | None, seconds: float | None) -> Fetched:
        """Bring back what changed there, within `seconds` (None: as long as it takes at the slowest); what does not come in time
        comes the next time. Without a shell all of it is fetched. When the way there ends, every file here is old or new."""
        survey = Survey() if shell is None else self._survey(shell, _ASK_S if seconds is None else seconds)
        if shell is None or not survey.usable:
            return self._fetch_all(storage, seconds)
        if survey.same:
            self.behind = False
            return Fetched()
        wanted, gone = self._compare(survey)
        kept = self._remove_here(gone) if survey.whole else ()
        exchange = self._fetch_some(shell, wanted, seconds)
        self._look_at_all = bool(exchange.missing) or not survey.whole
        self.behind = False
        return replace(exchange, overwritten=(*exchange.overwritten, *kept))

    def _survey(self, shell: Shell, seconds: float) -> Survey:
        answer = bytearray()

        def take(data: bytes) -> None:
            answer.extend(data)
            if len(answer) > _LONGEST_SURVEY:
                raise TooMuch

        try:
            code = shell(survey_script(self._inside, self._stamp, self._look_at_all), take, seconds)
        except TooMuch as error:
            raise RuntimeUnavailable("There are more files in the workspace than can be carried; remove some.") from error
        self._look_at_all = True  # until what it found is here
        survey = read_survey(bytes(answer))
        if survey.same:
            self._look_at_all = False
        return survey if code == 0 else Survey()

    def _compare(self, survey: Survey) -> tuple[dict[str, Trait | None], list[str]]:
        """What is new there or another, with what is known of it; and what is no longer there."""
        wanted: dict[str, Trait | None] = {}
        for path, trait in survey.touched.items():
            known = self._known.get(path)
            if known is None or not known.trait.same(trait):
                wanted[path] = trait
            else:
                self._known[path] = Known(known.sight, trait)
        for path, inode in survey.untouched.items():
            known = self._known.get(path)
            if known is None or known.trait.inode != inode:
                wanted[path] = None
        there = survey.touched.keys() | survey.untouched.keys()
        return wanted, [path for path in self._known if path not in there and not beneath_any(path, survey.closed)]

    def _remove_here(self, gone: Iterable[str]) -> tuple[str, ...]:
        """Remove what was removed there, unless it was changed here: that goes over again. The latter is returned."""
        kept = []
        for path in sorted(gone, reverse=True):  # what is in a folder before the folder
            known = self._known.pop(path)
            now = self._folder.sight(path)
            if now is not None and now != known.sight and known.trait.kind != "d":
                kept.append(path)
            elif now is not None:
                self._folder.remove(path)
        return tuple(kept)

    def _fetch_some(self, shell: Shell, wanted: dict[str, Trait | None], seconds: float | None) -> Fetched:
        chosen, missing, size = self._affordable(wanted)
        intake = Intake(self._folder, lambda entry: entry.path in chosen, self._sight_of, self._budget())
        seconds = _ASK_S + size / _BYTES_PER_S if seconds is None else seconds
        try:
            for script in archive_scripts(self._inside, sorted(chosen)):
                if shell(script, ArchiveReader(intake).feed, seconds) is None:
                    break
        except ArchiveError:
            pass  # what did not come is missing
        finally:
            intake.finish()
            for path, (entry, sight) in intake.arrived.items():
                self._known[path] = Known(sight, wanted[path] or _trait(entry))
        missing |= {path: intake.failed.get(path, "it could not be read there") for path in chosen if path not in intake.arrived}
        return Fetched(tuple(intake.overwritten), missing)

    def _affordable(self, wanted: dict[str, Trait | None]) -> tuple[set[str], dict[str, str], int]:
        """Of what is wanted as much as may come, small files first; why the rest may not; and how many bytes come."""
        chosen, missing, size = set(), {}, 0
        budget = self._budget()
        for path, trait in sorted(wanted.items(), key=lambda item: 0 if item[1] is None else item[1].size):
            here = trait.size if trait is not None and trait.kind == "f" else 0
            if size + here > budget:
                missing[path] = f"with its {here:,} bytes it is more than the {budget:,} that are carried back at once"
            else:
                chosen.add(path)
                size += here
        return chosen, missing, size

    def _budget(self) -> int:
        return max(0, min(self._limit, self._folder.free() - _RESERVE))

    def _sight_of(self, path: str) -> Sight | None:
        known = self._known.get(path)
        return None if known is None else known.sight

    def _fetch_all(self, storage: Storage, seconds: float | None) -> Fetched:
        """Bring the whole volume, and put in what differs."""
        deadline = None if seconds is None else time.monotonic() + seconds
        late = False
        intake = Intake(self._folder, lambda entry: True, self._sight_of, self._budget())
        comparing = Comparing(intake, self._folder, self._inside[1:], self._judge)
        reader = ArchiveReader(comparing)
        try:
            for data in storage.get(self._shelf, self._inside):
                reader.feed(data)
                if late := deadline is not None and time.monotonic() > deadline:
                    break
        except ArchiveError as error:
            raise RuntimeUnavailable(f"The engine sent no archive of the workspace: {error}.") from error
        finally:
            comparing.close()
            intake.finish()
            for path, (entry, sight) in intake.arrived.items():
                self._known[path] = Known(sight, _trait(entry))
        kept = () if late else self._remove_here([path for path in self._known if path not in comparing.seen])
        self._look_at_all = True
        self.behind = late
        return Fetched((*intake.overwritten, *kept), intake.failed)

    def _judge(self, entry: Entry) -> Judgement:
        known = self._known.get(entry.path)
        if known is None or (known.trait.kind, known.trait.mode) != (entry.kind, _trait(entry).mode):
            return "other"
        if entry.kind == "l":
            return "same" if self._folder.target(entry.path) == entry.target else "other"
        if entry.kind == "d":
            return "same"
        if self._folder.sight(entry.path) == known.sight:
            return "compare" if known.trait.size == entry.size else "other"
        # It was changed here: what looks there as it did has not been changed there.
        return "same" if _as_old(known.trait, _trait(entry)) else "other"


def _trait(entry: Entry) -> Trait:
    size = len(os.fsencode(entry.target)) if entry.kind == "l" else entry.size
    return Trait(entry.kind, entry.mode if entry.kind != "l" else 0o777, size, entry.mtime_ns)


def _as_old(known: Trait, now: Trait) -> bool:
    return (known.size, known.mtime_ns // 10**9) == (now.size, now.mtime_ns // 10**9)
