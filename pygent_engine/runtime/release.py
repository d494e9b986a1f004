"""Ends a runtime: its backend, and the folders that were made for it."""

from __future__ import annotations

import os
from pathlib import Path

from .backend import Backend
from .lifeline import Lifeline
from .output.spool import Spools


def release(owner: int, backend: Backend, spools: Spools, lifeline: Lifeline, temporary: Path | None) -> None:
    """Stop `backend` for good, and remove its `spools` and its temporary workspace, in the process `owner` alone."""
    if owner != os.getpid():  # a fork's end, or its collector: what it inherited is still its parent's
        return
    try:
        backend.stop(for_good=True)
    finally:
        spools.remove()
        if temporary is not None:
            lifeline.remove_folder(temporary)
