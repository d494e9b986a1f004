"""Names the interpreters that the tests run with beside the one that runs this: the oldest and the newest that Pygent supports.

Looks on PATH and in pyenv's folder; prints one path a line, newest first; prints nothing when the running one is alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

OLDEST = (3, 11)
Version = tuple[int, int]
# What a test environment needs of an interpreter; an alpha or a Debian python without ensurepip is passed over.
_PROBE = "import ensurepip, venv, sys; assert sys.version_info.releaselevel == 'final'; print(*sys.version_info[:2])"


def candidates(path: str, pyenv_root: Path) -> Iterator[Path]:
    """Every file that is named as a versioned Python, pyenv's first: a shim on PATH may refuse to run."""
    yield from sorted(pyenv_root.glob("versions/*/bin/python3"))
    for folder in path.split(os.pathsep):
        yield from sorted(Path(folder).glob("python3.[0-9]*[0-9]"))


def version_of(python: Path) -> Version | None:
    """The version of an interpreter that can make environments, None when it cannot."""
    try:
        probe = subprocess.run([python, "-c", _PROBE], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    if probe.returncode != 0:
        return None
    major, minor = probe.stdout.split()
    return int(major), int(minor)


def beside(running: Version, found: dict[Version, Path]) -> list[Path]:
    """The newest and the oldest supported of `found`, in this order, without the running one."""
    supported = sorted(version for version in {*found, running} if version >= OLDEST)
    wanted = {supported[-1], supported[0]} - {running} if supported else set()
    return [found[version] for version in sorted(wanted, reverse=True)]


def main() -> None:
    pyenv_root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found: dict[Version, Path] = {}
    for python in candidates(os.environ.get("PATH", ""), pyenv_root):
        version = version_of(python)
        if version is not None:
            found.setdefault(version, python)
    for python in beside(sys.version_info[:2], found):
        print(python)


if __name__ == "__main__":
    main()
