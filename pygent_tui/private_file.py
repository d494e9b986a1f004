"""Small files that the app keeps between runs: nobody else reads them, and none is ever seen half written."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


def write(path: Path, text: str) -> None:
    """Put `text` in the place of what `path` held. Raises OSError."""
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE_MODE)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise


def put_aside(path: Path) -> Path:
    """Move a file that cannot be understood out of the way; returns where it is now. Raises OSError."""
    aside = path.with_name(f"{path.name}.broken")
    path.replace(aside)
    return aside
