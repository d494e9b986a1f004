"""Where a name in a workspace of this machine leads, once its links are followed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def meant(folder: Path, name: str) -> Path:
    """What `name` stands for as seen from `folder`; it begins with ".." where that is elsewhere."""
    root = os.path.realpath(folder)
    return Path(os.path.relpath(os.path.realpath(os.path.join(root, name)), root))  # noqa: PTH118 - Path.resolve raises at a loop


def lead_out(folder: Path, names: Iterable[str]) -> bool:
    """Whether one of `names` stands for something outside of `folder`."""
    return any(meant(folder, name).parts[:1] == ("..",) for name in names)
