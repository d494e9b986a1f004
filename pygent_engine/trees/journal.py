"""The journal of what is written into a workspace: while it is there something is under way, or was cut off and has to be taken back.

It is in a private folder outside of the workspace, under a lock that ends with its process, so that one that can be locked is of
nobody who lives. It tells what was at each path, in content, and what was to be there.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO, Literal, get_args

from ..errors import PygentError
from ..frozen import frozen
from ..private import make_private
from ..runtime.files.exact import fill
from ..values import Flag
from .tree import Kind

Deed = Literal["apply", "unapply"]

_NOTE, _FRESH, _KEPT, _LOCK = "note", "note.new", "kept", "lock"
_PATIENCE_S = 5.0
_POLL_S = 0.05
_FORM = 1
_PIECE = 1 << 20
_TRIES = 50


@frozen
class Was:
    """What there was, or is to be: `kind`, `size` and id of the content; of what was also its mode, and where in what is kept it
    begins, or -1 when it is not kept."""

    kind: Kind
    size: int
    oid: str
    mode: int = 0
    begins: int = -1


@frozen
class Noted:
    """One path: what was there, what is to be there, and where that lies until it is put in place."""

    path: str
    before: Was | None
    after: Was | None
    staged: str


@frozen
class Note:
    """All that is to happen in the folder `root`, in order, for the `deed`. `made` folders come into being with it, the outermost first,
    and `emptied` ones, which hold nothing, give way to files."""

    root: str
    deed: Deed
    task_id: str
    steps: tuple[Noted, ...]
    made: tuple[str, ...]
    emptied: tuple[str, ...]


class Damaged(PygentError):
    """What is noted cannot be understood."""


class Unknown(PygentError):
    """What is noted is in the form of another version of Pygent."""


@frozen
class Journal:
    """The one of a workspace, in a folder of its own. Raises OSError."""

    folder: Path
    patience_s: float = _PATIENCE_S

    @classmethod
    def of(cls, journals: Path, root: Path) -> Journal:
        """That of the workspace `root` among those in the folder `journals`."""
        return cls(journals / hashlib.sha256(os.fsencode(root)).hexdigest()[:32])

    @contextmanager
    def held(self, *, wait: bool = True, stop: Flag | None = None) -> Iterator[bool]:
        """Hold its lock; False when somebody else does, with `wait` for all of `patience_s` or until `stop`. Nothing is left of an
        empty folder."""
        opened = self._lock(time.monotonic() + (self.patience_s if wait else 0.0), stop or Event())
        try:
            yield opened is not None
        finally:
            if opened is not None:
                self._release(opened)

    def _release(self, opened: int) -> None:
        with contextlib.suppress(OSError):
            (self.folder / _LOCK).unlink()
            self.folder.rmdir()
            self.folder.parent.rmdir()
        os.close(opened)

    def _lock(self, deadline: float, stop: Flag) -> int | None:
        while True:
            opened, is_mine = self._opened(), False
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if is_mine := _is_at(self.folder / _LOCK, opened):
                    return opened
                continue
            except BlockingIOError:
                pass
            finally:
                if not is_mine:
                    os.close(opened)
            if time.monotonic() >= deadline or stop.wait(_POLL_S):
                return None

    def _opened(self) -> int:
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC  # over NFS only what may be written can be locked
        for _ in range(_TRIES):
            with contextlib.suppress(FileNotFoundError, FileExistsError):  # who held it before may just remove it
                return self._made(flags)
        return self._made(flags)

    def _made(self, flags: int) -> int:
        make_private(self.folder)
        return os.open(self.folder / _LOCK, flags, 0o600)

    # ------------------------------------------------------------ by who holds it

    @property
    def is_written(self) -> bool:
        return (self.folder / _NOTE).exists()

    def write(self, note: Note, contents: Iterable[bytes]) -> None:
        """Note that, with the contents that it keeps one after the other, so that it outlives a loss of power; or nothing."""
        self.clear()
        try:
            with self._create(_KEPT) as file:
                fill(file, contents)
            with self._create(_FRESH) as file:
                file.write(json.dumps({"form": _FORM, **asdict(note)}).encode())
            (self.folder / _FRESH).rename(self.folder / _NOTE)
            self._sync()
        except BaseException:
            self.clear()
            raise

    def read(self) -> Note | None:
        """What is noted, None for nothing. Raises Damaged, Unknown."""
        try:
            return _note_of(json.loads((self.folder / _NOTE).read_bytes()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise Damaged("What is noted cannot be read.") from error

    def kept(self, was: Was) -> Iterator[bytes]:
        """The content of what was, piece by piece."""
        with (self.folder / _KEPT).open("rb") as file:
            file.seek(was.begins)
            left = was.size
            while left and (piece := file.read(min(left, _PIECE))):
                left -= len(piece)
                yield piece

    def clear(self) -> None:
        """Nothing is under way any more; the note goes first."""
        if self.is_written:
            (self.folder / _NOTE).unlink()
            self._sync()
        for name in (_FRESH, _KEPT):
            (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def _create(self, name: str) -> Iterator[BinaryIO]:
        opened = os.open(self.folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(opened, "wb") as file:
            yield file
            file.flush()
            os.fsync(opened)

    def _sync(self) -> None:
        opened = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _is_at(lock: Path, opened: int) -> bool:
    """Whether that is still the file there; who held the lock before may have removed it."""
    try:
        return os.path.samestat(lock.lstat(), os.fstat(opened))
    except FileNotFoundError:
        return False


def _note_of(noted: Any) -> Note:
    """Raises ValueError, TypeError or KeyError for what is none."""
    if noted["form"] != _FORM:
        raise Unknown("An apply was cut off here in another version of Pygent, which notes it in a form that this one does not know.")
    steps = tuple(_step_of(step) for step in noted["steps"])
    return Note(_text(noted["root"]), noted["deed"], _text(noted["task_id"]), steps, _texts(noted["made"]), _texts(noted["emptied"]))


def _step_of(noted: Any) -> Noted:
    return Noted(_text(noted["path"]), _was(noted["before"]), _was(noted["after"]), _text(noted["staged"]))


def _was(noted: Any) -> Was | None:
    if noted is None:
        return None
    if noted["kind"] not in get_args(Kind):
        raise ValueError(f"{noted['kind']!r} is no kind")
    return Was(noted["kind"], int(noted["size"]), _text(noted["oid"]), int(noted["mode"]), int(noted["begins"]))


def _texts(noted: Any) -> tuple[str, ...]:
    return tuple(map(_text, noted))


def _text(noted: Any) -> str:
    if not isinstance(noted, str):
        raise TypeError(f"{noted!r} is no text")
    return noted


def journals_in(folder: Path) -> Sequence[Journal]:
    """All that there are."""
    try:
        return [Journal(found) for found in sorted(folder.iterdir())]
    except FileNotFoundError:
        return ()
