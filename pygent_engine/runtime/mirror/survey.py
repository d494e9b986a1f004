"""What stands in a remote workspace, as shell text that is run there tells it: what changed since a stamp, and archives of
it. Pure.

Asking needs `find` and `tar` as GNU has them. The answer is that of a container which may lie: names are checked.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ...frozen import frozen
from .archive import Kind, nanoseconds

_BATCH = 60_000  # characters of names in one command

# The stamp is as old as the last survey that found a change; a change has a later ctime, which no command can set. The
# coarse clock of the kernel ticks every 10 ms at the latest: what changes after the stamp's own tick cannot look as old.
_SURVEY = r"""cd %(folder)s || exit 9
stamp=%(stamp)s
since=-true
if [ %(all)d -eq 0 ] && [ -e "$stamp" ]; then
    since="-cnewer $stamp"
    found=$(find . $since -print -quit) || found=.
    [ -n "$found" ] || { printf 'same\0'; exit 0; }
fi
: > "$stamp.new"
sleep 0.011 || sleep 1
find . -type d \( ! -readable -o ! -executable \) -prune -printf 'o %%i %%P\0' \
    -o $since -printf '%%y %%i %%m %%s %%T@ %%C@ %%P\0' -o \( -type f -o -type d -o -type l \) -printf 'u %%i %%P\0'
code=$?
mv -f "$stamp.new" "$stamp" && printf 'end %%d\0' "$code"
"""


@frozen
class Trait:
    """What tells one state of a remote file from another."""

    kind: Kind
    mode: int
    size: int
    mtime_ns: int
    inode: int | None = None
    ctime_ns: int | None = None

    def same(self, other: Trait) -> bool:
        """Whether both may be the same state; what is not known of one is no difference."""
        if self.kind == "d" or other.kind == "d":
            return (self.kind, self.mode) == (other.kind, other.mode)
        return (self.kind, self.mode, self.size, self.mtime_ns) == (other.kind, other.mode, other.size, other.mtime_ns) and all(
            mine is None or theirs is None or mine == theirs
            for mine, theirs in ((self.inode, other.inode), (self.ctime_ns, other.ctime_ns))
        )


@dataclass(slots=True)
class Survey:
    """The answer. `touched`: what may have changed; `untouched`: the inodes of the rest; `closed`: folders that cannot be
    looked into; `whole`: nothing else is there. Not `usable`: it broke off, or nothing there can answer."""

    same: bool = False
    ended: bool = False
    whole: bool = False
    began: bool = False  # at the workspace itself
    touched: dict[str, Trait] = field(default_factory=dict)
    untouched: dict[str, int] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    @property
    def usable(self) -> bool:
        return self.same or (self.ended and self.began)


def survey_script(folder: str, stamp: str, all_of_it: bool) -> str:
    return _SURVEY % {"folder": shlex.quote(folder), "stamp": shlex.quote(stamp), "all": all_of_it}


def read_survey(answer: bytes) -> Survey:
    survey = Survey()
    for record in answer.decode("utf-8", "surrogateescape").split("\0"):
        word, _, rest = record.partition(" ")
        if word in ("same", "end"):
            survey.same, survey.ended, survey.whole = word == "same", True, rest == "0"
        elif word in ("u", "o"):
            inode, _, path = rest.partition(" ")
            if not path:
                survey.began = word == "u"
            elif inode.isdecimal() and word == "u":
                survey.untouched[path] = int(inode)
            else:
                survey.closed.add(path)
        elif word:
            _take(survey, word, rest.split(" ", 5))
    return survey


def _take(survey: Survey, word: str, fields: list[str]) -> None:
    if len(fields) < 6:
        return
    inode, mode, size, mtime, ctime, path = fields
    if not path:
        survey.began = True
    elif word in ("f", "d", "l") and inode.isdecimal() and size.isdecimal() and len(size) < 20 and mode.isdecimal():
        kind: Kind = "f" if word == "f" else "d" if word == "d" else "l"
        survey.touched[path] = Trait(kind, int(mode, 8) & 0o777, int(size), nanoseconds(mtime), int(inode), nanoseconds(ctime))


def archive_scripts(folder: str, paths: Iterable[str]) -> Iterator[str]:
    """Shell texts that write `paths` as archives, one text after the other."""
    head = f"cd {shlex.quote(folder)} || exit 9; printf "
    tail = " | tar --create --format=gnu --no-recursion --hard-dereference --null --files-from=- --file=- 2>/dev/null"
    for names in _batches(paths, r"\000"):
        yield f"{head}'{names}'{tail}"


def removal_scripts(folder: str, paths: Iterable[str]) -> Iterator[str]:
    """Shell texts that remove `paths`, whatever they are."""
    for names in _batches(paths, r"\000"):
        yield f"cd {shlex.quote(folder)} || exit 9; printf '{names}' | xargs -0 rm -rf --"


def _batches(paths: Iterable[str], ending: str) -> Iterator[str]:
    batch: list[str] = []
    length = 0
    for path in paths:
        name = _escaped(f"./{path}") + ending
        if length + len(name) > _BATCH and batch:
            yield "".join(batch)
            batch, length = [], 0
        batch.append(name)
        length += len(name)
    if batch:
        yield "".join(batch)


def _escaped(path: str) -> str:
    """`path` as the shell's printf reads it within single quotes: bytes of any kind."""
    return "".join(
        chr(byte) if (chr(byte).isalnum() and byte < 128) or byte in b"./_-+@ " else f"\\{byte:03o}"
        for byte in path.encode("utf-8", "surrogateescape")
    )
