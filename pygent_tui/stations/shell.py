"""A shell for the user where a task works, or the session: the app stands still, and the terminal is the shell's."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from textual.app import SuspendNotSupported

from pygent_engine.errors import PygentError

from ..aside import Aside
from ..views import shells
from ..views.shells import Place
from ..widgets.board.task_requests import ShellAsked
from ..widgets.request import Brought, Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor
    from ..ports import ShellPort

_NO_TERMINAL = "A shell needs a terminal of its own; there is none here: pygent attach opens this session in one."
_TERM = "xterm-256color"


class Shell(Station):
    """Behind `E` and /shell. The way into a container is found on another thread; only then does the app stand still."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._aside = Aside("pygent-shell-open", lambda then: self.app.post_message(Brought(then)))
        self._opening = False
        self._ended = False

    def end(self) -> None:
        self._ended = True

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {ShellAsked: lambda request: self.of_task(request.task_id)}

    def of_task(self, task_id: str) -> None:
        """A shell where a task works."""
        view = self.conductor.state.board.row(task_id)
        if view is not None:
            self._open(shells.of_task(view))

    def of_session(self) -> None:
        """A shell where the root agent works."""
        self._open(shells.of_session(self.conductor.state.status))

    def _open(self, place: Place | str) -> None:
        if isinstance(place, str):
            self.conductor.refuse(place)
        elif self.app.is_web or self.app.terminal is None:
            self.conductor.refuse(_NO_TERMINAL)
        elif not place.container:
            self._visit(place, None)
        elif not self._opening:
            self._opening = True
            self._aside.do(lambda: self._way(place), lambda way: self._opened(place, way))

    def _way(self, place: Place) -> ShellPort | str:
        """On the thread: the shell in a container, or why there is none."""
        term = self.conductor.launch.environment.get("TERM") or _TERM
        columns, rows = self.app.size
        try:
            shell = self.conductor.launch.shell(place.container, columns, rows, term)
        except PygentError as error:
            return str(error)
        if self._ended:  # nobody will come for it
            shell.close()
        return shell

    def _opened(self, place: Place, way: ShellPort | str) -> None:
        self._opening = False
        if isinstance(way, str):
            self.conductor.refuse(way)
        else:
            self._visit(place, way)

    def _visit(self, place: Place, there: ShellPort | None) -> None:
        """Let the user be in the shell until he leaves it."""
        from ..outside.shell import ShellError, shell_here, shell_there  # noqa: PLC0415 - few open one

        problem = ""
        try:
            with self.app.suspend():
                try:  # what left this block by itself would leave the terminal to nobody
                    if there is None:
                        shell_here(place.folder, self._environment, place.said)
                    elif shell_there(there, place.said) is None:
                        problem = "The shell ended: its container went away."
                except (ShellError, OSError) as error:
                    problem = str(error)
        except SuspendNotSupported:
            problem = _NO_TERMINAL
        if problem:
            self.conductor.refuse(problem)

    @property
    def _environment(self) -> dict[str, str]:
        """No key is in it: what the launch says that programs of the user's may see."""
        return {"TERM": _TERM, "PATH": os.defpath, **self.conductor.launch.environment}
