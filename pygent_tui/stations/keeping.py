"""Keeps what was written and not sent, so that it survives a crash, and offers it again at the next start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..aside import Aside
from ..memory.drafts import EMPTY, Draft, DraftFile
from ..memory.private import failed
from ..widgets.request import Brought
from .station import Station

if TYPE_CHECKING:
    from textual.timer import Timer

    from ..conductor import Conductor

_EVERY_S = 1.0
_LAST_S = 1.0


class Keeping(Station):
    """Saves at most once a second, on a thread of its own."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        launch = conductor.launch
        self._file = DraftFile(launch.state_folder, launch.workspace, launch.redact) if launch.state_folder is not None else None
        self._files = Aside("pygent-drafts", self._bring)
        self._offered = False
        self._saved = EMPTY
        self._timer: Timer | None = None
        self._failed = False

    def begin(self) -> None:
        if self._file is not None:
            self._files.do(self._open, self._offer)

    def touched(self) -> None:
        """What is written, or what waits, changed: save it within a second."""
        if self._offered and self._timer is None:
            self._timer = self.app.set_timer(_EVERY_S, self._save)

    def end(self) -> None:
        """Save what there is, and leave the file to the next app."""
        file, self._file = self._file, None
        if file is None:
            return
        problems: list[str] = []
        if self._offered:
            draft = self._now()
            self._files.do(lambda: problems.append(_saved(file, draft)))
        self._offered = False
        self._files.do(file.close)
        if not self._files.finish(_LAST_S):
            problems.append("The draft could not be kept: the disk takes too long.")
        for problem in filter(None, problems):
            self.app.say_last(problem)

    def _bring(self, then: Callable[[], object]) -> None:
        self.app.post_message(Brought(then))

    def _open(self) -> tuple[Draft, str]:
        assert self._file is not None
        try:
            return self._file.open()
        except OSError as error:
            return EMPTY, failed("Drafts are not kept", self._file.folder, error)

    def _offer(self, outcome: tuple[Draft, str]) -> None:
        """Show the draft of the last run; what was written since the start goes first."""
        draft, problem = outcome
        self._saved, self._offered = draft, True
        composer = self.bench.composer
        waiting = draft.queued
        if draft.text and composer.draft:
            waiting = (draft.text, *waiting)
        elif draft.text:
            composer.write(draft.text)
        if waiting:
            self.conductor.queueing.keep(waiting)
        if problem:
            self.conductor.refuse(problem)
        elif draft != EMPTY:
            self.conductor.say("What you had written and not sent is back.")

    def _now(self) -> Draft:
        return Draft(self.bench.composer.draft, self.conductor.queueing.unsent)

    def _save(self) -> None:
        self._timer = None
        file, draft = self._file, self._now()
        if file is not None and draft != self._saved:
            self._saved = draft
            self._files.do(lambda: _saved(file, draft), self._tell_once)

    def _tell_once(self, problem: str) -> None:
        if problem and not self._failed:
            self._failed = True
            self.conductor.refuse(problem)


def _saved(file: DraftFile, draft: Draft) -> str:
    """Why `draft` could not be saved, "" when it was."""
    try:
        file.save(draft)
    except OSError as error:
        return failed("The draft could not be kept", file.folder, error)
    return ""
