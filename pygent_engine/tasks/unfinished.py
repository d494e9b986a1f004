"""What a program that is gone left half applied in a workspace: taken back by whoever opens it next, or applies there."""

from __future__ import annotations

from pathlib import Path

from ..settings import journals_folder


def taken_back(root: Path) -> list[str]:
    """Take that back; a sentence for each apply. Nothing is loaded where there is nothing to do, as nearly always."""
    folder = journals_folder()
    try:
        if not any(folder.iterdir()):
            return []
    except OSError:
        return []
    from ..trees import mend  # noqa: PLC0415 - as said

    return mend(folder, root)
