"""A session of another process, for a front end in this one; and which sessions there are."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

from ..audience import Audience
from ..errors import PygentError
from ..events import Envelope, Op, SessionClosed
from ..settings import runtime_folder
from ..subscription import Subscription
from ..untrusted import clean_line
from ..values import ROOT_TASK
from ..wire import decode_line, encode_line
from .hello import SessionInfo, client_hello, last_word, read_server_hello
from .lines import Lines
from .peer import is_another_user
from .places import Place, address, places

LONGEST_ENVELOPE = 256 << 20  # bytes of one line
GONE = "the session's process is gone"
_HELLO_S = 5.0
_LIST_S = 2.0  # of a machine that is busy: who does not answer by then is passed over
_FLUSH_S = 1.0


class RemoteSession:
    """Follows the session with the id, or at the socket, `where`, as a Session of this process is followed.

    `send` never blocks. `close` detaches: the session goes on without us. When its process goes away, or parts from us, the
    stream ends with a SessionClosed that says so. Raises PygentError when there is no such session, or it does not answer.
    """

    def __init__(self, where: str | Path) -> None:
        path = Path(where) if isinstance(where, Path) or "/" in where else Place(runtime_folder(), where).socket
        self._connection, self._lines, self.info = _connected(path, _HELLO_S)
        self._audience = Audience()
        self._ops: SimpleQueue[Op | None] = SimpleQueue()
        self._detached = False
        self._reader = threading.Thread(target=self._read, name="pygent-control-in", daemon=True)
        self._writer = threading.Thread(target=self._write, name="pygent-control-out", daemon=True)
        self._writer.start()
        self._reader.start()

    @property
    def id(self) -> str:
        return self.info.id

    def subscribe(self) -> Subscription:
        """A queue of the envelopes: the record of those so far, then all that follow."""
        return self._audience.subscribe()

    def when_closed(self, ending: Callable[[], None]) -> None:
        """Call `ending` once when nothing more will come, on a thread of this session; at once if that is past."""
        self._audience.when_closed(ending)

    def send(self, op: Op) -> None:
        """Ask for `op`; what it comes to is reported as events."""
        self._ops.put(op)

    def close(self, timeout: float = 10.0) -> None:
        """Detach, once the session has taken what was sent, and wait for that `timeout` seconds at most.

        So what one front end sends after another has detached comes after what that one sent.
        """
        deadline = time.monotonic() + timeout
        self._detached = True
        self._ops.put(None)
        self._wait_for_threads(min(deadline, time.monotonic() + _FLUSH_S))
        self._shut()
        self._audience.close()
        self._wait_for_threads(deadline)

    def _wait_for_threads(self, deadline: float) -> None:
        for thread in (self._writer, self._reader):
            if thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _shut(self) -> None:
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)

    def _write(self) -> None:
        try:
            self._connection.sendall(client_hello())
            while (op := self._ops.get()) is not None:
                self._connection.sendall(encode_line(op))
            self._connection.shutdown(socket.SHUT_WR)  # the session's end hangs up once it has read up to here
        except OSError:
            return  # the reader sees it too

    def _read(self) -> None:
        seq, closed, reason = 0, False, GONE
        try:
            while not closed and (line := self._lines.next()) is not None:
                envelope = _envelope(line)
                seq, closed = envelope.seq, isinstance(envelope.event, SessionClosed)
                self._audience.put(envelope)
        except OSError:
            pass  # as at the end
        except ValueError as error:
            reason = str(error)
        if not closed and not self._detached:
            self._audience.put(Envelope(seq + 1, time.time(), ROOT_TASK, SessionClosed(reason)))
        self._shut()
        self._ops.put(None)
        self._writer.join(_FLUSH_S)
        self._connection.close()
        self._audience.close()


def list_sessions(folder: Path | None = None) -> list[SessionInfo]:
    """The sessions of this user that run and answer, the newest first."""
    found = []
    try:
        for place in places(folder or runtime_folder()):
            with suppress(PygentError):
                connection, _, info = _connected(place.socket, _LIST_S)
                connection.close()
                found.append(info)
    except OSError as error:
        raise PygentError(f"The folder of the running sessions cannot be read: {error}.") from error
    return sorted(found, key=lambda info: info.started, reverse=True)


def session_at(sessions: Sequence[SessionInfo], name: str) -> SessionInfo:
    """The one of `sessions` whose id is `name`, or begins so. Raises PygentError that says why there is none."""
    found = [session for session in sessions if session.id.startswith(name)]
    if len(found) > 1:
        raise PygentError(f"Several running sessions have ids that begin with {clean_line(name)}.")
    if found:
        return found[0]
    connection, _, info = _connected(Place(runtime_folder(), Path(name).name).socket, _LIST_S)  # one that did not answer before
    connection.close()
    return info


def _connected(path: Path, patience_s: float) -> tuple[socket.socket, Lines, SessionInfo]:
    """A connection to the session at `path` that has said its hello. Raises PygentError."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(patience_s)
    lines = Lines(connection, LONGEST_ENVELOPE)
    try:
        with address(path) as reachable:
            connection.connect(reachable)
        if is_another_user(connection):  # a folder that is not ours alone may hold anybody's sockets
            raise PermissionError
        hello = lines.next(time.monotonic() + patience_s)
        if hello is None:
            raise ConnectionError("it hung up")
        info = read_server_hello(hello)
    except (OSError, ValueError) as error:
        connection.close()
        raise PygentError(_refusal(path.stem, error)) from error
    connection.settimeout(None)
    return connection, lines, info


def _refusal(name: str, error: Exception) -> str:
    name = clean_line(name)
    match error:
        case FileNotFoundError() | ConnectionRefusedError():
            return f"There is no running session {name}; pygent attach --list tells which there are."
        case TimeoutError():
            return f"The session {name} does not answer; its process may be stopped."
        case PermissionError():
            return f"The session {name} belongs to another user."
        case _:
            return f"The session {name} cannot be attached to: {error}."


def _envelope(line: bytes) -> Envelope:
    """Raises ValueError with the reason why there are no more."""
    try:
        value = decode_line(line.decode())
    except ValueError as error:
        raise ValueError(last_word(line) or f"the session's process sent what cannot be read: {error}") from error
    if not isinstance(value, Envelope):
        raise ValueError("the session's process sent what is no event")
    return value
