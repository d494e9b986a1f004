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
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ...errors import RuntimeUnavailable
from ...frozen import frozen
from .archive import ArchiveError, ArchiveReader, Entry, end, header
from .comparing import Comparing, Judgement
from .folder import HostFolder, Sight
from .intake import Intake
from .ledger import Ledger, trait_of
from .survey import Survey, Trait, archive_scripts, read_survey, removal_scripts, survey_script

if TYPE_CHECKING:
    from ..engine.storage import Storage

_LONGEST_SURVEY = 256 << 20
_RESERVE = 256 << 20  # bytes of this machine's disk that a container cannot fill
_ASK_S = 60.0
_LAST_S = 10.0
_LEAST_S = 0.2
_BYTES_PER_S = 1 << 20  # as slow as a way to an engine may be
_LATE = "there was no time for it; it comes with the next command"


class Shell(Protocol):
    """Runs shell text in the command's container; `take` gets its output as it comes. Its exit code, None when it was ended
    after `seconds` or by the cancel."""

    def __call__(self, script: str, take: Callable[[bytes], None], seconds: float) -> int | None: ...


@frozen
class Fetched:
    """What came of fetching what a command changed: `overwritten` had been changed here, too; `kept` was changed here and
    removed there; `missing` says of a path why it did not come."""

    overwritten: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
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
        self._ledger = Ledger()
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
                    self.fetch(storage, None, _LAST_S, lambda: False)
            self._close(storage)

    def _fill(self, storage: Storage, image: str, is_given_up: Callable[[], bool]) -> None:
        name = f"pygent-{secrets.token_hex(8)}"
        self._shelf = storage.make(name, image, self._inside, self._labels)
        self.volume = name
        self._send(storage, sorted(self._folder.scan()[0]), is_given_up, first=True)

    def _close(self, storage: Storage) -> None:
        volume, shelf = self.volume, self._shelf
        self.volume = self._shelf = ""
        self._ledger = Ledger()
        self.behind = False
        if volume:
            with suppress(RuntimeUnavailable):  # it is gone, or its owner's end will be noticed
                storage.remove(volume, shelf)

    # ------------------------------------------------------------ from here to there

    def push(self, storage: Storage, shell: Shell, is_cancelled: Callable[[], bool]) -> None:
        """Carry over what changed here since the last exchange."""
        seen, closed = self._folder.scan()
        changed = self._ledger.changed_here(seen)
        gone = self._ledger.gone_here(seen, closed)
        if gone:
            self._remove_there(shell, gone)
        if changed and not is_cancelled():
            self._send(storage, changed, is_cancelled)

    def _remove_there(self, shell: Shell, gone: list[str]) -> None:
        tops: list[str] = []
        for path in gone:
            if not tops or not path.startswith(f"{tops[-1]}/"):
                tops.append(path)
        for script in removal_scripts(self._inside, tops):
            code = shell(script, lambda data: None, _ASK_S)
            if code is None:
                return
            if code != 0:
                self._look_at_all = True  # what is still there comes back
        for path in gone:
            self._ledger.forget(path)

    def _send(self, storage: Storage, paths: list[str], cancelled: Callable[[], bool], first: bool = False) -> None:
        packed: list[tuple[Entry, Sight]] = []

        def pieces() -> Iterator[bytes]:
            if first:
                yield header(Entry(self._inside[1:], "d", self._folder.mode() | 0o700), self._owner)
            for path in paths:
                if cancelled():
                    break
                yield from self._folder.pack(path, self._inside[1:], self._owner, lambda entry, sight: packed.append((entry, sight)))
            yield end()

        storage.put(self._shelf, pieces())
        self._note(packed)

    def _note(self, exchanged: Iterable[tuple[Entry, Sight]]) -> None:
        for entry, sight in exchanged:
            self._ledger.note(entry.path, sight, trait_of(entry))

    # ------------------------------------------------------------ from there to here

    def fetch(self, storage: Storage, shell: Shell | None, seconds: float | None, is_cancelled: Callable[[], bool]) -> Fetched:
        """Bring back what changed there, within `seconds` (None: as long as it takes at the slowest) or until it is cancelled;
        what does not come comes the next time. Without a shell all of it is fetched. When the way there ends, every file here
        is old or new."""
        self.behind = True
        deadline = None if seconds is None else time.monotonic() + seconds

        def left() -> float | None:
            return None if deadline is None else max(_LEAST_S, deadline - time.monotonic())

        if shell is None:
            return self._fetch_all(storage, seconds, is_cancelled)
        survey = self._survey(shell, _ASK_S if seconds is None else seconds)
        if survey is None:
            return Fetched(missing={"what the command changed": _LATE})
        if survey.same:
            self.behind = False
            return Fetched()
        if not survey.usable:
            return self._fetch_all(storage, left(), is_cancelled)
        wanted = self._ledger.changed_there(survey)
        kept = self._remove_here(self._ledger.gone_there(survey))
        fetched = self._fetch_some(shell, wanted, left())
        if fetched is None:
            fetched = self._fetch_all(storage, left(), is_cancelled)
        self._look_at_all = self._look_at_all or not survey.whole
        return replace(fetched, kept=(*kept, *fetched.kept))

    def _survey(self, shell: Shell, seconds: float) -> Survey | None:
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
        if code is None:
            return None
        survey = read_survey(bytes(answer)) if code == 0 else Survey()
        if survey.same:
            self._look_at_all = False
        return survey

    def _remove_here(self, gone: Iterable[str]) -> tuple[str, ...]:
        """Remove what was removed there, unless it was changed here: that goes over again. The latter is returned."""
        kept = []
        for path in sorted(gone, reverse=True):  # what is in a folder before the folder
            known = self._ledger.forget(path)
            now = self._folder.sight(path)
            if now is not None and now != known.sight and known.trait.kind != "d":
                kept.append(path)
            elif now is not None:
                self._folder.remove(path)
        return tuple(kept)

    def _fetch_some(self, shell: Shell, wanted: dict[str, Trait | None], seconds: float | None) -> Fetched | None:
        """Bring what is wanted, None when nothing there can pack it."""
        chosen, missing, size = self._affordable(wanted)
        intake = Intake(self._folder, lambda entry: entry.path in chosen, self._ledger.sight, self._budget())
        deadline = time.monotonic() + (_ASK_S + size / _BYTES_PER_S if seconds is None else seconds)
        codes: list[int | None] = []
        try:
            for script in archive_scripts(self._inside, sorted(chosen)):
                left = deadline - time.monotonic()
                codes.append(shell(script, ArchiveReader(intake).feed, left) if left > 0 else None)
                if codes[-1] is None:
                    break
        except ArchiveError:
            codes.append(None)
        finally:
            intake.finish()
            for path, (entry, sight) in intake.arrived.items():
                self._ledger.note(path, sight, wanted[path] or trait_of(entry))
        in_time = None not in codes
        if in_time and any(codes) and not intake.arrived and not intake.failed:
            return None
        unread = chosen - intake.arrived.keys() - intake.failed.keys()
        if in_time:
            self._pass_over(unread, wanted)
        reason = "it cannot be read there" if in_time else _LATE
        self._look_at_all = bool(missing or intake.failed or not in_time)
        self.behind = not in_time
        return Fetched(tuple(intake.overwritten), missing={**missing, **intake.failed, **dict.fromkeys(unread, reason)})

    def _pass_over(self, unread: set[str], wanted: dict[str, Trait | None]) -> None:
        """Do not ask again for what cannot be read there, until it changes."""
        for path in unread:
            if (trait := wanted[path]) is not None:
                self._ledger.note(path, self._ledger.sight(path), trait)

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

    def _fetch_all(self, storage: Storage, seconds: float | None, is_cancelled: Callable[[], bool]) -> Fetched:
        """Bring the whole volume, and put in what differs."""
        deadline = None if seconds is None else time.monotonic() + seconds
        late = False
        intake = Intake(self._folder, lambda entry: True, self._ledger.sight, self._budget())
        comparing = Comparing(intake, self._folder, self._inside[1:], self._judge)
        reader = ArchiveReader(comparing)
        try:
            for data in storage.get(self._shelf, self._inside, seconds):
                reader.feed(data)
                if late := is_cancelled() or (deadline is not None and time.monotonic() > deadline):
                    break
        except ArchiveError as error:
            raise RuntimeUnavailable(f"The engine sent no archive of the workspace: {error}.") from error
        finally:
            comparing.close()
            intake.finish()
            self._note(intake.arrived.values())
        kept = () if late else self._remove_here(self._ledger.not_among(comparing.seen))
        self._look_at_all = True
        self.behind = late
        return Fetched(tuple(intake.overwritten), kept, intake.failed)

    def _judge(self, entry: Entry) -> Judgement:
        return self._ledger.judge(entry, self._folder.sight(entry.path), self._folder.target)
