"""Which columns of the board there is room for. Pure: the most needed ones stay, and what is left goes to title and action."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from .board import Board

Name = Literal["state", "id", "title", "action", "elapsed", "clash", "files", "steps", "tokens", "box", "who", "idle"]

ONE_LINE = 66
"""From this width on a task needs one line, below it two."""
BARS = 100
"""From this width on what was spent is drawn as a bar, too."""
LONG_WORDS = 150

_ORDER: tuple[Name, ...] = ("state", "id", "title", "action", "elapsed", "idle", "steps", "tokens", "files", "box", "who", "clash")
_HEADS: dict[Name, str] = {"action": "last action", "elapsed": "time", "box": "container", "who": "who", "clash": "same file as"}
_RIGHT = frozenset({"elapsed", "idle", "files"})
_MOST_ID = 12
_MARK = 2


class Column(NamedTuple):
    """`width` cells, the blank behind it among them."""

    name: Name
    width: int

    @property
    def head(self) -> str:
        return _HEADS.get(self.name, self.name)

    @property
    def right(self) -> bool:
        """Whether it ends where the others begin: numbers."""
        return self.name in _RIGHT


@dataclass(frozen=True, slots=True)
class Needs:
    """What the tasks of a board have to tell: the width of their ids, whether some have caps, changes, conflicts."""

    id: int = 0
    step_caps: bool = False
    token_caps: bool = False
    files: bool = False
    clashes: bool = False


def needs(board: Board) -> Needs:
    """What columns `board` needs."""
    widest, steps, tokens, files = 0, False, False, False
    for view in board.rows:
        widest = max(widest, len(view.id))
        steps = steps or view.limits.steps is not None
        tokens = tokens or view.limits.tokens is not None
        files = files or view.changes > 0
    return Needs(min(_MOST_ID, widest), steps, tokens, files, bool(board.conflicts))


def columns(width: int, wanted: Needs) -> tuple[Column, ...]:
    """The columns for `width` cells, from left to right; none where a task needs two lines."""
    if width < ONE_LINE:
        return ()
    found: dict[Name, int] = {"state": 26 if width >= LONG_WORDS else 16, "id": wanted.id + 1}
    room = width - _MARK - sum(found.values())
    for name, cells, least in _optional(width, wanted):
        if room - cells >= least:
            found[name] = cells
            room -= cells
    title = min(40, room * 2 // 5)
    found |= {"title": title, "action": room - title}
    return tuple(Column(name, found[name]) for name in _ORDER if name in found)


def _optional(width: int, wanted: Needs) -> Iterator[tuple[Name, int, int]]:
    """What can be left out, the most needed first: its cells, and those that title and action keep together when it is there."""
    bar = 5 if width >= BARS else 0
    yield "elapsed", 8, 26
    if wanted.clashes:
        yield "clash", max(14, wanted.id + 6), 26
    yield "steps", 8 + bar if wanted.step_caps else 6, 32
    if wanted.files:
        yield "files", 6, 32
    yield "tokens", 11 + bar if wanted.token_caps else 7, 36
    yield "box", 20, 48
    yield "who", 18, 60
    yield "idle", 7, 70
