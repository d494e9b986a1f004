"""What waits for the user: the panel of an approval or a question takes the composer's place until it is settled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from textual.widget import Widget

from pygent_engine.events import AnswerApproval, AnswerQuestion, SetApprovals, SetConfirmBash
from pygent_engine.untrusted import clean_line
from pygent_engine.values import ApprovalMode, ApprovalRequest

from ..screens.workbench import Workbench
from ..views import app_state
from ..views.app_state import AppState
from ..views.asks import Ask, Asks
from ..views.proposal import waited, waiting
from ..widgets.asks.approval_panel import ApprovalPanel
from ..widgets.asks.ask_panel import AskPanel
from ..widgets.asks.question_panel import QuestionPanel
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor

_ASKS: dict[ApprovalMode, str] = {
    "auto": "Asked for now: commands on this machine, the network, and what may be banned.",
    "ask": "Asked for now: every command and every write.",
    "never-write": "Asked for now: every command. Tools that write are refused.",
}
_UNASKED = "Asked for now: the network, and what may be banned. Commands on this machine run without a question."
_ASKED_ALL_THE_SAME = "Commands on this machine are asked for all the same, until /approvals auto."


class AskPlace(Protocol):
    """Where a panel is shown."""

    def ask(self, panel: Widget) -> None: ...

    def compose_again(self) -> None:
        """Nothing is asked any more, or elsewhere."""
        ...

    def list_asks(self, rows: tuple[str, ...], at: int, waits: tuple[str, ...]) -> None:
        """All that wait, and for how long, where there is a list of its own for them."""
        ...


class Asking(Station):
    """Shows one ask at a time, the oldest unless another is chosen, and sends its answer. They are shown on the workbench, below
    the panes, or in the inbox while that is open."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._panel: ApprovalPanel | QuestionPanel | None = None
        self._place: AskPlace = self.bench
        self._drafts: dict[str, str] = {}  # what was written of an answer, by call id, while another ask is shown

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            ApprovalPanel.Answered: self._approve,
            QuestionPanel.Answered: self._answer,
            AskPanel.Chosen: lambda request: self.conductor.show(app_state.asked(self.conductor.state, request.at)),
            Workbench.Uncovered: lambda _: self._uncovered(),
        }

    def show(self, old: AppState, new: AppState) -> None:
        if new.asks is old.asks:
            return
        ask = new.asks.current
        if self._panel is not None and not self._panel.answered:
            self._drafts[self._panel.call_id] = self._panel.draft
        lost = self._left_over(new.asks)
        if ask is None:
            self._panel = None
            self._place.compose_again()
        elif self._panel is None or self._panel.call_id != ask.call_id:
            self._show_panel(ask, new.asks)
        self._tell_waiting(new.asks)
        if lost:
            composer = self.bench.composer
            composer.insert(f"\n{lost}" if composer.text else lost, composer.document.end)
            composer.move_cursor(composer.document.end)
            self.conductor.say("Nothing is asked there any more; what you had written of an answer stands in the prompt.")

    def tick(self, now: float) -> None:
        self._tell_waiting(self.conductor.state.asks)

    def move_to(self, place: AskPlace) -> None:
        """Show what is asked there from now on."""
        if self._panel is not None:
            self._drafts[self._panel.call_id] = self._panel.draft
            self._panel = None
        self._place.compose_again()
        self._place = place
        asks = self.conductor.state.asks
        if asks.current is not None:
            self._show_panel(asks.current, asks)
            self._tell_waiting(asks)

    def _tell_waiting(self, asks: Asks) -> None:
        if self._panel is None:
            return
        rows, waits = waiting(asks), waited(asks, self.app.clock())
        self._panel.show_waiting(rows, asks.at, waits, listed=self._place is self.bench)
        self._place.list_asks(rows, asks.at, waits)

    @property
    def modes(self) -> tuple[ApprovalMode, ...]:
        return tuple(_ASKS)

    def set_approvals(self, word: str) -> None:
        """What asks from now on; without a word say what does."""
        mode = next((mode for mode in self.modes if mode == word), None)
        if mode is None and word:
            self.conductor.refuse(f"There is no way to ask called {clean_line(word, 40)!r}; there are: {', '.join(self.modes)}.")
            return
        if mode is not None:
            self.conductor.send(SetApprovals(mode))
        now = self.conductor.state.tuning
        mode = mode or now.approvals
        self.conductor.say(_UNASKED if mode == "auto" and not now.confirm_bash else _ASKS[mode])

    def set_confirm_bash(self, word: str) -> None:
        """Whether commands on this machine are asked for from now on; without a word say whether they are."""
        if word not in ("on", "off", ""):
            self.conductor.refuse("/confirm-bash takes on or off.")
            return
        if word:
            self.conductor.send(SetConfirmBash(word == "on"))
        now = self.conductor.state.tuning
        if word == "on" if word else now.confirm_bash:
            self.conductor.say("Commands on this machine are asked for.")
        else:
            self.conductor.say("Commands on this machine run without a question." if now.approvals == "auto" else _ASKED_ALL_THE_SAME)

    def _left_over(self, asks: Asks) -> str:
        """What was written of answers that nobody waits for any more."""
        pending = {ask.call_id for ask in asks.pending}
        gone = [call_id for call_id in self._drafts if call_id not in pending]
        return "\n".join(filter(None, [self._drafts.pop(call_id).strip() for call_id in gone]))

    def _show_panel(self, ask: Ask, asks: Asks) -> None:
        self._panel = self.panel_of(ask, asks, self.bench.composer.typed_at, self._drafts.pop(ask.call_id, ""))
        if self.bench.has_class("-short"):
            self.app.clear_notifications()  # they would lie on what is asked
        self._place.ask(self._panel)

    def panel_of(self, ask: Ask, asks: Asks, typed_at: float, draft: str = "") -> ApprovalPanel | QuestionPanel:
        """A panel for `ask`, on whatever screen; what it posts is taken here. `typed_at` is when a key was last typed there."""
        title, quiet_s = asks.title(ask.task_id), self.app.quiet_s
        view = self.conductor.state.board.row(ask.task_id)
        recent = view.recent if view is not None else ()
        if isinstance(ask, ApprovalRequest):
            return ApprovalPanel(ask, title, quiet_s, typed_at, draft, recent)
        if recent and clean_line(ask.prompt, 40) in recent[-1]:
            recent = recent[:-1]  # the question itself is the last that it did
        return QuestionPanel(ask, title, quiet_s, typed_at, draft, recent)

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
