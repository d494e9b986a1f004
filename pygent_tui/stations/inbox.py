"""The inbox on the whole screen, and answers from the board to what tasks wait for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pygent_engine.events import AnswerApproval
from pygent_engine.values import Decision

from ..screens.inbox import InboxScreen
from ..views import app_state
from ..views.answers import Answers, allowed, denied
from ..views.app_state import AppState
from ..widgets.asks.ask_panel import AskPanel
from ..widgets.board.task_requests import AllowAsked, DenyAsked
from ..widgets.request import InboxAsked, Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor


class Inbox(Station):
    """What is shown, the station of the asks shows: here is where."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._screen: InboxScreen | None = None

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            InboxAsked: lambda _: self.open(),
            InboxScreen.Left: lambda _: self.close(),
            AllowAsked: lambda request: self.allow(request.task_ids),
            DenyAsked: lambda request: self.deny(request.task_ids),
        }

    def show(self, old: AppState, new: AppState) -> None:
        if self._screen is not None and new.asks is not old.asks and not new.asks.pending:
            self.close()

    # ------------------------------------------------------------ the screen

    def open(self) -> None:
        """Show all that wait for an answer on the whole screen."""
        if not self.conductor.state.asks.pending:
            self.conductor.say("Nothing waits for an answer.")
        elif self._screen is None:
            screen = self._screen = InboxScreen()
            self.app.push_screen(screen)
            self.app.call_later(self._move_in, screen)

    def _move_in(self, screen: InboxScreen) -> None:
        if self._screen is screen:
            self.conductor.asking.move_to(screen)

    def close(self) -> None:
        """Back to where the user came from; what waits is asked below the panes again. Not while a dialog lies over it."""
        screen = self._screen
        if screen is not None and screen.is_active:
            self._screen = None
            self.conductor.asking.move_to(self.bench)
            screen.dismiss()

    # ------------------------------------------------------------ answers from the board

    def allow(self, task_ids: Sequence[str]) -> None:
        """Allow once what tasks wait for, as far as it can be read on the screen; what cannot is shown."""
        self._answer(allowed(self.conductor.state.asks, task_ids, self._seen), "once")

    def deny(self, task_ids: Sequence[str]) -> None:
        """Deny what tasks wait for."""
        self._answer(denied(self.conductor.state.asks, task_ids), "deny")

    def _answer(self, answers: Answers, decision: Decision) -> None:
        if answers.refused:
            self.conductor.refuse(answers.refused)
            return
        for call_id in answers.answered:
            self.conductor.send(AnswerApproval(call_id, decision))
            self.conductor.show(app_state.settled(self.conductor.state, call_id))
        if answers.shown:
            self._bring(answers.shown)

    def _bring(self, call_id: str) -> None:
        """Show an ask where it can be answered."""
        place = self.conductor.state.asks.place(call_id)
        if place is None:
            return
        self.conductor.show(app_state.asked(self.conductor.state, place))
        if self.app.screen is self.bench:
            self.bench.focus_below()
        else:
            self.open()

    @property
    def _seen(self) -> Collection[str]:
        """Whose text is on the screen, all of it."""
        return [panel.call_id for panel in self.app.screen.query(AskPanel) if panel.seen_whole and not panel.answered]
