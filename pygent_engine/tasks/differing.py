"""How the changes of a task read: text before and after as hunks, bounded, cleaned for the event that they go into."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..errors import WorkspaceError
from ..runtime.files.encodings import NotText, decoded
from ..runtime.files.exact import Exact
from ..task_values import FileChange
from ..tools.diffs import difference
from ..trees import Entry, Merge, Store, Tree, Version, content_of, read_version
from ..untrusted import clean, clean_path
from ..values import ChangeKind, FileDiff

_LONGEST = 1 << 20
_MOST = 2_000_000
"""Characters of all hunks together; changes beyond are only named."""


def with_diffs(kinds: Mapping[str, ChangeKind], before: Tree, exact: Exact, store: Store) -> dict[str, FileDiff]:
    """A diff for each changed path, without text where it is none, too large, or beyond what is shown in all."""
    sizes = {entry.oid: entry.size for path in kinds if (entry := before.entries.get(path)) is not None and entry.size <= _LONGEST}
    old, found, room = store.get_all(sizes), {}, _MOST
    for path, kind in kinds.items():
        entry = before.entries.get(path)
        if path.endswith("/") or room <= 0:
            found[path] = FileDiff(clean_path(path), kind)
            continue
        then = "" if entry is None else _text(old.get(entry.oid))
        now = "" if kind == "deleted" else _text(_content(exact, path))
        diff = difference(clean_path(path), kind, then, now)
        room -= len(diff.text)
        found[path] = replace(diff, text=clean(diff.text))
    return found


def became(was: Entry | None, now: Entry | None) -> str:
    """What a path is, or became, that its text does not tell: a link, or a file that may be run."""
    if now is None or (was is not None and was.kind == now.kind != "link"):
        return ""
    if now.kind == "link":
        return "a link" if was is None or was.kind == "link" else "a link now"
    if was is None:
        return "may be run" if now.kind == "exec" else ""
    if was.kind == "link":
        return "a file in place of a link"
    return "may be run now" if now.kind == "exec" else "may not be run any more"


def clash_diff(path: str, ours: Version | None, merge: Merge, store: Store) -> FileDiff:
    """From the parent's file to one with conflict marks."""
    if merge.marked is None:
        return FileDiff(clean_path(path), "modified")
    diff = difference(clean_path(path), "modified", "" if ours is None else _text(content_of(ours, store)), _text(merge.marked))
    return replace(diff, text=clean(diff.text))


def between(paths: Iterable[str], one: Exact, other: Exact) -> list[FileChange]:
    """From what is in one folder to what is in the other, of those `paths` at which they differ. "added": only the other has it."""
    found, room = [], _MOST
    for path in paths:
        kind = _kind(path, one, other)
        if kind is None:
            continue
        diff = FileDiff(clean_path(path), kind)
        if room > 0:
            then = "" if kind == "added" else _text(_content(one, path))
            now = "" if kind == "deleted" else _text(_content(other, path))
            diff = difference(diff.path, kind, then, now)
            room -= len(diff.text)
        found.append(FileChange(diff.path, kind, diff=replace(diff, text=clean(diff.text))))
    return found


def _kind(path: str, one: Exact, other: Exact) -> ChangeKind | None:
    """How the other's version of a path differs; None when it does not. What cannot be read counts as another."""
    try:
        mine, theirs = read_version(one, path), read_version(other, path)
    except WorkspaceError:
        return "modified"
    if mine == theirs:
        return None
    return "added" if mine is None else "deleted" if theirs is None else "modified"


def _content(exact: Exact, path: str) -> bytes | None:
    """What is at a path now; None where it is too large or cannot be read."""
    try:
        seen = exact.sight(path)
        if seen is None:
            return b""
        if (seen.st_mode & 0o170000) == 0o120000:
            return os.fsencode(exact.target(path))
        if seen.st_size > _LONGEST:
            return None
        with exact.open(path) as file:
            return file.read(_LONGEST + 1)
    except WorkspaceError:
        return None


def _text(content: bytes | None) -> str | None:
    if content is None or len(content) > _LONGEST:
        return None
    try:
        return decoded(content)[0]
    except NotText:
        return None
