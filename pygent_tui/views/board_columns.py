"""Which columns of the board there is room for. Pure: the most needed ones stay, and what is left goes to title and action."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from pygent_engine.frozen import frozen

from .board import Board
from .task_words import who

Name = Literal["state", "id", "title", "action", "elapsed", "clash", "files", "steps", "tokens", "box", "who", "idle"]

ONE_LINE = 66
"""From this width on a task needs one line, below it two."""
ROOMY = 150
"""From this width on states are said in more words, what was spent is drawn as a bar too, and a container is told at length."""

_ORDER: tuple[Name, ...] = ("state", "id", "title", "action", "elapsed", "idle", "steps", "tokens", "files", "box", "who", "clash")
_HEADS: dict[Name, str] = {"action": "last action", "elapsed": "time", "box": "container", "clash": "conflict"}
_RIGHT = frozenset({"elapsed", "idle", "files"})
_MOST_ID = 12
_MOST_WHO = 18
_LEAST_WHO = 10
_LEAST_TITLE = 20
_LEAST_TEXT = 32  # of title and action together
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


@frozen
class Needs:
    """What the tasks of a board have to tell: the width of their ids, of persona and model, whether some have caps, changes, ..."""

    id: int = 0
    who: int = 0
    step_caps: bool = False
    token_caps: bool = False
    files: bool = False
    clashes: bool = False
    network: bool = False


def needs(board: Board) -> Needs:
    """What columns `board` needs."""
    widest, named, steps, tokens, files, network = 0, 0, False, False, False, False
    for view in board.rows:
        widest = max(widest, len(view.id))
        named = max(named, len(who(view)))
        steps = steps or view.limits.steps is not None
        tokens = tokens or view.limits.tokens is not None
        files = files or view.changes > 0
        network = network or view.network
    return Needs(min(_MOST_ID, widest), min(_MOST_WHO - 1, named), steps, tokens, files, bool(board.conflicts), network)


def columns(width: int, wanted: Needs) -> tuple[Column, ...]:
    """The columns for `width` cells, from left to right; none where a task needs two lines."""
    if width < ONE_LINE:
        return ()
    found: dict[Name, int] = {"state": 26 if width >= ROOMY else 16, "id": wanted.id + 1}
    room = width - _MARK - sum(found.values())
    for name, cells, least in _optional(width, wanted):
        given = min(cells, room - _LEAST_TEXT) if name == "who" else cells
        if room - given >= least and (given == cells or given >= _LEAST_WHO):
            found[name] = given
            room -= given
    title = min(40, max(_LEAST_TITLE, room * 2 // 5), room * 2 // 3)
    found |= {"title": title, "action": room - title}
    return tuple(Column(name, found[name]) for name in _ORDER if name in found)


def _optional(width: int, wanted: Needs) -> Iterator[tuple[Name, int, int]]:
    """What can be left out, the most needed first: its cells, and those that title and action keep together when it is there."""
    roomy = width >= ROOMY
    bar = 5 if roomy else 0
    yield "elapsed", 8, 26
    if wanted.clashes:
        yield "clash", max(10, wanted.id + 6), 26
    yield "box", 20 if roomy else 14 if wanted.network else 10, _LEAST_TEXT
    yield "steps", 8 + bar if wanted.step_caps else 6, _LEAST_TEXT
    if wanted.files:
        yield "files", 6, _LEAST_TEXT
    yield "who", max(4, wanted.who + 1), _LEAST_TEXT
    yield "tokens", 11 + bar if wanted.token_caps else 7, _LEAST_TEXT
    yield "idle", 7, 48
