"""Where faults go: those of the engine's threads to a log while a session runs, a crash to a file of its own. Both are
private to the user, and neither reaches the terminal."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LARGEST = 1 << 20


@contextmanager
def kept_log(redact: Callable[[str], str]) -> Iterator[None]:
    """Until the block ends, warnings of every library and uncaught errors of threads are appended to the log, redacted."""
    handler = _PrivateFile(redact)
    root, before = logging.getLogger(), threading.excepthook
    root.addHandler(handler)
    threading.excepthook = _log_thread
    try:
        yield
    finally:
        threading.excepthook = before
        root.removeHandler(handler)


def log_file() -> Path:
    """The log of this user."""
    return _folder() / "pygent.log"


def keep_crash(text: str) -> Path:
    """Write `text` to a new file that only its owner can read. Raises OSError."""
    import tempfile  # noqa: PLC0415 - only a crash needs it

    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix="crash-", suffix=".txt", dir=folder)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return Path(name)


def _folder() -> Path:
    from platformdirs import user_log_path  # noqa: PLC0415 - kept out of the app's start

    return user_log_path("pygent")


def _log_thread(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread else "a thread"
    error = args.exc_value or args.exc_type()
    logging.getLogger("pygent").error("%s ended by an error", name, exc_info=error)


class _PrivateFile(logging.Handler):
    """Appends to a file that only its owner can read, opened when there is something to say; started anew when it is large."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        super().__init__(logging.WARNING)
        self._redact = redact
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._append(self._redact(self.format(record)) + "\n")
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """A log that cannot be written is not worth a word on the screen, nor an error of what was logged."""

    def _append(self, text: str) -> None:
        path = log_file()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        large = path.exists() and path.stat().st_size > _LARGEST
        flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_TRUNC if large else os.O_APPEND)
        with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
