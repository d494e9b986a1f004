"""Finds an installed front end by entry point; imports none itself. Also what a front end is handed: a Launch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .errors import PygentError
from .frozen import frozen
from .settings import DEMO_MODEL, Settings, screen_environment, state_folder

if TYPE_CHECKING:
    from .control import RemoteSession
    from .events import Op
    from .session import Session

GROUP = "pygent.frontends"
WEB_GROUP = "pygent.webfrontends"


class ShellIn(Protocol):
    """A shell in a container, with a terminal of its own there. Not for two threads at once, but `receive` may wait on another,
    and `shut` may come from any. What fails raises OSError."""

    def receive(self, seconds: float) -> bytes | None:
        """What the shell wrote; None when nothing came for `seconds`, b"" when it has ended."""
        ...

    def send(self, data: bytes) -> None: ...

    def resize(self, columns: int, rows: int) -> None: ...

    def shut(self) -> None:
        """Let no `receive` wait any longer."""
        ...

    def close(self) -> int | None:
        """End it and all that it left; its exit code, None when the container went away or the shell was ended."""
        ...


def _no_shell(container: str, columns: int, rows: int, term: str) -> ShellIn:
    raise PygentError("There is no way from here into a container.")


@frozen
class Launch:
    """What a front end opens: it may paint first and call `open` later, on a thread of its own.

    `open` blocks, and raises PygentError when the session cannot start. Its arguments: an override of whether Docker is used
    (None: as configured), and whether an image that is missing may be pulled, which begins once the session is open;
    without that it raises ImageMissing. `workspace` and `model` are labels; `notice` is shown first when it is not empty. `redact` takes
    the key out of a text that is to be kept. In `state_folder` the front end remembers things between runs; without one it
    remembers nothing. `environment` is what the process's own says of the terminal, and of programs that a front end may start
    (editor, clipboard). `diagnose` gives the lines of `pygent doctor`, slowly; `mouse` says whether the mouse is the app's or the
    terminal's. `keys` are the user's own, by the names that the front end gives to what they do; `notify` says how it tells who is
    elsewhere: auto, bell, osc9 or off. `shell` opens a shell for a person in a container, named by its id, with a terminal of so many
    columns and rows there that is called `term`; it blocks, and raises PygentError. With `attached` the session is another
    process's, and goes on when it is left.
    """

    open: Callable[[bool | None, bool], Session | RemoteSession]
    workspace: str
    model: str
    notice: str = ""
    redact: Callable[[str], str] = str
    state_folder: Path | None = None
    attached: bool = False
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    diagnose: Callable[[], Iterable[str]] = tuple
    mouse: bool = True
    keys: tuple[tuple[str, str], ...] = ()
    notify: str = "auto"
    shell: Callable[[str, int, int, str], ShellIn] = _no_shell

    @property
    def is_demo(self) -> bool:
        """Whether the offline demo answers."""
        return self.model == DEMO_MODEL


def launch_with(
    settings: Settings,
    *,
    open: Callable[[bool | None, bool], Session | RemoteSession],
    workspace: str,
    model: str,
    shell: Callable[[str, int, int, str], ShellIn],
    notice: str = "",
    diagnose: Callable[[], Iterable[str]] = tuple,
    attached: bool = False,
) -> Launch:
    """A Launch with all that the settings and the environment say of the screen; the rest is its own (see there)."""
    return Launch(
        open,
        workspace,
        model,
        notice,
        redact=settings.redact,
        state_folder=state_folder(),
        attached=attached,
        environment=screen_environment(),
        diagnose=diagnose,
        mouse=settings.mouse,
        keys=settings.keys,
        notify=settings.notify,
        shell=shell,
    )


class FrontEnd(Protocol):
    """Shows a session to a person until they leave; returns the exit code of the process."""

    def __call__(self, launch: Launch, /) -> int: ...


@frozen
class WebLaunch:
    """A session that is served over the control socket, for a browser of this machine.

    `command`, with `environment`, is the program that shows it in one tab. `title` names it to the person; `port` is the one
    to listen at, 0 for a free one. `send` and `when_closed` are the session's own.
    """

    command: tuple[str, ...]
    title: str
    port: int
    send: Callable[[Op], None]
    when_closed: Callable[[Callable[[], None]], None]
    environment: Mapping[str, str] = field(repr=False)


class WebFrontEnd(Protocol):
    """Shows a session in a browser until it ends, a signal comes, or a person ends it there; returns the exit code of the process."""

    def __call__(self, launch: WebLaunch, /) -> int: ...


def find_web_front_end() -> WebFrontEnd:
    """The installed front end for the browser. Raises PygentError when there is none, or not all that it needs."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - as below

    found = sorted(entry_points(group=WEB_GROUP), key=lambda point: point.name)
    if not found:
        raise PygentError("No front end for the browser is installed; install one with: pip install 'pygent-tui[web]'")
    try:
        front_end: WebFrontEnd = found[0].load()
    except (ImportError, AttributeError) as error:
        raise PygentError(f"The browser needs more than is installed ({error}); install it with: pip install 'pygent-tui[web]'") from error
    return front_end


def find_front_end() -> FrontEnd:
    """The installed front end, the first by name when there are several. Raises PygentError when there is none."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to import, and most callers bring their own

    found = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    if not found:
        raise PygentError("No front end is installed; install one with: pip install pygent-tui")
    name = found[0].name
    try:
        front_end: FrontEnd = found[0].load()
    except (ImportError, AttributeError) as error:
        raise PygentError(f"The front end {name!r} cannot be loaded: {error}; install it again: pip install pygent-tui") from error
    return front_end
