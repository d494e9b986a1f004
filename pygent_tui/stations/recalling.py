"""Earlier prompts: of this run and of those before, to be walked and searched; each that is sent is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..aside import Aside
from ..bound import key_of, keys_of
from ..matching import Names
from ..memory.private import failed
from ..memory.prompts import Kept, PromptFile, recall
from ..widgets.composer.composer import Composer
from ..widgets.popup import Choice
from ..widgets.request import Brought, Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor

_MOST = 50
_LAST_S = 1.0


class Recalling(Station):
    """The prompts of this workspace are met first, then those of others."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        folder = conductor.launch.state_folder
        self._file = PromptFile(folder, conductor.launch.redact) if folder is not None else None
        self._files = Aside("pygent-history", self._bring)
        self._searcher = Aside("pygent-recall", self._bring)
        self._names = Names()
        self._failed = False

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {Composer.SearchAsked: lambda _: self._begin_search()}

    def begin(self) -> None:
        if self._file is not None:
            self._files.do(self._read, self._show_read)

    def end(self) -> None:
        self._files.finish(_LAST_S)

    def _bring(self, then: Callable[[], object]) -> None:
        self.app.post_message(Brought(then))

    # ------------------------------------------------------------ between runs

    def keep(self, text: str) -> None:
        """Remember `text` for later runs."""
        file = self._file
        if file is None or not text.strip():
            return
        kept = Kept(text, self.conductor.launch.workspace, self.app.clock())

        def append() -> str:
            try:
                file.append(kept)
            except OSError as error:
                return failed("The prompt could not be kept for later runs", file.path, error)
            return ""

        self._files.do(append, self._tell_once)

    def _read(self) -> tuple[list[str], str]:
        assert self._file is not None
        try:
            kept, problem = self._file.read()
        except OSError as error:
            return [], failed("The prompts of earlier runs could not be read", self._file.path, error)
        return recall(kept, self.conductor.launch.workspace), problem

    def _show_read(self, outcome: tuple[list[str], str]) -> None:
        texts, problem = outcome
        self.bench.composer.history_of_prompts.put_before(texts)
        if problem:
            self.conductor.refuse(problem)

    def _tell_once(self, problem: str) -> None:
        if problem and not self._failed:
            self._failed = True
            self.conductor.refuse(problem)

    # ------------------------------------------------------------ search

    def _begin_search(self) -> None:
        composer = self.bench.composer
        texts = composer.history_of_prompts.texts
        if not texts:
            self.conductor.refuse("There is no earlier prompt.")
            return
        self._names = Names(texts, paths=False)
        composer.begin_search()
        self.touched()

    def touched(self) -> None:
        """What is sought changed."""
        composer = self.bench.composer
        if not composer.searching:
            return
        names, sought, before = self._names, composer.text, composer.before
        self._searcher.do_newest(lambda wanted: names.best(sought, _MOST, wanted), lambda found: self._offer(before, found))

    def _offer(self, before: str, found: list[str]) -> None:
        """Fill the list with what was found for what stood `before` the cursor."""
        composer, popup = self.bench.composer, self.conductor.completing.popup
        if composer.searching:
            popup.fill(before, [Choice(text, text) for text in found], "Earlier prompts", _keys(composer), marked=True)
            popup.place(composer.region, self.bench.region)
            composer.offered()


def _keys(composer: Composer) -> str:
    choose = f"{keys_of(composer, 'composer.up', 'composer.down')} {key_of(composer, 'composer.search')} choose"
    return f"{choose} · {key_of(composer, 'composer.send')} take · {key_of(composer, 'composer.leave')} back"
