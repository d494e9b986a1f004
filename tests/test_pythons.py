"""Which interpreters CI runs the tests with: the oldest and the newest supported ones that can make environments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parent.parent / ".ci" / "pythons.py"


def interpreter(folder: Path, version: tuple[int, int], exit_code: int = 0) -> Path:
    """A file that answers like an interpreter of this version."""
    path = folder / f"python{version[0]}.{version[1]}"
    path.write_text(f"#!/bin/sh\necho {version[0]} {version[1]}\nexit {exit_code}\n", "ascii")
    path.chmod(0o755)
    return path


def named(folder: Path) -> list[str]:
    """What the script prints when it finds only the interpreters in `folder`."""
    environment = {"PATH": str(folder), "PYENV_ROOT": str(folder / "pyenv")}
    printed = subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True, timeout=60, check=True)
    return printed.stdout.splitlines()


def test_an_interpreter_alone_names_none(tmp_path: Path) -> None:
    assert named(tmp_path) == []


def test_the_newest_that_works_is_named_before_the_oldest_supported(tmp_path: Path) -> None:
    interpreter(tmp_path, (3, 10))
    oldest = interpreter(tmp_path, (3, 11))
    interpreter(tmp_path, (3, 97))
    newest = interpreter(tmp_path, (3, 98))
    interpreter(tmp_path, (3, 99), exit_code=1)
    running = sys.version_info[:2]
    assert named(tmp_path) == [str(newest)] + [str(oldest)] * (running != (3, 11))


def test_a_file_that_cannot_be_run_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "python3.99").write_text("not a program", "ascii")
    assert named(tmp_path) == []
