"""What waits for the user: the panel of an approval or a question takes the composer's place until it is settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pygent_engine.events import AnswerApproval, AnswerQuestion
from pygent_engine.values import ApprovalRequest

from ..screens.workbench import Workbench
from ..views import app_state
from ..views.app_state import AppState
from ..views.asks import Ask
from ..widgets.approval_panel import ApprovalPanel
from ..widgets.question_panel import QuestionPanel
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor


class Asking(Station):
    """Shows the oldest ask, and sends its answer."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._panel: ApprovalPanel | QuestionPanel | None = None

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            ApprovalPanel.Answered: self._approve,
            QuestionPanel.Answered: self._answer,
            Workbench.Uncovered: lambda _: self._uncovered(),
        }

    def show(self, old: AppState, new: AppState) -> None:
        ask = new.asks.first
        if ask is None:
            self._panel = None
            self.bench.compose_again()
            return
        if self._panel is None or self._panel.call_id != ask.call_id:
            self._panel = self._panel_for(ask, new)
            self.bench.ask(self._panel)
        self._panel.show_others(len(new.asks.pending) - 1)

    def _panel_for(self, ask: Ask, state: AppState) -> ApprovalPanel | QuestionPanel:
        title, typed_at, quiet_s = state.asks.title(ask.task_id), self.bench.composer.typed_at, self.app.quiet_s
        if isinstance(ask, ApprovalRequest):
            return ApprovalPanel(ask, title, quiet_s, typed_at)
        return QuestionPanel(ask, title, quiet_s, typed_at)

    def _uncovered(self) -> None:
        """A dialog that lay over the panel is gone; keys meant for it are no answers."""
        if self._panel is not None:
            self._panel.uncovered()

    def _approve(self, answer: ApprovalPanel.Answered) -> None:
        self.conductor.send(AnswerApproval(answer.call_id, answer.decision, answer.note))
        self._settle(answer.call_id)

    def _answer(self, answer: QuestionPanel.Answered) -> None:
        self.conductor.send(AnswerQuestion(answer.call_id, answer.text))
        self._settle(answer.call_id)

    def _settle(self, call_id: str) -> None:
        """What is sure to come of an answer is shown at once."""
        self.conductor.show(app_state.settled(self.conductor.state, call_id))
