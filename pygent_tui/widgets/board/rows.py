"""Draws the rows of the board: one line in columns, or two lines where there is little room. Only text and roles."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

from pygent_engine.frozen import frozen
from pygent_engine.task_fold import count_unapplied
from pygent_engine.task_values import TaskView

from ...views.board import EMPTY, Board, Counts
from ...views.board_columns import ROOMY, Column, Name
from ...views.status_line import compact, elapsed
from ...views.task_words import box, clashes, doing, seconds, short_box, span, spent, who, word
from ..fitting import cut
from ..sanitise import one_line

Parts = list[tuple[str, str]]

_TIME_WIDTH = 8
_LONGEST = 400  # characters of a text that can still matter on one line
_TITLE = ("Tasks", "")
_TITLE_FRAME = 2  # cells of a border that its title cannot have, beyond those of the pane


@frozen
class Rows:
    """How the rows of `board` look at `now`, in `width` cells. Without `columns` each has two lines."""

    board: Board = EMPTY
    marks: frozenset[str] = frozenset()
    now: float = 0.0
    width: int = 0
    columns: tuple[Column, ...] = ()
    id_width: int = 0

    def parts(self, view: TaskView, part: int) -> Parts:
        """The line `part` of a row, 0 or 1."""
        if self.columns:
            return [self._mark(view), *(piece for column in self.columns for piece in self._cell(view, column))]
        return self._second(view) if part else self._first(view)

    def _mark(self, view: TaskView) -> tuple[str, str]:
        return ("* " if view.id in self.marks else "  ", "strong")

    def _cell(self, view: TaskView, column: Column) -> Parts:
        """A cell in exactly the width of its column, a blank at its end."""
        width = column.width - 1
        parts = self._said(view, column.name, width)
        text = "".join(piece for piece, _ in parts)
        if len(parts) == 1 or cell_len(text) > width:
            role = parts[0][1] if parts else "muted"
            fitted = fit(text, width)
            if column.right:
                told = fitted.strip()
                fitted = " " * (width - cell_len(told)) + told
            return [(f"{fitted} ", role)]
        return [*parts, (" " * (column.width - cell_len(text)), "muted")]

    def _said(self, view: TaskView, name: Name, width: int) -> Parts:  # noqa: C901 - one flat match, a line a column
        match name:
            case "state":
                stands = word(view, self.now)
                long = f"{stands.sign} {stands.whole}"
                return [(long if cell_len(long) <= width else f"{stands.sign} {stands.word}", stands.role)]
            case "id":
                return [(view.id, "strong")]
            case "title":
                return [(view.title, "text")]
            case "action":
                return [doing(view, self.board.want(view))]
            case "elapsed":
                return [(self._elapsed(view), "muted")]
            case "idle":
                return [(self._idle(view), "muted")]
            case "steps":
                return [*spent(view.steps, view.limits.steps, self.width >= ROOMY)]
            case "tokens":
                return [*spent(view.usage.total, view.limits.tokens, self.width >= ROOMY)]
            case "files":
                return [(_files(view), "muted" if not count_unapplied(view) else "text")]
            case "box":
                where = box(view) if self.width >= ROOMY else short_box(view)
                return [(where, "warn" if view.mode == "local" or view.network else "muted")]
            case "who":
                return [(who(view), "muted")]
            case "clash":
                return [(clashes(view, self.board.conflicts), "warn")]

    def _first(self, view: TaskView) -> Parts:
        room = max(0, self.width - 4 - self.id_width - _TIME_WIDTH - 1)
        stands = word(view, self.now)
        return [
            self._mark(view),
            (f"{stands.sign} ", stands.role),
            (fit(view.id, self.id_width) + " ", "strong"),
            (fit(view.title, room), "text"),
            (f"{self._elapsed(view):>{_TIME_WIDTH}}", "muted"),
        ]

    def _second(self, view: TaskView) -> Parts:
        """State, what must be known, and the action in the room that is left."""
        stands = word(view, self.now)
        clash = clashes(view, self.board.conflicts)
        steps = spent(view.steps, view.limits.steps, False) if view.limits.steps is not None else ()
        notes: Parts = [(clash, "warn")] if clash else []
        notes += [(text + " steps", role) for text, role in steps]
        said: Parts = [("    ", "muted"), (stands.whole, stands.role)]
        for text, role in notes:
            said += [(" · ", "muted"), (text, role)]
        action, role = doing(view, self.board.want(view))
        room = self.width - 1 - sum(cell_len(text) for text, _ in said) - 3
        return [*said, (" · ", "muted"), (fit(action, room).rstrip(), role)] if action and room > 4 else said

    def _elapsed(self, view: TaskView) -> str:
        worked = seconds(view, self.now)
        return "" if worked is None else elapsed(worked)

    def _idle(self, view: TaskView) -> str:
        since = 0.0 if view.state.ended or not view.started_at else self.now - view.active_at
        return span(since) if since >= 1 else ""


def heads(columns: tuple[Column, ...]) -> str:
    """The names of the columns, over them."""
    cells = (f"{column.head:>{column.width - 1}} " if column.right else f"{column.head:<{column.width}}" for column in columns)
    return "  " + "".join(cells) if columns else ""


def counted(counts: Counts, notes: tuple[str, ...], width: int) -> Parts:
    """How many tasks stand how, and `notes`, as much of it as there is room for: those that need the user, what was chosen, the rest."""
    told = (
        (counts.asking, "needs you" if counts.asking == 1 else "need you", "bold $text-warning"),
        (counts.working, "working", ""),
        (counts.paused, "paused", ""),
        (counts.queued, "queued", ""),
        (counts.failed, "failed", ""),
        (counts.timed_out, "timed out", ""),
        (counts.lost, "lost", ""),
        (counts.finished, "done", ""),
        (counts.cancelled, "cancelled", ""),
    )
    stand = [(f" · {compact(count)} {what}", style) for count, what, style in told if count]
    chosen = [(f" · {note}", "$text-primary") for note in notes if note]
    first = bool(counts.asking)
    room = width - _TITLE_FRAME - _cells([_TITLE])
    kept = _fitting([*stand[:first], *chosen], room)
    rest = _fitting(stand[first:], room - _cells(kept)) if len(kept) >= first else []
    return [_TITLE, *kept[:first], *rest, *kept[first:]]


def _fitting(parts: Parts, width: int) -> Parts:
    """The first of `parts`, as many as there is room for."""
    return [part for at, part in enumerate(parts) if _cells(parts[: at + 1]) <= width]


def _cells(parts: Parts) -> int:
    return sum(cell_len(text) for text, _ in parts)


def fit(text: str, width: int) -> str:
    """`text` on one line of exactly `width` cells."""
    return set_cell_size(cut(one_line(text[:_LONGEST]), width), max(0, width))


def _files(view: TaskView) -> str:
    if not view.changes:
        return ""
    return f"{view.changes}" if count_unapplied(view) else f"{view.changes} ✓"
