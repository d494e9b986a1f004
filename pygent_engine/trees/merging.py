"""The three-way merge of one path: what both sides made of a file, a link, or nothing. Pure but for git's merge of texts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import field, replace

from ..errors import WorkspaceError
from ..frozen import frozen
from .store import LARGE, Store, blob_id
from .tree import Kind, Stamp

_HEAD = 8000
_CHANGING = "A file changes while it is read; try again when nothing writes to it."


@frozen
class Version:
    """What is at a path. Its content is `content`, else what `pieces` gives, else in the store. `stamp`: while the entry has it,
    it is this version."""

    kind: Kind
    size: int
    oid: str
    content: bytes | None = field(default=None, compare=False, repr=False)
    pieces: Callable[[], Iterator[bytes]] | None = field(default=None, compare=False, repr=False)
    stamp: Stamp = field(default=(), compare=False)


@frozen
class Merge:
    """What came of it: a version, or None for nothing; or a clash, whose `marked` is the text with conflict marks, if it is text."""

    version: Version | None = None
    clash: bool = False
    marked: bytes | None = None


def three_way(base: Version | None, ours: Version | None, theirs: Version | None, store: Store) -> Merge:
    """Both sides' changes to `base`. Texts are merged line by line, all else is one side's or a clash."""
    if ours == theirs or base == theirs:
        return Merge(ours)
    if base == ours:
        return Merge(theirs)
    if ours is None or theirs is None or "link" in (ours.kind, theirs.kind) or (base is not None and base.kind == "link"):
        return _clash(base, ours, theirs, store)
    kind = theirs.kind if base is None or theirs.kind != base.kind else ours.kind
    if theirs.oid == ours.oid or (base is not None and theirs.oid == base.oid):
        return Merge(_as(kind, ours))
    if base is not None and ours.oid == base.oid:
        return Merge(_as(kind, theirs))
    texts = _texts(base, ours, theirs, store)
    if texts is None or base is None:
        return _clash(base, ours, theirs, store)
    content, clashes = store.merge(*texts)
    return Merge(clash=True, marked=content) if clashes else Merge(Version(kind, len(content), blob_id(content), content))


def _clash(base: Version | None, ours: Version | None, theirs: Version | None, store: Store) -> Merge:
    texts = _texts(base, ours, theirs, store)
    return Merge(clash=True, marked=None if texts is None else store.merge(*texts)[0])


def _as(kind: Kind, version: Version) -> Version:
    return replace(version, kind=kind)


def _texts(base: Version | None, ours: Version | None, theirs: Version | None, store: Store) -> tuple[bytes, bytes, bytes] | None:
    """The three contents, empty for nothing; None when one is no text, a link, or LARGE."""
    versions = (ours, base, theirs)
    if any(version is not None and (version.kind == "link" or version.size > LARGE) for version in versions):
        return None
    ours_text, base_text, theirs_text = (b"" if version is None else content_of(version, store) for version in versions)
    if any(b"\0" in text[:_HEAD] for text in (ours_text, base_text, theirs_text)):
        return None
    return ours_text, base_text, theirs_text


def content_of(version: Version, store: Store) -> bytes:
    """The content of a version that is not LARGE."""
    if version.content is not None:
        return version.content
    return store.get(version.oid) if version.pieces is None else b"".join(checked(version))


def checked(version: Version, fault: str = _CHANGING) -> Iterator[bytes]:
    """The content that a version's `pieces` give. Raises WorkspaceError, with `fault`, when it is no more what it was."""
    assert version.pieces is not None
    digest = hashlib.sha1(b"blob %d\0" % version.size, usedforsecurity=False)
    for piece in version.pieces():
        digest.update(piece)
        yield piece
    if digest.hexdigest() != version.oid:
        raise WorkspaceError(fault)
