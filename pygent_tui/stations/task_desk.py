"""A task's own screen, the peek at one, and what the user writes to tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pygent_engine.events import MessageTask, RetryTask
from pygent_engine.task_values import TaskView
from pygent_engine.untrusted import clean_line

from ..screens.confirm import Confirm
from ..screens.message import MessageDialog
from ..screens.peek import Peek, beside
from ..screens.task import TaskScreen
from ..views import naming, peek, task_output, transcript
from ..views.app_state import AppState
from ..views.output import EMPTY, Outputs
from ..views.status import CLOSED
from ..widgets.board.task_requests import MessageAsked, TaskOpened, TaskPeeked
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor


class TaskDesk(Station):
    """At most one of each is open. What was written to a task and not sent is kept for the next time."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._screen: TaskScreen | None = None
        self._peek: Peek | None = None
        self._peeked: Outputs = EMPTY
        self._dialog: tuple[MessageDialog, tuple[str, ...]] | None = None
        self._drafts: dict[str, str] = {}  # by task id

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            TaskOpened: lambda request: self.open(request.task_id),
            TaskPeeked: lambda request: self.peek(request.task_id),
            MessageAsked: lambda request: self.write(request.task_ids),
            TaskScreen.Neighbour: lambda request: self._go(request.task_id, request.by),
            TaskScreen.Said: self._said,
            TaskScreen.Left: self._left,
            TaskScreen.Shown: lambda _: self._shown(),
            Peek.Moved: lambda request: self._move(request.by),
            Peek.Shown: lambda _: self._shown(),
        }

    def show(self, old: AppState, new: AppState) -> None:
        if self._screen is not None:
            self._show_task(self._screen, old, new)
        if self._peek is not None:
            self._show_peek(self._peek, new)
        if self._dialog is not None and new.board is not old.board:
            self._show_dialog(*self._dialog)
        if new.talks.warned != old.talks.warned and old.seen:
            self._warn(*new.talks.warned[1:])

    def tick(self, now: float) -> None:
        if self._screen is not None:
            self._show_head(self._screen, self.conductor.state)
            self._screen.tick(now)
        if self._peek is not None:
            self._show_peek(self._peek, self.conductor.state)

    # ------------------------------------------------------------ the screen of a task

    @property
    def seen(self) -> TaskView | None:
        """The task whose own screen the user is on, also below a list or a dialog."""
        return self._view(self._screen.task_id) if self._screen in self.app.screen_stack and self._screen is not None else None

    def open(self, task_id: str) -> None:
        """Show a task's own conversation and output."""
        if self._view(task_id) is None:
            return self._unknown(task_id)
        if self._peek is not None and self.app.screen is self._peek:
            self._peek.dismiss()
        screen = TaskScreen(task_id, self._drafts.pop(task_id, ""))
        if self._screen is not None and self.app.screen is self._screen:
            self.app.switch_screen(screen)
        elif self._screen is not None:
            return None  # it lies below a dialog
        else:
            self.app.push_screen(screen)
        self._screen = screen
        self._show_task(screen, AppState(), self.conductor.state)
        return None

    def _go(self, task_id: str, by: int) -> None:
        """To the task that stands so many rows further on the board, from the last to the first."""
        board = self.conductor.state.board
        if task_id in board.places and len(board.rows) > 1:
            self.open(board.rows[(board.places[task_id] + by) % len(board.rows)].id)

    def _show_task(self, screen: TaskScreen, old: AppState, new: AppState) -> None:
        talk = new.talks.of.get(screen.task_id)
        if talk is None or self._view(screen.task_id, new) is None:
            self._close_screen(screen)
            return
        self._show_head(screen, new)
        screen.tick(self.app.clock())
        screen.show_talk(talk)
        if new.output is not old.output or new.talks is not old.talks:
            screen.show_output(task_output.of_task(new.output, talk, screen.outputs.selected, screen.outputs))
        self._show_ask(screen, new, screen.field.typed_at)

    def _show_head(self, screen: TaskScreen, state: AppState) -> None:
        view = self._view(screen.task_id, state)
        if view is not None:
            others = sum(ask.task_id != screen.task_id for ask in state.asks.pending)
            screen.show_task(view, self.app.clock(), f"{others} elsewhere wait{'s' if others == 1 else ''} for you" if others else "")

    def _close_screen(self, screen: TaskScreen) -> None:
        """The task is gone; what lies over its screen goes first."""
        if self.app.screen is screen:
            self._screen = None
            screen.dismiss()
            self.conductor.say(f"{naming.id_of(screen.task_id)} was removed.")

    def _left(self, request: TaskScreen.Left) -> None:
        if self._screen is not None and not self._screen.is_attached:
            self._screen = None
        self._keep(request.task_id, request.draft)

    def _shown(self) -> None:
        """Back from what lay over it."""
        for place in (self._screen, self._peek):
            if place is not None and place.panel is not None and self.app.screen is place:
                place.panel.uncovered()
        self.show(AppState(), self.conductor.state)

    # ------------------------------------------------------------ the peek

    def peek(self, task_id: str) -> None:
        """Show the last lines of a task beside the board."""
        if self._view(task_id) is None:
            return self._unknown(task_id)
        if self._peek is not None:
            return None
        table = self.conductor.tasks.table
        table.choose(replace(table.choice, cursor=task_id))
        opened = self._peek = Peek()

        def closed(_: None) -> None:
            self._peek = None

        self.app.push_screen(opened, closed)
        self._show_peek(opened, self.conductor.state)
        return None

    def _move(self, by: int) -> None:
        table = self.conductor.tasks.table
        (table.action_scroll_down if by > 0 else table.action_scroll_up)()
        if self._peek is not None:
            self._show_peek(self._peek, self.conductor.state)

    def _show_peek(self, opened: Peek, state: AppState) -> None:
        table = self.conductor.tasks.table
        view = table.current
        view = self._view(view.id, state) if view is not None else None
        if view is None:
            if self.app.screen is opened:
                self._peek = None
                opened.dismiss()
            return
        talk = state.talks.of.get(view.id, transcript.EMPTY)
        self._peeked = task_output.of_task(state.output, talk, None, self._peeked)
        opened.show(view, peek.peek(view, talk, self._peeked), self.app.clock())
        self._show_ask(opened, state, 0.0)
        opened.call_after_refresh(self._put_peek)

    def _put_peek(self) -> None:
        """Once it is known how high it is."""
        if self._peek is not None:
            table = self.conductor.tasks.table
            self._peek.put(beside(table.region, table.cursor_row, self.app.size, self._peek.height))

    def _show_ask(self, place: TaskScreen | Peek, state: AppState, typed_at: float) -> None:
        """The oldest that the task of `place` asks; nothing when it asks nothing. A screen that is not made yet comes for it."""
        if not place.is_mounted:
            return
        ask = state.asks.of_task(place.task_id)
        shown = place.panel.call_id if place.panel is not None else None
        if (ask.call_id if ask is not None else None) == shown:
            return
        if ask is None:
            place.ask(None)
            return
        panel = self.conductor.asking.panel_of(ask, state.asks, typed_at)
        place.ask(panel)
        panel.show_waiting(("",), 0)

    # ------------------------------------------------------------ messages

    def write(self, task_ids: Sequence[str], text: str = "") -> None:
        """Ask what to tell tasks, or to try again with."""
        known = tuple(view.id for view in self.views(task_ids))
        if not known:
            return self._unknown(task_ids[0])
        if self._dialog is not None:
            return None
        kept = self._drafts.pop(known[0], "") if len(known) == 1 else ""
        dialog = MessageDialog(self.views(known), text or kept)
        self._dialog = (dialog, known)

        def done(said: str | None) -> None:
            self._dialog = None
            if said is not None:
                self._send(known, said)
            elif len(known) == 1:
                self._keep(known[0], dialog.text)

        self.app.push_screen(dialog, done)
        return None

    def tell(self, words: str) -> None:
        """/task-message: the first word names a task, the rest is what to tell it; without a rest it is asked for."""
        task_id, _, text = words.partition(" ")
        view = self._view(task_id) if task_id else None
        if not text.strip() or view is None or view.state.ended:
            self.conductor.tasks.on(task_id, lambda task_ids: self.write(task_ids, text.strip()))
        else:
            self._send((task_id,), text.strip())

    def _show_dialog(self, dialog: MessageDialog, task_ids: tuple[str, ...]) -> None:
        views = self.views(task_ids)
        if views:
            dialog.show(views)
        elif self.app.screen is dialog:
            dialog.dismiss(None)
            self._unknown(task_ids[0])

    def _said(self, request: TaskScreen.Said) -> None:
        """What was written on a task's own screen; of one that is over, after a yes."""
        view = self._view(request.task_id)
        if view is None or self.conductor.state.status.closed is not None:
            request.field.give_back(request.text)
            self.conductor.refuse(CLOSED if view is not None else "That task is not there any more.")
        elif view.state.ended:
            body = f"{naming.task(view)} is over. With what you wrote it goes on where it stopped."
            dialog = Confirm("Try this task again?", body, "try again", "not now")
            self.app.push_screen(dialog, lambda yes: self._again(request, bool(yes)))
        else:
            self._send((request.task_id,), request.text)

    def _again(self, request: TaskScreen.Said, yes: bool) -> None:
        if yes:
            self._send((request.task_id,), request.text)
        else:
            request.field.give_back(request.text)

    def _send(self, task_ids: Sequence[str], text: str) -> None:
        """Tell those that are not over, and try the others again with it."""
        if self.conductor.state.status.closed is not None:
            self.conductor.refuse(CLOSED)
            self._keep(task_ids[0], text)
            return
        views = self.views(task_ids)
        for view in views:
            again = view.state.ended
            self.conductor.send(RetryTask(view.id, "resume", text) if again else MessageTask(view.id, text))
        if len(views) == 1:
            does = "is tried again with it" if views[0].state.ended else "reads it at its next step"
            self.conductor.say(f"{naming.id_of(views[0].id)} {does}.")
        elif views:
            over = sum(view.state.ended for view in views)
            told = f"{len(views) - over} read it at their next step" if len(views) > over else ""
            self.conductor.say(", ".join(filter(None, (told, f"{over} tried again with it" if over else ""))) + ".")

    # ------------------------------------------------------------ what there is

    def _view(self, task_id: str, state: AppState | None = None) -> TaskView | None:
        return (state or self.conductor.state).board.row(task_id)

    def _keep(self, task_id: str, draft: str) -> None:
        """Keep what was written to a task; when that is gone, in the prompt."""
        if not draft.strip():
            return
        if self._view(task_id) is not None:
            self._drafts[task_id] = draft
            return
        composer = self.bench.composer
        composer.insert(f"\n{draft}" if composer.text else draft, composer.document.end)
        self.conductor.say("That task is gone; what you had written to it stands in the prompt.")

    def _unknown(self, task_id: str) -> None:
        self.conductor.refuse(naming.unknown(task_id))

    def _warn(self, task_id: str, text: str) -> None:
        """What was refused to a task whose conversation is not seen."""
        if self._screen is None or self._screen.task_id != task_id:
            self.conductor.refuse(f"{naming.id_of(task_id)}: {clean_line(text, 300)}")
