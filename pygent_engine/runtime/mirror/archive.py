"""Archives of workspaces as streams: tar, written and read piece by piece. Pure: what to make of an entry is the caller's.

An archive that comes in is hostile: names are checked, extended headers are bounded, and only regular files, folders and
symbolic links are told of. The tarfile module would read an extended header of any size into memory.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO, Literal, Protocol

from ...frozen import frozen

_BLOCK = 512
_CHUNK = 1 << 18
_LONGEST_HEADER = 1 << 16
_LONGEST_PATH = 4096

Kind = Literal["f", "d", "l"]
_TYPES: dict[Kind, bytes] = {"f": tarfile.REGTYPE, "d": tarfile.DIRTYPE, "l": tarfile.SYMTYPE}
_KINDS: dict[bytes, Kind] = {tarfile.REGTYPE: "f", tarfile.AREGTYPE: "f", tarfile.DIRTYPE: "d", tarfile.SYMTYPE: "l"}


class ArchiveError(Exception):
    """The stream is no archive that could be read further."""


@frozen
class Entry:
    """One thing in an archive: a regular file "f", a folder "d" or a symbolic link "l" to `target`. `path` is relative,
    its names as `os.fsdecode` gives them; `mode` holds permission bits only."""

    path: str
    kind: Kind
    mode: int
    size: int = 0
    mtime_ns: int = 0
    target: str = ""


# ---------------------------------------------------------------- writing


def header(entry: Entry, owner: tuple[int, int]) -> bytes:
    """What goes before the content of `entry`; after it `padding` goes."""
    info = tarfile.TarInfo(entry.path)
    info.type = _TYPES[entry.kind]
    info.mode, info.size, info.linkname = entry.mode, entry.size, entry.target
    info.uid, info.gid = owner
    seconds, rest = divmod(entry.mtime_ns, 10**9)
    info.mtime = seconds
    if rest and seconds >= 0:
        info.pax_headers = {"mtime": f"{seconds}.{rest:09d}"}
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def content(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Exactly `size` bytes of `file`, whatever becomes of it meanwhile, and the padding after them: an archive must go on.
    Raises OSError at the end when the file could not be read."""
    left = size
    failure: OSError | None = None
    try:
        while left and (data := file.read(min(left, _CHUNK))):
            left -= len(data)
            yield data
    except OSError as error:
        failure = error
    while left:
        zeros = bytes(min(left, _CHUNK))
        left -= len(zeros)
        yield zeros
    yield bytes(-size % _BLOCK)
    if failure is not None:
        raise failure


def end() -> bytes:
    return bytes(2 * _BLOCK)


# ---------------------------------------------------------------- reading


class Receiver(Protocol):
    """Gets what an archive holds, in its order; `path` of an entry is free of "..", and relative."""

    def begin(self, entry: Entry) -> None: ...

    def data(self, data: bytes) -> None:
        """A part of the content of the file that began."""
        ...

    def end(self) -> None: ...


class ArchiveReader:
    """Tells `receiver` what is in an archive whose bytes are fed in any pieces."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._held = bytearray()
        self._content = 0  # bytes of content that are still to come
        self._padding = 0
        self._told = False  # whether that content is the receiver's
        self._extended = ""  # what an extended header says: its type while it is read
        self._said: dict[str, str] = {}  # what extended headers said of the next entry

    def feed(self, data: bytes) -> None:
        """Raises ArchiveError for what is no archive."""
        at = 0
        while at < len(data):
            if self._content:
                at += self._take_content(data, at)
            elif self._padding:
                skipped = min(self._padding, len(data) - at)
                self._padding -= skipped
                at += skipped
            else:
                at += self._take_header(data, at)

    def _take_content(self, data: bytes, at: int) -> int:
        part = data[at : at + self._content]
        self._content -= len(part)
        if self._extended:
            self._held += part
        elif self._told:
            self._receiver.data(part)
        if not self._content:
            self._end_content()
        return len(part)

    def _end_content(self) -> None:
        if self._extended:
            held, self._held = bytes(self._held), bytearray()
            self._said |= _extension(self._extended, held)
        elif self._told:
            self._receiver.end()
        self._extended, self._told = "", False

    def _take_header(self, data: bytes, at: int) -> int:
        part = data[at : at + _BLOCK - len(self._held)]
        self._held += part
        if len(self._held) == _BLOCK:
            block, self._held = bytes(self._held), bytearray()
            if any(block):  # zeros: the end, or what fills up the last record
                self._begin(block)
        return len(part)

    def _begin(self, block: bytes) -> None:
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise ArchiveError(f"no archive: {error}") from error
        size = max(0, info.size)
        self._extended = {b"x": "pax", b"L": "path", b"K": "linkpath", b"g": "global"}.get(info.type, "")
        if self._extended:
            if size > _LONGEST_HEADER:
                raise ArchiveError("an extended header of absurd size")
        else:
            size = self._tell(info, size)
        self._content, self._padding = size, -size % _BLOCK
        if not size:
            self._end_content()

    def _tell(self, info: tarfile.TarInfo, size: int) -> int:
        """Tell the receiver of an entry when it is one to be told of; how many bytes of content it has."""
        said, self._said = self._said, {}
        if said.get("size", "").isdecimal():
            size = int(said["size"])
        kind = _KINDS.get(info.type)
        path = _inner(said.get("path", info.name))
        target = said.get("linkpath", info.linkname)
        if kind == "d" or kind == "l":
            size = 0
        if kind and path and len(target) <= _LONGEST_PATH and "\0" not in target:
            self._told = True
            self._receiver.begin(Entry(path, kind, info.mode & 0o777, size, nanoseconds(said.get("mtime", str(info.mtime))), target))
        return size


def _inner(name: str) -> str:
    """`name` as a relative path without detours; "" when it is none that may be used."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if name.startswith("/") or ".." in parts or "\0" in name or len(name) > _LONGEST_PATH:
        return ""
    return "/".join(parts)


def _extension(kind: str, data: bytes) -> dict[str, str]:
    if kind == "global":
        return {}
    if kind != "pax":
        return {kind: data.rstrip(b"\0").decode("utf-8", "surrogateescape")}
    said = {}
    while data:
        length, space, _ = data.partition(b" ")
        if not space or not length.isdigit() or len(length) > 8 or not len(length) + 2 < int(length) <= len(data):
            raise ArchiveError("an extended header that cannot be read")
        record, data = data[len(length) + 1 : int(length) - 1], data[int(length) :]
        name, _, value = record.partition(b"=")
        said[name.decode("utf-8", "replace")] = value.decode("utf-8", "surrogateescape")
    return said


def nanoseconds(seconds: str) -> int:
    """Decimal seconds as nanoseconds, without the rounding of a float; 0 for what is no number."""
    whole, _, rest = seconds.partition(".")
    if not whole.isdecimal() or len(whole) > 12 or not (rest.isdecimal() or not rest):
        return 0
    return int(whole) * 10**9 + int(f"{rest:0<9.9}")
