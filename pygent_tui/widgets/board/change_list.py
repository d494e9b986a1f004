"""The paths that a task changed, one a line, with a cursor and marks. Says what the user does; decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.cells import cell_len
from textual.binding import Binding
from textual.events import Blur, Focus
from textual.message import Message
from textual.strip import Strip

from pygent_engine.task_values import FileChange

from ...views.diffs import counts
from ..row_view import RowView
from ..sanitise import one_line

_SIGNS = {"added": ("+", "ok"), "modified": ("±", "agent"), "deleted": ("−", "error")}
_LEAST_PATH, _SHORTEST = 24, 8  # cells of a path

Parts = list[tuple[str, str]]


class ChangeList(RowView):
    """`show` it the changes, what is marked, and what was applied or clashed.

    `mark` is called with a path whose mark is put or taken away, None for all of them: not told by a message, for a key that comes in
    one batch with the mark must see it.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("space", "mark", "Mark the path", id="task-diff.mark", show=False),
        Binding("asterisk", "mark_all", "Mark all paths, or none", id="task-diff.mark-all", show=False),
        Binding("enter", "open", "Read its diff", id="task-diff.open", show=False),
    ]

    class Reached(Message):
        """The cursor went to `path`; with `into` the user wants to read there."""

        def __init__(self, path: str, into: bool = False) -> None:
            super().__init__()
            self.path = path
            self.into = into

    def __init__(self, mark: Callable[[str | None], object], *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._mark = mark
        self._changes: tuple[FileChange, ...] = ()
        self._marked: frozenset[str] = frozenset()
        self._done: frozenset[str] = frozenset()
        self._clashed: frozenset[str] = frozenset()

    def show(self, changes: Sequence[FileChange], marked: frozenset[str], done: Sequence[str], clashed: Sequence[str]) -> None:
        """These changes; the cursor stays on its path."""
        path = self.path
        self._changes, self._marked, self._done, self._clashed = tuple(changes), marked, frozenset(done), frozenset(clashed)
        self.cursor = next((at for at, change in enumerate(self._changes) if change.path == path), self.cursor)
        self.touch()

    @property
    def count(self) -> int:
        return len(self._changes)

    @property
    def path(self) -> str:
        """The path under the cursor, "" when there is none."""
        return self._changes[self.cursor].path if self.cursor < len(self._changes) else ""

    # ------------------------------------------------------------ lines

    def reflow(self) -> None:
        self.cursor = max(0, min(self.cursor, len(self._changes) - 1))
        self.set_extent(len(self._changes), self.page.width, self.scroll_offset.y)

    def line(self, y: int) -> Strip:
        if y >= len(self._changes):
            return self.row()
        strip = self.row(*self._parts(self._changes[y]))
        return self.under_cursor(strip) if y == self.cursor else strip

    def _parts(self, change: FileChange) -> Parts:
        """Mark, kind and path, what stands in its way, how much it is. Where there is little room the last of these go, and then the
        path gives way, at its beginning."""
        sign, role = _SIGNS[change.kind]
        notes = [(f"  {text}", note_role) for text, note_role in self._notes(change)]
        path = one_line(change.path)
        least = min(cell_len(path), _LEAST_PATH)
        while len(notes) > 1 and self._room(notes) < least:
            notes.pop()
        room = max(_SHORTEST, self._room(notes))
        if cell_len(path) > room:
            path = "…" + path[-(room - 1) :]
        marked = change.path in self._marked
        return [("● " if marked else "  ", "warn"), (f"{sign} ", role), (path, "muted" if change.ignored else "text"), *notes]

    def _room(self, notes: Parts) -> int:
        return self.page.width - 4 - sum(cell_len(text) for text, _ in notes)

    def _notes(self, change: FileChange) -> Iterator[tuple[str, str]]:
        """What is said of a change, the most needed first."""
        if change.path in self._clashed:
            yield "✗ conflict", "error"
        elif change.path in self._done:
            yield "✓ applied", "ok"
        if change.also:
            yield f"! also {', '.join(map(one_line, change.also))}", "warn"
        if change.ignored:
            yield f"ignored, {change.files} files" if change.files > 1 else "ignored", "muted"
        if change.diff is not None and counts(change.diff):
            yield counts(change.diff), "muted"

    # ------------------------------------------------------------ the cursor

    def on_focus(self, event: Focus) -> None:
        self.refresh()

    def on_blur(self, event: Blur) -> None:
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("mark", "mark_all", "open"):
            return bool(self._changes)
        return super().check_action(action, parameters)

    def action_mark(self) -> None:
        if self.path:
            self._mark(self.path)
            self.move_to(self.cursor + 1)

    def action_mark_all(self) -> None:
        self._mark(None)

    def action_open(self) -> None:
        if self.path:
            self.post_message(self.Reached(self.path, into=True))

    def moved(self) -> None:
        self.post_message(self.Reached(self.path))
