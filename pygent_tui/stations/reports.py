"""Screens that report: what tools changed, and what the doctor finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Thread
from typing import TYPE_CHECKING, Any

from pygent_engine.untrusted import clean_line

from ..views.app_state import AppState
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor
    from ..screens.changes import ChangesScreen
    from ..screens.doctor import Doctor

_NO_REPORT = "Another program holds this session; pygent doctor, in a terminal, says what is here and what is missing."


class Reports(Station):
    """Behind /diff and /doctor."""

    class Found(Request):
        """The doctor found something for the screen `doctor`; with `done` nothing more comes, `failure` says why too early."""

        def __init__(self, doctor: Doctor, lines: tuple[str, ...] = (), done: bool = False, failure: str = "") -> None:
            super().__init__()
            self.doctor = doctor
            self.lines = lines
            self.done = done
            self.failure = failure

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._changes: ChangesScreen | None = None

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {Reports.Found: self._found}

    def show(self, old: AppState, new: AppState) -> None:
        if self._changes is not None and new.changes is not old.changes:
            self._changes.view.now(new.changes)

    def diff(self) -> None:
        """Show what tools changed; what comes while it is open is shown too."""
        from ..screens.changes import ChangesScreen  # noqa: PLC0415 - only who opens it needs it

        def closed(_: None) -> None:
            self._changes = None

        self._changes = ChangesScreen(self.conductor.state.changes)
        self.app.push_screen(self._changes, closed)

    def doctor(self) -> None:
        """Show what `pygent doctor` says."""
        from ..screens.doctor import Doctor  # noqa: PLC0415 - as above

        doctor = Doctor()
        self.app.push_screen(doctor)
        Thread(target=self._look, args=(doctor,), name="pygent-doctor", daemon=True).start()

    def _look(self, doctor: Doctor) -> None:
        """On a thread of its own: an engine may take long to answer, and the screen may be gone by then."""
        try:
            told = False
            for line in self.conductor.launch.diagnose():
                self.app.post_message(Reports.Found(doctor, (line,)))
                told = True
            if not told:
                self.app.post_message(Reports.Found(doctor, (_NO_REPORT,)))
        except Exception as error:  # whatever it is, the screen must not say "looking" for ever
            failure = f"The report ends here: {type(error).__name__}: {self.conductor.launch.redact(clean_line(str(error)))}"
            self.app.post_message(Reports.Found(doctor, done=True, failure=failure))
        else:
            self.app.post_message(Reports.Found(doctor, done=True))

    def _found(self, found: Reports.Found) -> None:
        found.doctor.report.add(*found.lines)
        if found.done:
            found.doctor.report.finish(found.failure)
