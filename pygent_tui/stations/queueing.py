"""What waits for the model: shown above the composer, taken back to be edited, or removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pygent_engine.events import WithdrawPrompt

from ..bound import key_of, named_at
from ..views.app_state import AppState
from ..widgets.composer.composer import Composer
from ..widgets.composer.queue_list import QueueList, Waiting
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor


class Queueing(Station):
    """A queued prompt comes back only once the session has let go of it."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._list = QueueList(named_at(self.bench.composer))
        self._texts: dict[str, str] = {}
        self._wanted: dict[str, Literal["edit", "remove"]] = {}
        self._kept: list[str] = []
        self._let_go: list[str] = []

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {Composer.QueueAsked: lambda request: self._ask(request.item, remove=request.remove)}

    def begin(self) -> None:
        self.bench.mount(self._list, before=self.bench.composer)
        self.bench.composer.queue = self._list

    def remember(self, prompt_id: str, text: str) -> None:
        """`text` is sent under that id; events tell it cleaned, and it is to come back as it was."""
        self._texts[prompt_id] = text

    def keep(self, texts: Sequence[str]) -> None:
        """Show what an earlier run did not send."""
        self._kept += texts
        self._refresh(self.conductor.state)

    @property
    def unsent(self) -> tuple[str, ...]:
        """What has not begun."""
        queued = (self._texts.get(prompt_id, text) for prompt_id, text in self.conductor.state.status.queued)
        return (*queued, *self._kept)

    def show(self, old: AppState, new: AppState) -> None:
        gone = [prompt_id for prompt_id in self._texts if all(prompt_id != queued for queued, _ in new.status.queued)]
        for prompt_id in gone:
            self._settle(prompt_id, self._texts.pop(prompt_id), new)
        if new.status.closed is not None:  # what was not begun is not lost with the session
            self._kept, self._let_go = [*self._kept, *self._let_go], []
        if new.status.queued is not old.status.queued:
            self.conductor.keeping.touched()
        self._refresh(new)

    def _settle(self, prompt_id: str, text: str, state: AppState) -> None:
        """A prompt began, or the session let go of it."""
        wanted = self._wanted.pop(prompt_id, None)
        withdrawn = prompt_id in state.queue.withdrawn
        if wanted == "edit" and withdrawn:
            self._give(text)
        elif wanted is not None and not withdrawn:
            self.conductor.refuse(f"That prompt has begun meanwhile; {key_of(self.bench, 'app.back')} interrupts it.")
        elif withdrawn and wanted is None:
            self._let_go.append(text)

    def _refresh(self, state: AppState) -> None:
        status = state.status
        waits = status.interruptible or status.opened is None  # else it begins at once
        steers = [Waiting("steer", text) for text in state.queue.steers]
        queued = [Waiting("queued", text, prompt_id) for prompt_id, text in status.queued if waits]
        self._list.show((*steers, *queued, *(Waiting("kept", text) for text in self._kept)))

    def _ask(self, item: Waiting, *, remove: bool) -> None:
        if item.kind == "steer":
            self.conductor.refuse(f"What steers cannot be taken back; {key_of(self.bench, 'app.back')} interrupts the turn.")
        elif item.kind == "kept":
            self._kept.remove(item.text)
            self._refresh(self.conductor.state)
            self.conductor.keeping.touched()
            if not remove:
                self._give(item.text)
        else:
            self._texts.setdefault(item.id, item.text)
            self._wanted[item.id] = "remove" if remove else "edit"
            self.conductor.send(WithdrawPrompt(item.id))

    def _give(self, text: str) -> None:
        composer = self.bench.composer
        composer.give_back(composer.label(text))
        composer.focus()
