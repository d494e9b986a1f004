"""Offers a session to the browser: each tab is a process of `pygent attach`, so it has no more to say than another terminal."""

from __future__ import annotations

import sys
from pathlib import Path

from ..errors import PygentError
from ..events import SessionOpened
from ..frontends import WebLaunch
from ..settings import own_environment
from .server import Servable, serve

# With -P no folder that it happens to be started in is searched for modules.
_ATTACH = (sys.executable, "-P", "-m", "pygent_engine", "attach")


def on_offer(session: Servable, port: int, config_file: Path | None = None) -> WebLaunch:
    """Serve `session` over the control socket, and say how a browser shows it. Raises PygentError when it cannot be served."""
    try:
        serve(session)
    except OSError as error:
        raise PygentError(f"The session cannot be offered to other processes: {error}.") from error
    return WebLaunch(
        command=(*_ATTACH, session.id, *(("--config", str(config_file.absolute())) if config_file else ())),
        title=_title(session),
        port=port,
        send=session.send,
        when_closed=session.when_closed,
        environment=own_environment(),
    )


def _title(session: Servable) -> str:
    reader = session.subscribe()
    opened = next((envelope.event for envelope in reader.drain(0) if isinstance(envelope.event, SessionOpened)), None)
    reader.close()
    return f"Pygent: {Path(opened.workspace).name}" if opened is not None else "Pygent"
