"""The errors that Pygent raises on purpose; each message is one sentence that says what to do.

PygentError
├── ModelError           the model could not be asked, or its reply cannot be used
├── RuntimeUnavailable   the runtime that was asked for cannot be started (Docker missing, image missing)
│   └── ImageMissing     the container image is not on the engine; it can be pulled
├── RuntimeLost          the runtime went away under a running command
├── WorkspaceError       a path that is refused, or a file operation that the system refused
├── TaskLimitError       a task that may not be started (a delegated agent cannot delegate)
└── SettingsError        a setting, a flag or a configuration file that cannot be used
"""

from __future__ import annotations


def described(error: BaseException) -> str:
    """What other people's code raised, in words; also when it cannot say its own message."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


class PygentError(Exception):
    """Base of every error that Pygent raises on purpose."""


class ModelError(PygentError):
    """The model could not be asked, or its reply cannot be used.

    `transient` says that the same request may succeed later; `retry_after_s` is the delay in seconds
    that the server asked for, None when it named none.
    """

    def __init__(self, message: str, *, transient: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.transient = transient
        self.retry_after_s = retry_after_s


class RuntimeUnavailable(PygentError):
    """The runtime that was asked for cannot be started; never answered by running somewhere else."""


class ImageMissing(RuntimeUnavailable):
    """The engine answers but does not have `image`; a runtime that may pull gets it."""

    def __init__(self, message: str, image: str) -> None:
        super().__init__(message)
        self.image = image


class RuntimeLost(PygentError):
    """The runtime went away while it was needed (container killed or removed from outside)."""


class WorkspaceError(PygentError):
    """A path outside the workspace, or a file operation that the operating system refused."""


class TaskLimitError(PygentError):
    """A task that may not be started."""


class SettingsError(PygentError):
    """A setting, flag or configuration file that cannot be used."""
