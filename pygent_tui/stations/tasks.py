"""What is done with delegated tasks from the board: cancelled, paused, forgotten, copied; and the board on the whole screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pygent_engine.events import CancelTask, Op, PauseTask, RemoveTask, ResumeTask
from pygent_engine.task_values import TaskState

from ..screens.confirm import Confirm
from ..views import naming
from ..views.app_state import AppState
from ..views.task_words import lost, summary
from ..widgets.board.task_requests import AnswerCopied, BoardAsked, CancelAsked, ClearAsked, PauseAsked, RemoveAsked, TaskRequest
from ..widgets.board.task_table import TaskTable
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor
    from ..screens.board import BoardScreen


class Tasks(Station):
    """Behind the board, in its pane and on the whole screen. `table` is the one that the user sees."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._screen: BoardScreen | None = None

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            CancelAsked: lambda request: self.cancel(request.task_ids),
            PauseAsked: lambda request: self.pause(request.task_ids),
            RemoveAsked: lambda request: self.remove(request.task_ids),
            AnswerCopied: lambda request: self.copy(request.task_ids),
            ClearAsked: lambda _: self.clear(),
            BoardAsked: lambda _: self.open_board(),
            TaskTable.Selected: lambda request: self.inspect(request.task_id),
        }

    def show(self, old: AppState, new: AppState) -> None:
        if self._screen is not None and new.board is not old.board:
            self._screen.show(new.board)

    def tick(self, now: float) -> None:
        if self._screen is not None:
            self._screen.tick(now)

    # ------------------------------------------------------------ which tasks

    @property
    def table(self) -> TaskTable:
        return self.conductor.panes.board if self._screen is None else self._screen.table

    @property
    def covers(self) -> bool:
        """Whether the board on the whole screen hides its pane."""
        return self._screen is not None

    @property
    def ids(self) -> Sequence[str]:
        """Of every task of the session."""
        return tuple(self.conductor.state.board.places)

    def on(self, words: str, do: Callable[[Sequence[str]], object]) -> None:
        """`do` what a command says with the tasks that `words` name; without a word with those that are marked, or the one under
        the cursor of the board. What names no task is refused."""
        self.table.catch_up()
        named = words.split() or list(self.table.targets)
        unknown = next((name for name in named if self.conductor.state.board.row(name) is None), None)
        if unknown is not None:
            self.conductor.refuse(naming.unknown(unknown))
        elif not named:
            self.conductor.refuse("There are no delegated tasks yet; /task-new starts one.")
        else:
            do(named)

    def ask(self, words: str, request: type[TaskRequest]) -> None:
        """What a key of the board asks, asked by a command."""
        self.on(words, lambda task_ids: self.conductor.take(request(*task_ids)))

    # ------------------------------------------------------------ the board

    def open_board(self) -> None:
        """Show the board on the whole screen, with the cursor, marks, filter and order of the pane; they are kept on the way back."""
        from ..screens.board import BoardScreen  # noqa: PLC0415 - only who opens it needs it

        if self._screen is not None:
            return
        pane = self.conductor.panes.board
        screen = self._screen = BoardScreen(pane.choice)

        def closed(_: None) -> None:
            self._screen = None
            pane.show(self.conductor.state.board)
            pane.tick(self.app.clock())
            pane.choose(screen.table.choice)

        self.app.push_screen(screen, closed)
        screen.show(self.conductor.state.board)
        screen.tick(self.app.clock())

    def inspect(self, task_id: str) -> None:
        """Show the output of a task in the pane of the output."""
        if self._screen is not None:
            if not self._screen.is_active:
                return  # what a key before this one opened lies over the board, and would go in its place
            self._screen.dismiss()
            self.bench.focus_pane("output")
        self.conductor.panes.inspect(task_id)

    # ------------------------------------------------------------ what is done

    def cancel(self, task_ids: Sequence[str]) -> None:
        """Cancel tasks, after a yes."""
        live = [view for view in self.views(task_ids) if not view.state.ended]
        if not live:
            self.conductor.refuse(f"{naming.tasks(self.views(task_ids))} ended already; nothing is left to cancel.")
            return
        one = len(live) == 1
        body = f"{naming.tasks(live)} end{'s' if one else ''} now; {'its' if one else 'their'} files are kept."
        title = "Cancel this task?" if one else f"Cancel {len(live)} tasks?"
        dialog = Confirm(title, body, "cancel the task" if one else "cancel them", "let it run" if one else "let them run")
        self._after(dialog, [CancelTask(view.id) for view in live])

    def pause(self, task_ids: Sequence[str]) -> None:
        """Pause tasks before their next step; those that are paused, or about to be, go on."""
        live = [view for view in self.views(task_ids) if not view.state.ended]
        if not live:
            self.conductor.refuse(f"{naming.tasks(self.views(task_ids))} ended already; /task-retry begins again.")
        for view in live:
            goes_on = view.state is TaskState.paused or view.pausing
            self.conductor.send(ResumeTask(view.id) if goes_on else PauseTask(view.id))

    def remove(self, task_ids: Sequence[str]) -> None:
        """Forget tasks that are over, after a yes when something that they changed was not applied."""
        over = [view for view in self.views(task_ids) if view.state.ended]
        if not over:
            self.conductor.refuse(f"{naming.tasks(self.views(task_ids))} still works; cancel it first: /task-cancel.")
            return
        ops = [RemoveTask(view.id) for view in over]
        body = lost(over)
        if not body:
            self._send(ops)
            return
        title = "Forget this task?" if len(over) == 1 else f"Forget {len(over)} tasks?"
        self._after(Confirm(title, body, "forget, with the files", "keep"), ops)

    def clear(self) -> None:
        """Forget all tasks that are over."""
        over = [view.id for view in self.conductor.state.board.rows if view.state.ended]
        if over:
            self.remove(over)
        else:
            self.conductor.refuse("No task is over yet; nothing is cleared.")

    def copy(self, task_ids: Sequence[str]) -> None:
        """Copy what a task answered; as long as it has not, how it stands."""
        view = self.views(task_ids)[0]
        answered = view.state.ended and view.answer
        self.conductor.copy(view.answer if answered else summary(view), f"{'the answer' if answered else 'the state'} of {view.id}")

    def _after(self, dialog: Confirm, ops: Sequence[Op]) -> None:
        self.conductor.confirm(dialog, lambda: self._send(ops))

    def _send(self, ops: Sequence[Op]) -> None:
        for op in ops:
            self.conductor.send(op)
