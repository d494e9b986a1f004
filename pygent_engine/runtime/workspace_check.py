"""Says which folders may be a workspace. Standard library only, so that a command line can ask early."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import WorkspaceError

# Neither these nor anything beneath them.
_SYSTEM = ("/etc", "/proc", "/sys", "/dev", "/boot", "/run", "/bin", "/sbin", "/lib", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib")
_SYSTEM_OF_OTHERS = ("/System", "/Library")
# Not these themselves; what lies beneath is fine.
_HOMES = ("/home", "/root", "/Users")
_SHARED = ("/", "/usr", "/usr/local", "/var", "/var/lib", "/var/run", "/var/log", "/opt", "/srv", "/mnt", "/media", "/tmp", "/var/tmp")
# Beneath a system folder, yet meant for everybody's files.
_FREE = ("/dev/shm", "/run/user", "/run/media")
_NO_WAY_IN = "You have no right to enter the workspace {}; change its permissions, or name another one."


def check_workspace(path: str | os.PathLike[str]) -> Path:
    """The absolute folder that `path` names, links resolved. Raises WorkspaceError for a folder that is missing, or
    that an agent must not have as its own: /, the home folder itself, the system's folders."""
    if "\0" in os.fspath(path):
        raise WorkspaceError("A workspace path cannot hold a NUL character.")
    try:
        given = Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 - a link must not be resolved yet
        folder = given.resolve(strict=True)
    except PermissionError as error:
        raise WorkspaceError(_NO_WAY_IN.format(path)) from error
    except (OSError, RuntimeError) as error:
        raise WorkspaceError(f"The workspace {path} does not exist; create the folder first, or name another one.") from error
    if not folder.is_dir():
        raise WorkspaceError(f"The workspace {path} is not a folder.")
    if not os.access(folder, os.X_OK):
        raise WorkspaceError(_NO_WAY_IN.format(path))
    if _reserved(given) or _reserved(folder):
        raise WorkspaceError(f"{given} cannot be a workspace: an agent could change {_all_of(given)}. Name a folder of its own.")
    return folder


def _all_of(folder: Path) -> str:
    return "all that is yours" if folder == Path.home() else "the whole of it"


def _reserved(folder: Path) -> bool:
    home = Path.home()
    shared = {Path(name) for name in (*_SHARED, *_HOMES, *_FREE)} | {
        home,
        home.resolve(),
        *home.parents,
        *home.resolve().parents,
    }
    if folder in shared:
        return True
    if any(folder.is_relative_to(name) for name in _FREE):
        return False
    return any(folder.is_relative_to(name) for name in (*_SYSTEM, *_SYSTEM_OF_OTHERS))
