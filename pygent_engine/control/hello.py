"""The first line of a connection, each way: who speaks which protocol, and which session this is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from ..events import Envelope, OutputDelta, ReasoningDelta, SessionOpened, TextDelta, Tuned, TurnStarted
from ..frozen import frozen
from ..untrusted import clean_line
from ..values import ROOT_TASK
from ..version import __version__

PROTOCOL = 1
_TITLE = 80
_NO_SESSION = "what answers there is no session of Pygent"


@frozen
class SessionInfo:
    """A session that runs. `title` is the beginning of its first prompt, "" before; `started` is Unix seconds (UTC); who has read
    as far as the envelope `seq` knows how it stood when the connection was made."""

    id: str
    pid: int
    workspace: str
    model: str
    mode: str
    title: str
    started: float
    seq: int = 0


def described(envelopes: Iterable[Envelope], pid: int) -> SessionInfo:
    """The session that these envelopes tell of, in the process `pid`."""
    opened, title, model, started, seq = SessionOpened("", "", "local", ""), "", "", 0.0, 0
    for envelope in envelopes:
        if not isinstance(envelope.event, TextDelta | ReasoningDelta | OutputDelta):  # these may be merged, under another number
            seq = envelope.seq
        match envelope.event:
            case SessionOpened() as opened:
                model, started = opened.model, envelope.at
            case Tuned(tuning):
                model = tuning.model
            case TurnStarted(prompt) if not title and envelope.task_id == ROOT_TASK:
                title = clean_line(prompt, _TITLE)
    return SessionInfo(opened.session_id, pid, opened.workspace, model, opened.mode, title, started, seq)


def server_hello(info: SessionInfo) -> bytes:
    """The server's line."""
    return line({"pygent": PROTOCOL, "version": __version__} | asdict(info))


def client_hello() -> bytes:
    """The client's line."""
    return line({"pygent": PROTOCOL})


def farewell(sentence: str) -> bytes:
    """The last line of a server that ends the connection, and why."""
    return line({"error": sentence})


def line(data: dict[str, object]) -> bytes:
    return json.dumps(data).encode() + b"\n"


def read_server_hello(text: bytes) -> SessionInfo:
    """The session behind a socket. Raises ValueError, in words for the user."""
    data = _object(text, _NO_SESSION)
    if error := _error_in(data):
        raise ValueError(error)
    _check_protocol(data)
    kinds: dict[str, Any] = {"pid": int, "started": (int, float), "seq": int}
    data.setdefault("seq", 0)
    values: dict[str, Any] = {field.name: data.get(field.name) for field in fields(SessionInfo)}
    if not all(isinstance(value, kinds.get(name, str)) for name, value in values.items()):
        raise ValueError(_NO_SESSION)
    return SessionInfo(**values)


def check_client_hello(text: bytes) -> None:
    """Raises ValueError unless the client speaks as we do."""
    _check_protocol(_object(text, "line 1 is no hello"))


def last_word(text: bytes) -> str:
    """Why the server ends the connection, "" when it is another line."""
    try:
        return _error_in(_object(text, ""))
    except ValueError:
        return ""


def _error_in(data: dict[str, object]) -> str:
    error = data.get("error")
    return clean_line(error, 500) if isinstance(error, str) else ""


def _check_protocol(data: dict[str, object]) -> None:
    if data.get("pygent") != PROTOCOL:
        version = clean_line(str(data.get("version", "another one")), 40)
        raise ValueError(f"the two speak different protocols (Pygent {__version__} and {version}); use the same version for both")


def _object(text: bytes, otherwise: str) -> dict[str, object]:
    try:
        data = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError(otherwise) from error
    if not isinstance(data, dict):
        raise ValueError(otherwise)
    return data
