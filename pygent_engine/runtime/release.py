"""Ends a runtime: its backend, and the folders that were made for it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .backend import Backend
from .output.spool import Spools


def release(owner: int, backend: Backend, spools: Spools, temporary: Path | None) -> None:
    """Stop `backend` for good, and remove its `spools` and its temporary workspace, in the process `owner` alone."""
    if owner != os.getpid():  # a fork's end, or its collector: what it inherited is still its parent's
        return
    try:
        backend.stop(for_good=True)
    finally:
        spools.remove()
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
