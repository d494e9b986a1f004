"""The board: delegated tasks as rows with a cursor and marks. Posts what the user wants with tasks; decides nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.content import Content
from textual.events import Blur, Focus
from textual.message import Message
from textual.strip import Strip

from pygent_engine.task_values import TaskState, TaskView

from ...bound import key_of
from ...views.board import EMPTY, Board, Counts
from ...views.board_columns import Column, columns, needs
from ...views.board_keys import targets, valid
from ...views.board_order import Choice, Held, arranged
from ...views.task_words import capped
from ..request import Request
from ..row_view import RowView
from . import task_requests as wants
from .bindings import ASKED, BOARD_KEYS
from .rows import Parts, Rows, counted, heads

_OF_ROWS = frozenset({"filter", "sort", "mark", "mark_all", "jump_to"})


def invited(start: str) -> tuple[str, ...]:
    """What an empty board says; `start` names the keys that start a task."""
    return (
        "No delegated tasks yet.",
        "",
        f"{start}, or ask for it: “delegate a task that reviews the tests”.",
        "",
        "Each works on its own, in a workspace of its own; its changes come here only when you apply them.",
    )


class TaskTable(RowView):
    """Shows a Board. A row never moves under the cursor while the table has the focus; `choice` is what the user chose."""

    INTERVAL: ClassVar[float] = 1 / 8  # a thousand busy tasks change every row all the time; the cursor moves at once

    BINDINGS = BOARD_KEYS

    class Selected(Request):
        """The user wants to see the output of a task."""

        def __init__(self, task_id: str) -> None:
            super().__init__()
            self.task_id = task_id

    class Moved(Message):
        """The row under the cursor is another one, or it or the title says something else; `view` is None on an empty board."""

        def __init__(self, view: TaskView | None, board: Board) -> None:
            super().__init__()
            self.view = view
            self.board = board

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.choice = Choice()
        self._state: Board = EMPTY
        self._board: Board = EMPTY
        """What is laid out; a newer state waits for the next reflow."""
        self._shown: tuple[TaskView, ...] = ()
        self._rows = Rows()
        self._now = 0.0
        self._titled: tuple[Counts, Choice, tuple[Column, ...], int] | None = None
        self._counts = Counts()
        self._any_over = False
        self._untold = False
        self._sought = True
        """Whether the row under the cursor is to be brought into view."""
        self._can: frozenset[str] = frozenset()
        self._labelled: dict[str, str] = {}
        self._told: TaskView | None = None

    # ------------------------------------------------------------ attributes down

    def show(self, board: Board) -> None:
        """Show `board`; the cursor stays on its task."""
        if board is not self._state:
            self._state = board
            self.touch()

    def tick(self, now: float) -> None:
        """Show the times as they are at `now` (Unix seconds)."""
        changed = int(now) != int(self._now)
        self._now = now
        if changed and self._state.running:
            self.touch()

    def choose(self, choice: Choice) -> None:
        """Take over a cursor, marks, filter and order."""
        if choice != self.choice:
            self.choice = choice
            self._shown, self._sought = (), True
            self.flush()

    def catch_up(self) -> None:
        """Put the cursor where it belongs by now: rows wait for their next frame, and for ever where they have no room."""
        self.reflow()
        self.refresh()

    @property
    def current(self) -> TaskView | None:
        """The row under the cursor."""
        return self._shown[self.cursor] if self.cursor < len(self._shown) else None

    @property
    def cursor_row(self) -> int:
        """The last row of the screen that the task under the cursor takes."""
        return self.content_region.y + (self.cursor + 1) * self.row_height - 1 - self.scroll_offset.y

    @property
    def targets(self) -> tuple[str, ...]:
        """The ids of the tasks that are marked, else of the one under the cursor."""
        marked = tuple(task_id for task_id in self._state.places if task_id in self.choice.marks)
        return marked or ((self.current.id,) if self.current is not None else ())

    # ------------------------------------------------------------ lines

    @property
    def count(self) -> int:
        return len(self._shown)

    @property
    def row_height(self) -> int:
        return 1 if self._rows.columns else 2

    def reflow(self) -> None:
        before, shown = self.row_height, bool(self._shown)
        held = Held(self._shown[self.cursor].id, self.cursor) if self.has_focus and self.cursor < len(self._shown) else None
        self._board = self._state
        self.choice = self.choice.known(self._board)
        wanted = needs(self._board)
        self._rows = Rows(self._board, self.choice.marks, self._now, self.page.width, columns(self.page.width, wanted), wanted.id)
        self._shown = arranged(self._board, self.choice, self._now, held)
        self.cursor = self._found(held)
        lines = len(self._shown) * self.row_height if self._shown else len(self.empty_lines())
        top = self.scroll_offset.y // before * self.row_height if shown and before != self.row_height else self.scroll_offset.y
        if self._sought and self._shown:
            top, self._sought = self.revealing(top), False
        self.set_extent(lines, self.page.width, min(top, max(0, lines - self.page.height)))
        self._entitle()
        self._renew()

    def _found(self, held: Held | None) -> int:
        """Where the cursor is: on its task as long as that is shown, else where it was."""
        wanted = held.task_id if held is not None else self.choice.cursor
        place = next((place for place, view in enumerate(self._shown) if view.id == wanted), None)
        if place is None:
            place = self.cursor if self.choice.cursor is not None else 0
        return max(0, min(place, len(self._shown) - 1))

    def _entitle(self) -> None:
        self._counts = self._board.counts
        self._any_over = any(row.state.ended for row in self._board.rows)
        titled = (self._counts, self.choice, self._rows.columns, self.page.width)
        if titled != self._titled:
            self._titled, self._untold = titled, True
            self.border_title = Content.assemble(*self.heading(self.page.width))

    def heading(self, width: int) -> Parts:
        """How many tasks stand how, the marks, the filter and the order."""
        chosen = self.choice
        notes = (
            f"{len(chosen.marks)} marked" if chosen.marks else "",
            f"“{chosen.query}”: {len(self._shown)}" if chosen.query else "",
            f"by {chosen.sort}" if chosen.sort != "needs you" else "",
        )
        return counted(self._counts, notes, width)

    @property
    def column_names(self) -> str:
        """What stands over the columns; "" where there are none."""
        return heads(self._rows.columns) if self._shown else ""

    @property
    def invitation(self) -> tuple[str, ...]:
        keys = filter(None, (key_of(self, "board.full"), key_of(self, "board.new")))
        return invited(f"{' and '.join(keys)} start one")

    def empty_lines(self) -> list[str]:
        if self._board.rows:
            return [f"No task has {self.choice.query!r} in it.", "", f"{key_of(self, 'pane.search-clear')} shows all of them again."]
        return super().empty_lines()

    def line(self, y: int) -> Strip:
        if not self._shown:
            return self.empty_line(y)
        place, part = divmod(y, self.row_height)
        if place >= len(self._shown):  # a repaint between a new board and its layout
            return self.row()
        strip = self.row(*self._rows.parts(self._shown[place], part))
        return self.under_cursor(strip) if self.has_focus and place == self.cursor else strip

    # ------------------------------------------------------------ the cursor

    def on_focus(self, event: Focus) -> None:
        self._sought = True
        self.flush()

    def on_blur(self, event: Blur) -> None:
        self.refresh()

    def action_jump_to(self, number: int) -> None:
        """To a row by its number among those on the screen."""
        self.move_to(-(-self.scroll_offset.y // self.row_height) + number - 1)

    def moved(self) -> None:
        self.choice = replace(self.choice, cursor=self._shown[self.cursor].id)
        self._renew()

    def opened(self) -> None:
        self.action_ask("open")

    # ------------------------------------------------------------ filter, order, marks

    async def action_filter(self) -> None:
        await self.search(self.choice.query)

    def find(self, query: str) -> int:
        """Show only the tasks that have all words of `query`; how many there are."""
        self._change(replace(self.choice, query=query))
        return len(self._shown)

    def step(self, backwards: bool = False) -> None:
        """A filter has no matches to go to."""

    def clear(self) -> None:
        """Show all tasks again."""
        self._change(replace(self.choice, query=""))

    def action_sort(self) -> None:
        self._change(self.choice.sorted_next(), held=False)

    def action_mark(self) -> None:
        if self.current is not None:
            self._change(self.choice.toggled(self.current.id))

    def action_mark_all(self) -> None:
        self._change(self.choice.all_toggled(view.id for view in self._shown))

    def _change(self, choice: Choice, held: bool = True) -> None:
        """Show the rows as they were chosen; when they are not `held` the cursor goes with its task."""
        self.choice = choice
        if not held:
            self.choice = replace(choice, cursor=self.current.id if self.current is not None else None)
            self._shown = ()
        self.flush()
        if not held and self._shown:
            self.move_to(self.cursor)

    # ------------------------------------------------------------ what is wanted

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None for a key that does nothing just now: it is no text for the prompt either."""
        if action in ("search", "search_step"):
            return False
        if action == "ask":
            return True if parameters[0] in self._can else None
        if action in ("output", "clear_over"):
            return True if action in self._can else None
        if action in _OF_ROWS:
            return True if self._state.rows else None
        return super().check_action(action, parameters)

    def _renew(self) -> None:
        """See what can be done now, and tell of the row under the cursor."""
        view = self.current
        marked = [row for task_id in self.choice.marks if (row := self._board.row(task_id)) is not None]
        can = frozenset[str]().union(*(valid(row) for row in marked)) if marked else frozenset[str]()
        can |= valid(view) if view is not None else frozenset[str]()
        if self._any_over:
            can |= {"clear_over"}
        if (can, self.key_labels) != (self._can, self._labelled):
            self._can, self._labelled = can, self.key_labels
            self.refresh_bindings()
        if view is not self._told or self._untold:
            self._told, self._untold = view, False
            self.post_message(self.Moved(view, self._board))

    @property
    def key_labels(self) -> dict[str, str]:
        """What some keys do just now."""
        view = self.current
        paused = view is not None and (view.state is TaskState.paused or view.pausing)
        labels = {"board.pause": "go on" if paused else "pause", "board.full": "whole screen", "pane.search-clear": "all tasks"}
        return {**labels, "board.limits": "raise its limit"} if view is not None and capped(view) else labels

    def action_ask(self, name: str) -> None:
        task_ids = targets(self._board, self.choice.marks, self.current, name)
        if task_ids:
            self.post_message(ASKED[name](*task_ids))

    def action_output(self) -> None:
        if self.current is not None:
            self.post_message(self.Selected(self.current.id))

    def action_new(self) -> None:
        self.post_message(wants.NewTaskAsked())

    def action_clear_over(self) -> None:
        self.post_message(wants.ClearAsked())
