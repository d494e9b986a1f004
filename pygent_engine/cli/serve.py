"""`pygent serve`: a session without a terminal, shown in a browser of this machine until it ends or a signal comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..control import on_offer
from ..frontends import find_web_front_end
from ..settings import Settings
from .border import tell
from .log import kept_log
from .start import DEMO_NOTICE, in_workspace, with_model

if TYPE_CHECKING:
    from .arguments import Serve


def serve(command: Serve, settings: Settings) -> int:
    """Host a session for the browser; the exit code is the front end's. Raises PygentError when it cannot be hosted."""
    prepared = in_workspace(settings, command.path, scratch=command.scratch)
    prepared = with_model(prepared, named=command.flags.get("model") is not None)
    front_end = find_web_front_end()
    for line in () if settings.connected else DEMO_NOTICE.splitlines():
        tell(line)
    for warning in settings.warnings:
        tell(warning)
    from ..session import open_session  # noqa: PLC0415 - loads the engine, which a wrong command line does not need

    with kept_log(settings.redact):
        session = open_session(prepared)
        try:
            return front_end(on_offer(session, command.port, command.config_file))
        finally:
            session.close()
