"""`pygent attach`: the app on a session that another process of this user runs, or a list of those sessions."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..control import RemoteSession, SessionInfo, list_sessions, session_at
from ..errors import PygentError
from ..frontends import FrontEnd, find_front_end, launch_with
from ..settings import Settings
from ..untrusted import clean_line
from .border import USAGE, tell
from .log import kept_log
from .start import shell_in

if TYPE_CHECKING:
    from .arguments import Attach

_NONE = "No session is running; pygent starts one."


def attach(command: Attach, settings: Settings, open_app: FrontEnd | None) -> int:
    """Open the app on the session that is meant; the exit code is the app's."""
    sessions = list_sessions()
    if command.lists:
        print("\n".join(map(session_line, sessions)) or _NONE, flush=True)  # noqa: T201 - what was asked for
        return 0
    chosen = session_meant(sessions, command.id, "pygent attach ID")
    if chosen is None:
        return USAGE
    front_end, found = open_app or find_front_end(), chosen.id
    with kept_log(settings.redact):
        launch = launch_with(
            settings,
            open=lambda use_docker, pull: RemoteSession(found),
            workspace=chosen.workspace,
            model=chosen.model,
            shell=shell_in,
            diagnose=lambda: _report(settings),
            attached=True,
        )
        return front_end(launch)


def session_meant(sessions: Sequence[SessionInfo], named: str | None, example: str) -> SessionInfo | None:
    """The session that is `named`, else the one of this folder. None when that leaves a choice: then it is told, with an `example`
    of how to name one. Raises PygentError when there is none."""
    chosen = session_at(sessions, named) if named else unnamed(sessions, str(Path.cwd()))
    if chosen is None:
        tell(f"Several sessions run, none of them in this folder; name one, as in: {example}")
        for session in sessions:
            tell(session_line(session))
    return chosen


def unnamed(sessions: Sequence[SessionInfo], folder: str) -> SessionInfo | None:
    """The only session, else the newest that works in `folder`; None when that leaves a choice. Raises PygentError."""
    if not sessions:
        raise PygentError(_NONE)
    here = [session for session in sessions if session.workspace == folder]
    return sessions[0] if len(sessions) == 1 else here[0] if here else None


def _report(settings: Settings) -> Iterator[str]:
    from .doctor import report  # noqa: PLC0415 - only who asks for it

    return report(settings)


def session_line(session: SessionInfo) -> str:
    """A session in a sentence, for who has to choose one."""
    title = f": {session.title}" if session.title else ""
    ago = _ago(time.time() - session.started)
    return clean_line(f"{session.id} works in {session.workspace} with {session.model} ({session.mode}), begun {ago}{title}", 500)


def _ago(seconds: float) -> str:
    minutes = int(max(0.0, seconds)) // 60
    if minutes < 1:
        return "just now"
    if minutes < 120:
        return f"{minutes} min ago"
    return f"{minutes // 60} h ago" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days ago"
