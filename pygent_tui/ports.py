"""What the app needs of a session, as protocols: the engine's Session, a RemoteSession and a scripted one all fit.

Nothing of the engine is imported here but its vocabulary, so that the app can paint before the engine loads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from pygent_engine.events import Envelope, Op


class SubscriptionPort(Protocol):
    """The stream of one session to one reader."""

    @property
    def closed(self) -> bool: ...

    def drain(self, timeout: float | None) -> list[Envelope]: ...

    def close(self) -> None: ...


class SessionPort(Protocol):
    """A session as a front end sees it."""

    def subscribe(self) -> SubscriptionPort: ...

    def send(self, op: Op) -> None: ...

    def close(self, timeout: float = 10.0) -> None: ...


class ShellPort(Protocol):
    """A shell in a container. `receive` may wait on a thread of its own, `shut` may come from any; what fails raises OSError."""

    def receive(self, seconds: float) -> bytes | None: ...

    def send(self, data: bytes) -> None: ...

    def resize(self, columns: int, rows: int) -> None: ...

    def shut(self) -> None: ...

    def close(self) -> int | None: ...


class LaunchPort(Protocol):
    """How to open the session that the app shows. `open` blocks; its arguments are an override of the choice of Docker,
    and whether an image that is missing is pulled once the session is open. Leaving one that is `attached` ends nothing.
    `shell` opens a shell in a container (its id; columns, rows and name of the terminal), and blocks."""

    @property
    def open(self) -> Callable[[bool | None, bool], SessionPort]: ...

    @property
    def workspace(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def is_demo(self) -> bool: ...

    @property
    def notice(self) -> str: ...

    @property
    def state_folder(self) -> Path | None: ...

    @property
    def environment(self) -> Mapping[str, str]: ...

    @property
    def notify(self) -> str: ...

    @property
    def diagnose(self) -> Callable[[], Iterable[str]]: ...

    @property
    def mouse(self) -> bool: ...

    @property
    def keys(self) -> Iterable[tuple[str, str]]: ...

    @property
    def attached(self) -> bool: ...

    @property
    def redact(self) -> Callable[[str], str]: ...

    @property
    def shell(self) -> Callable[[str, int, int, str], ShellPort]: ...
