"""A private store of content: git objects in a bare repository of ours, which no workspace's configuration reaches.

Git sees bytes that it is handed and nothing of any workspace: no attribute, filter, hook or monitor of one can take part.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from ..errors import PygentError
from ..host import Ended, run_program

LARGE = 8 << 20
"""Bytes. Content of more is not merged, and kept only where it may have to be put back."""
HUGE = 2 << 30
"""Bytes. Content of more is not even read: such a file is another one when its times are."""
_SECONDS = 30.0
_BATCH = 16 << 20
_ANSWER = 4096
_LINE = 80
_SETTINGS = (
    f"core.hooksPath={os.devnull}",
    "core.fsmonitor=false",
    "core.autocrlf=false",
    "core.compression=0",
    "core.fsync=none",
    "gc.auto=0",
    "fastimport.unpackLimit=0",
    "merge.conflictStyle=merge",
)
_GIT = ("git", *(word for setting in _SETTINGS for word in ("-c", setting)))
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
MISSING = "git is needed for the changes of tasks and is not on this machine; install git."


class GitMissing(PygentError):
    """There is no git on this machine."""


class Store:
    """Content by its git id. The repository is in a folder that `make` makes when it is first needed, and `remove` removes.

    Raises GitMissing where there is no git, PygentError when it fails or takes too long. May be used from any thread.
    """

    def __init__(self, make: Callable[[], Path], remove: Callable[[Path], None]) -> None:
        self._make, self._remove = make, remove
        self._guard = threading.Lock()  # of the four below
        self._users = 0
        self._folder: Path | None = None
        self._maker = 0  # the process that made it
        self._closed = False
        self._importing = threading.Lock()  # of _known; held by an import, for two of the same content would make packs of one name
        self._known: set[str] = set()
        self.applying = threading.RLock()  # held by whoever writes into a workspace: one after the other

    def put(self, contents: Iterable[bytes]) -> None:
        """Keep pieces of content, each at most LARGE."""
        batch: list[bytes] = []
        size = 0
        for content in contents:
            batch.append(content)
            size += len(content)
            if size > _BATCH:
                self._import(batch)
                batch, size = [], 0
        self._import(batch)

    def get(self, oid: str) -> bytes:
        """Content that was put."""
        return self.get_all({oid: LARGE})[oid]

    def get_all(self, sizes: Mapping[str, int]) -> dict[str, bytes]:
        """Pieces of content that were put, by their ids; asked for with their sizes."""
        found: dict[str, bytes] = {}
        batch: dict[str, int] = {}
        total = 0
        for oid, size in sizes.items():
            batch[oid] = size
            total += size
            if total > _BATCH:
                found |= self._export(batch)
                batch, total = {}, 0
        return found | self._export(batch)

    def put_large(self, oid: str, pieces: Iterable[bytes]) -> None:
        """Keep content of any size, as a file beside the repository; zeros take no room."""
        path = self._large(oid)
        if path.exists():
            return
        part = path.with_suffix(f".{secrets.token_hex(4)}")
        try:
            with part.open("xb") as file:
                size = 0
                for piece in pieces:
                    size += len(piece)
                    file.seek(len(piece), os.SEEK_CUR) if piece.count(0) == len(piece) else file.write(piece)
                file.truncate(size)
            part.rename(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise PygentError(f"A large file cannot be kept: {error.strerror}.") from error

    def open_large(self, oid: str) -> BinaryIO:
        try:
            return self._large(oid).open("rb")
        except OSError as error:
            raise PygentError(f"What a file was before cannot be read any more: {error.strerror}.") from error

    def merge(self, ours: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool]:
        """Both sides' changes to a text in one, and whether they met; then with conflict marks where they did."""
        folder = self._repository() / f"merge-{secrets.token_hex(8)}"
        try:
            folder.mkdir()
            for name, content in (("ours", ours), ("base", base), ("theirs", theirs)):
                (folder / name).write_bytes(content)
            paths = [str(folder / name) for name in ("ours", "base", "theirs")]
            labels = ("-L", "this workspace", "-L", "before", "-L", "the task")
            ended = self._git("merge-file", "-p", "-q", *labels, *paths, limit=4 * LARGE + _ANSWER)
        except OSError as error:
            raise PygentError(f"Two versions of a file cannot be merged: {error.strerror}.") from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if ended.code is None or ended.code > 127:
            raise PygentError(f"Two versions of a file cannot be merged: {_words(ended)}.")
        return ended.out, ended.code != 0

    def enter(self) -> None:
        """Count one more that needs what it puts here."""
        with self._guard:
            self._users += 1

    def leave(self) -> None:
        """It needs that no more. With the last one everything goes, so that a long session keeps no more than its tasks do."""
        with self._guard:
            self._users -= 1
            is_needed = self._users > 0
        if not is_needed:
            self._clear()

    def close(self) -> None:
        """Remove everything; nothing can be kept from then on. In a fork what its parent keeps stays."""
        with self._guard:
            self._closed = True
        self._clear()

    def _clear(self) -> None:
        with self._guard:
            if self._users > 0 and not self._closed:
                return  # somebody came meanwhile
            folder, self._folder = self._folder, None
            self._known = set()
        if folder is not None and self._maker == os.getpid():
            self._remove(folder)

    def _import(self, contents: list[bytes]) -> None:
        with self._importing:
            new = {oid: content for content in contents if (oid := blob_id(content)) not in self._known}
            if not new:
                return
            stream = b"".join(piece for content in new.values() for piece in (b"blob\ndata %d\n" % len(content), content, b"\n"))
            ended = self._git("fast-import", "--quiet", "--depth=0", "--done", stdin=stream + b"done\n")
            if ended.code != 0:
                raise PygentError(f"What the files of a task are now cannot be kept: {_words(ended)}.")
            self._known.update(new)

    def _export(self, sizes: Mapping[str, int]) -> dict[str, bytes]:
        if not sizes:
            return {}
        asked = "".join(f"{oid}\n" for oid in sizes).encode()
        ended = self._git("cat-file", "--batch", stdin=asked, limit=sum(sizes.values()) + len(sizes) * _LINE + _ANSWER)
        if ended.code != 0:
            raise PygentError(f"What a file was before cannot be read any more: {_words(ended)}.")
        return dict(_blobs(ended.out))

    def _large(self, oid: str) -> Path:
        return self._repository() / "large" / oid

    def _git(self, *arguments: str, stdin: bytes = b"", limit: int = 1 << 20) -> Ended:
        ended = _run(*arguments, stdin=stdin, limit=limit, repository=self._repository())
        if ended.fault == "missing":
            raise GitMissing(MISSING)
        return ended

    def _repository(self) -> Path:
        with self._guard:
            if self._closed:
                raise PygentError("The tasks of this session are closed, and what their files were is gone.")
            if self._folder is None:
                self._folder = self._made()
            return self._folder

    def _made(self) -> Path:
        try:
            folder = self._make()
        except OSError as error:
            raise PygentError(f"No temporary folder can be made for the changes of tasks: {error.strerror}.") from error
        ended = _run("init", "--quiet", "--bare", "--template=", "--object-format=sha1", str(folder), limit=_ANSWER)
        if ended.code != 0:
            self._remove(folder)
            raise GitMissing(MISSING) if ended.fault == "missing" else PygentError(f"git cannot make a repository: {_words(ended)}.")
        (folder / "large").mkdir()
        self._maker = os.getpid()
        return folder


def _run(*arguments: str, stdin: bytes = b"", limit: int, repository: Path | None = None) -> Ended:
    environment = _ENVIRONMENT | ({} if repository is None else {"GIT_DIR": str(repository)})
    return run_program((*_GIT, *arguments), stdin, seconds=_SECONDS, limit=limit, environment=environment)


def _blobs(out: bytes) -> Iterator[tuple[str, bytes]]:
    """What `cat-file --batch` wrote: a line "<id> blob <size>", the content, a newline."""
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        oid, *rest = out[at:end].decode("ascii").split(" ")
        if rest[:1] != ["blob"]:
            raise PygentError("What a file was before cannot be read any more: it is not in the store.")
        size = int(rest[1])
        yield oid, out[end + 1 : end + 1 + size]
        at = end + size + 2


def _words(ended: Ended) -> str:
    if ended.fault:
        return {"late": f"git took longer than {_SECONDS:g} s", "flood": "it is too large"}.get(ended.fault, ended.fault)
    last = ended.err.decode("utf-8", "replace").strip().splitlines()[-1:]
    return last[0] if last else f"git ended with {ended.code}"


def blob_id(content: bytes) -> str:
    """The id that git gives to a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def blob_id_of(pieces: Iterator[bytes], size: int) -> str:
    """As `blob_id`, for what comes in pieces of `size` bytes together. Raises ValueError when it is not that many."""
    digest = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    for piece in pieces:
        size -= len(piece)
        digest.update(piece)
    if size:
        raise ValueError("its size changed")
    return digest.hexdigest()
