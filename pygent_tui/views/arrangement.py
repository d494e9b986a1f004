"""Where the three panes stand: a pure function of the room, of what they have to show, and of what the user chose.

Three layouts. *Wide*: the conversation at the left, output and board at the right. *Tall*: one column of all three. *Narrow*:
one column where output and board take room only once they have something to show; where even that is too low, one pane at a time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Literal, NamedTuple

from pygent_engine.frozen import frozen

Pane = Literal["conversation", "output", "board"]
Seam = Literal["columns", "rows", "output"]

PANES: tuple[Pane, ...] = ("conversation", "output", "board")

WIDE = 100  # cells; less is one column
TALL = 30  # lines of a column that shows all three, whatever they hold
_LOW = 13  # lines of a column, and
_FLAT = 10  # of a screen with two, that are too few for two panes one above the other
_LEAST_WIDTH = 24
_LEAST_HEIGHT = 4
_LEAST_BOX = 3
_ALONE = 15  # percent that the conversation gets more where it has one pane below it, not two
_LEAST, _MOST = 15, 85


@frozen
class Arrangement:
    """What the user chose. `columns` is the part of the width, in percent, that the conversation has beside the others, `rows` its
    part of the height above them, `output` the part of what is left that the output has above the board."""

    columns: int = 60
    rows: int = 50
    output: int = 54
    side: bool = True
    zoomed: bool = False

    def moved(self, seam: Seam, percent: int) -> Arrangement:
        """With `seam` at so many percent, or as near as it can be."""
        at = max(_LEAST, min(_MOST, percent))
        match seam:
            case "columns":
                return replace(self, columns=at)
            case "rows":
                return replace(self, rows=at)
            case "output":
                return replace(self, output=at)

    def at(self, seam: Seam) -> int:
        """Where `seam` is, in percent."""
        return {"columns": self.columns, "rows": self.rows, "output": self.output}[seam]


class Box(NamedTuple):
    """A part of the room, in cells."""

    x: int
    y: int
    width: int
    height: int


class Ground(NamedTuple):
    """The room there is, the panes that have something to show, and the one that was focused last."""

    width: int
    height: int
    filled: frozenset[str] = frozenset()
    front: Pane = "conversation"

    @property
    def wide(self) -> bool:
        return self.width >= WIDE


def places(ground: Ground, chosen: Arrangement) -> dict[Pane, Box]:
    """The box of each pane that is shown: none where a box would be nothing but its border."""
    if ground.height < _LEAST_BOX:
        return {}
    whole = Box(0, 0, ground.width, ground.height)
    if _one_at_a_time(ground, chosen):
        return {ground.front: whole}
    below = _beside(ground, chosen)
    if not below:
        return {"conversation": whole}
    first, rest = _divided(ground, chosen, len(below))
    return {"conversation": first, **_stacked(rest, below, chosen)}


def reachable(ground: Ground, chosen: Arrangement) -> tuple[Pane, ...]:
    """The panes that can be gone to: those that are seen, and where it is one at a time those that take its place."""
    if _one_at_a_time(ground, chosen):
        return PANES if chosen.side else PANES[:1]
    return tuple(places(ground, chosen))


def seam_at(ground: Ground, chosen: Arrangement, x: int, y: int) -> Seam | None:
    """The seam between two panes that lies at a cell."""
    boxes = places(ground, chosen)
    side = next((boxes[name] for name in ("output", "board") if name in boxes), None)
    if len(boxes) < 2 or side is None:
        return None
    if ground.wide and x in (side.x - 1, side.x):
        return "columns"
    if not ground.wide and y in (side.y - 1, side.y):
        return "rows"
    board = boxes.get("board")
    if len(boxes) == 3 and board is not None and x >= board.x and y in (board.y - 1, board.y):
        return "output"
    return None


def dragged(ground: Ground, chosen: Arrangement, seam: Seam, x: int, y: int) -> Arrangement:
    """With `seam` pulled to a cell."""
    boxes = places(ground, chosen)
    if seam == "columns":
        return chosen.moved(seam, _percent(x, ground.width))
    if seam == "rows":
        return chosen.moved(seam, _percent(y, ground.height) - _ALONE * (len(boxes) == 2))
    first = boxes["output"]
    return chosen.moved(seam, _percent(y - first.y, ground.height - first.y))


def seam_beside(ground: Ground, chosen: Arrangement, upright: bool) -> Seam | None:
    """The seam that the keys move: an `upright` one left or right, else the one up or down that is nearest to the focus."""
    boxes = places(ground, chosen)
    if upright:
        return "columns" if ground.wide and len(boxes) > 1 else None
    both = "output" in boxes and "board" in boxes
    if ground.wide:
        return "output" if both else None
    if len(boxes) < 2:
        return None
    return "output" if both and ground.front == "board" else "rows"


def _one_at_a_time(ground: Ground, chosen: Arrangement) -> bool:
    return chosen.zoomed or ground.height < (_LEAST_HEIGHT if ground.wide else _LOW)


def _beside(ground: Ground, chosen: Arrangement) -> tuple[Pane, ...]:
    """The panes that stand beside or below the conversation."""
    if not chosen.side:
        return ()
    if ground.wide:
        return ("output", "board") if ground.height >= _FLAT else ("board" if ground.front == "board" else "output",)
    wanted: Collection[str] = PANES if ground.height >= TALL else {*ground.filled, ground.front}
    return tuple(name for name in PANES[1:] if name in wanted)


def _divided(ground: Ground, chosen: Arrangement, others: int) -> tuple[Box, Box]:
    """The conversation's box, and what is left for so many others."""
    width, height = ground.width, ground.height
    if ground.wide:
        left = max(_LEAST_WIDTH, min(width - _LEAST_WIDTH, round(width * chosen.columns / 100)))
        return Box(0, 0, left, height), Box(left, 0, width - left, height)
    share = min(_MOST, chosen.rows + _ALONE * (others == 1))
    top = max(_LEAST_HEIGHT, min(height - _LEAST_HEIGHT * others, round(height * share / 100)))
    return Box(0, 0, width, top), Box(0, top, width, height - top)


def _stacked(box: Box, names: tuple[Pane, ...], chosen: Arrangement) -> dict[Pane, Box]:
    """`box` for one pane, or for two one above the other."""
    if len(names) == 1:
        return {names[0]: box}
    upper = max(_LEAST_HEIGHT, min(box.height - _LEAST_HEIGHT, round(box.height * chosen.output / 100)))
    return {names[0]: box._replace(height=upper), names[1]: box._replace(y=box.y + upper, height=box.height - upper)}


def _percent(part: int, whole: int) -> int:
    return round(100 * part / max(1, whole))
