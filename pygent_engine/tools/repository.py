"""What writing within a git repository's own folder needs: its configuration and hooks are commands that git runs by itself.

On this machine that would be a way around the question that is asked before each command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..scope import Need
from .links import meant

if TYPE_CHECKING:
    from ..runtime import Runtime

_OWN = ".git"
_NEED = Need("write", "changes what git runs by itself on this machine")


def write_needs(runtime: Runtime, path: str) -> tuple[Need, ...]:
    """The permissions that writing `path` needs beyond those of every write. Raises WorkspaceError for a path that leads out."""
    if runtime.mode != "local":
        return ()
    named = runtime.relative(path)
    parts = (*named.split("/"), *meant(runtime.base_dir, named).parts)
    return (_NEED,) if any(part.casefold() == _OWN for part in parts) else ()
