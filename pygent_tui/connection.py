"""Opens the session on a thread of its own, keeps what was asked of it meanwhile, and closes it in bounded time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread

from pygent_engine.errors import ImageMissing, PygentError
from pygent_engine.events import Op
from pygent_engine.frozen import frozen
from pygent_engine.untrusted import clean

from .ports import LaunchPort, SessionPort
from .pump import Batch, Pump

_CLOSE_S = 10.0


@frozen
class Failed:
    """The session could not be opened; `reason` is one sentence for the user, `image` names the one that is missing."""

    reason: str
    image: str = ""


News = Batch | Failed


class Connection:
    """The app's one way to its session. `deliver` is called from other threads and must not block."""

    def __init__(self, launch: LaunchPort, deliver: Callable[[News], object]) -> None:
        self._launch = launch
        self._deliver = deliver
        self._lock = Lock()  # guards the four below
        self._session: SessionPort | None = None
        self._pump: Pump | None = None
        self._kept: list[Op] = []
        self._closing = False
        self._opener: Thread | None = None
        self._closer: Thread | None = None

    def open(self, use_docker: bool | None = None, pull: bool = False) -> None:
        """Begin to open the session; what comes of it is delivered."""
        self._opener = Thread(target=self._open, args=(use_docker, pull), name="pygent-open", daemon=True)
        self._opener.start()

    def send(self, op: Op) -> None:
        """Ask the session for `op`, or keep it until there is one."""
        with self._lock:
            if self._session is None:
                self._kept.append(op)
                return
            session = self._session
        session.send(op)

    def taken(self) -> None:
        """The last delivery was folded."""
        if self._pump is not None:
            self._pump.taken()

    def close(self) -> None:
        """Begin to end the session, also one that is still opening."""
        with self._lock:
            self._closing = True
            pump, session = self._pump, self._session
        if pump is not None:
            pump.stop()
        self._closer = self._opener
        if session is not None:
            self._closer = Thread(target=session.close, args=(_CLOSE_S,), name="pygent-close", daemon=True)
            self._closer.start()

    def wait_closed(self, timeout: float) -> bool:
        """Whether the session has ended within `timeout` seconds."""
        if self._closer is None:
            return True
        self._closer.join(timeout)
        return not self._closer.is_alive()

    def _open(self, use_docker: bool | None, pull: bool) -> None:
        try:
            session = self._launch.open(use_docker, pull)
        except ImageMissing as error:
            self._deliver(Failed(clean(str(error)), clean(error.image)))
        except PygentError as error:
            self._deliver(Failed(clean(str(error))))
        except Exception as error:  # whatever it is, the screen must say so: this thread has no other reader
            self._deliver(Failed(f"The session could not be opened ({type(error).__name__}: {clean(str(error))})."))
        else:
            self._adopt(session)

    def _adopt(self, session: SessionPort) -> None:
        pump = Pump(session.subscribe(), self._deliver)
        with self._lock:
            if not self._closing:
                self._session, self._pump = session, pump
                kept, self._kept = self._kept, []
                for op in kept:
                    session.send(op)
                pump.start()
                return
        session.close(_CLOSE_S)
