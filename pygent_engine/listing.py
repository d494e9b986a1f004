"""Lists the files of a workspace that are worth naming: what git would show, else what a walk with .gitignore files finds.

The workspace is not trusted: nothing that its git configuration names is run. Blocks, so it belongs on a thread of its own.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from .frozen import frozen
from .host import run_program

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

SECONDS = 10.0
MOST = 200_000
_BYTES_A_PATH = 200
_BREATH = 1_000
_IGNORE = ".gitignore"
_LONGEST_IGNORE = 65_536  # bytes; what follows counts for nothing
_STARS = re.compile(r"\*+")
_REPOSITORY = ".git"
_LATE = "listing the files takes too long"

_GIT_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    # What a sparse index leaves out would be fetched from wherever, and with whichever program, the repository names.
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "",
}
_GIT = ("git", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")


@frozen
class Listing:
    """`paths` are relative and POSIX, those nearest to the root first; a folder ends in a slash. `cut` says why some are missing;
    `mark` is that of what git said."""

    paths: tuple[str, ...] = ()
    cut: str = ""
    mark: int = field(default=0, compare=False)


def list_workspace(folder: Path, known: Listing | None = None, *, seconds: float = SECONDS, most: int = MOST) -> Listing:
    """What is in `folder`, for `seconds` and up to `most` files; the very `known` listing where git tells no change. Names that are
    no text are left out. Never raises."""
    deadline = time.monotonic() + seconds
    return _of_git(folder, known, deadline, most) or _walked(folder, deadline, most)


# ---------------------------------------------------------------- within a repository


def _of_git(folder: Path, known: Listing | None, deadline: float, most: int) -> Listing | None:
    """None where git does not know better than a walk: no git, no repository, or one that ignores the whole folder."""
    names, cut = _ls_files(folder, deadline, most, "--cached", "--others", "--exclude-standard")
    if not names:
        return None
    gone, _ = _ls_files(folder, deadline, most, "--deleted")
    mark = hash((names, gone))
    if known is not None and known.mark == mark:
        return known
    missing = frozenset(_texts(gone or b""))
    return replace(_listing(dict.fromkeys(name for name in _texts(names) if name not in missing), most, cut), mark=mark)


def _ls_files(folder: Path, deadline: float, most: int, *options: str) -> tuple[bytes | None, str]:
    """The names, each ended by a zero, None when git cannot tell them; and why some are missing."""
    ended = run_program(
        (*_GIT, "-C", str(folder), "ls-files", "-z", *options),
        seconds=max(0.1, deadline - time.monotonic()),
        limit=most * _BYTES_A_PATH,
        environment=_GIT_ENVIRONMENT,
    )
    if ended.code not in (0, None) or ended.fault == "missing":
        return None, ""
    reasons = {"late": _LATE, "flood": f"there are more than {most:,} files"}
    return ended.out[: ended.out.rfind(b"\0") + 1], reasons.get(ended.fault, "")


def _texts(names: bytes) -> Iterator[str]:
    try:
        yield from filter(None, names.decode().split("\0"))
    except UnicodeDecodeError:
        for name in filter(None, names.split(b"\0")):
            try:
                yield name.decode()
            except UnicodeDecodeError:
                continue


# ---------------------------------------------------------------- elsewhere


def _walked(folder: Path, deadline: float, most: int) -> Listing:
    """The folders nearest to the root first, so that what is cut is deep down."""
    files: dict[str, None] = {}
    waiting: deque[tuple[str, Ignored]] = deque([("", Ignored())])
    while waiting:
        inside, ignored = waiting.popleft()
        if len(files) > most:
            break
        ignored = ignored.within(folder, inside)
        for name, is_folder in _entries(folder / inside):
            if time.monotonic() > deadline:
                return _listing(files, most, _LATE)
            path = f"{inside}{name}"
            if is_folder and not ignored.holds(f"{path}/"):
                waiting.append((f"{path}/", ignored))
            elif not is_folder and not ignored.holds(path):
                files[path] = None
    return _listing(files, most, f"there are more than {most:,} files" if len(files) > most else "")


def _entries(folder: Path) -> list[tuple[str, bool]]:
    """The names in a folder, and which are folders; a link is none. Names that are no text are left out."""
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found if entry.name != _REPOSITORY)
    except OSError:
        return []
    return [(name, is_folder) for name, is_folder in entries if _is_text(name)]


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


@frozen
class Ignored:
    """What the .gitignore files on the way to a folder say; each with the folder it stands in."""

    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def within(self, root: Path, inside: str) -> Ignored:
        """What holds in the folder `inside`."""
        lines = tuple(_quick(_ignore_lines(root / inside / _IGNORE)))
        if not lines:
            return self
        return Ignored(((inside, _spec(lines)), *self.specs))

    def holds(self, path: str) -> bool:
        """Whether `path` is ignored: the nearest file that says something of it decides."""
        for inside, spec in self.specs:
            verdict = spec.check_file(path[len(inside) :]).include
            if verdict is not None:
                return verdict
        return False


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    """What these lines say; those that say nothing, like a lone "!", count for nothing."""
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - only where there is no git

    try:
        return GitIgnoreSpec.from_lines(lines)
    except ValueError:
        return GitIgnoreSpec(pattern for line in lines for pattern in _patterns(line))


def _patterns(line: str) -> Sequence[GitIgnoreSpecPattern]:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - as above

    try:
        return tuple(GitIgnoreSpec.from_lines((line,)).patterns)
    except ValueError:
        return ()


def _ignore_lines(path: Path) -> list[str]:
    """The lines of a .gitignore; as for git, one that is a link is none. A pipe or device is not waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return []
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return []
        return file.read(_LONGEST_IGNORE).decode("utf-8", "replace").splitlines()


def _quick(lines: Iterable[str]) -> Iterator[str]:
    """Those that no name takes long to compare with: each star more costs as much again for every letter of it, and while
    one name is compared no other thread gets on."""
    for line in lines:
        stars = _STARS.findall(line)
        if len(stars) <= 3 and sum(len(run) > 1 for run in stars) <= 2:
            yield line


# ---------------------------------------------------------------- both


def _listing(files: dict[str, None], most: int, cut: str) -> Listing:
    """`files` and the folders they are in. No sort of all at once: it would hold up every other thread."""
    levels: dict[int, list[str]] = {}
    folders: set[str] = set()
    for count, path in enumerate(files):
        if count == most:
            cut = cut or f"there are more than {most:,} files"
            break
        if count % _BREATH == 0:
            time.sleep(0)  # by itself Python changes threads only after 5 ms
        _add_folders(path, folders, levels)
        levels.setdefault(path.count("/"), []).append(path)
    return Listing(tuple(path for level in sorted(levels) for path in levels[level]), cut)


def _add_folders(path: str, known: set[str], levels: dict[int, list[str]]) -> None:
    """Put the folders of `path` that were not met yet into their levels."""
    end = path.rfind("/", 0, -1)
    while end >= 0 and (folder := path[: end + 1]) not in known:
        known.add(folder)
        levels.setdefault(folder.count("/") - 1, []).append(folder)
        end = path.rfind("/", 0, end)
