"""Ends a runtime: its backend, and the folder that was made for it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .backend import Backend


def release(owner: int, backend: Backend, temporary: Path | None) -> None:
    """Stop `backend` and remove its temporary workspace, in the process `owner` alone."""
    if owner != os.getpid():  # a fork's end, or its collector: what it inherited is still its parent's
        return
    try:
        backend.stop()
    finally:
        remove_folder(temporary)


def remove_folder(folder: Path | None) -> None:
    """Remove a temporary workspace, also what a command made unwritable in it."""
    if folder is None:
        return
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for place, _, _ in os.walk(folder):
            Path(place).chmod(0o700)
        shutil.rmtree(folder, ignore_errors=True)
