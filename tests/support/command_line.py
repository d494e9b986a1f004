"""Runs the command `pygent` as a process of its own: fresh home, empty workspace, no key, nothing on standard input."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DEADLINE_S = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The command, started in `workspace` with `home` as the user's home."""

    home: Path
    workspace: Path

    def environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        passed = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "DOCKER_HOST") if name in os.environ}
        return {**passed, "HOME": str(self.home), "PYTHONPATH": str(ROOT), "TMPDIR": str(self.home.parent), **extra}

    def run(self, *arguments: str, **environ: str) -> Ended:
        """Run to the end; `environ` adds variables."""
        with self.start(*arguments, **environ) as process:
            out, err = process.communicate(timeout=DEADLINE_S)
            return Ended(process.returncode, out.decode(), err.decode())

    @contextmanager
    def start(self, *arguments: str, stdout: Any = subprocess.PIPE, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
        """A running command; killed when the block ends, if it still runs."""
        # A test run in the background has SIGINT ignored, and what it starts would inherit that.
        restored = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        started = restored + "runpy.run_module('pygent_engine', run_name='__main__')"
        with subprocess.Popen(
            [sys.executable, "-c", started, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=self.workspace,
            env=self.environment(environ),
        ) as process:
            try:
                yield process
            finally:
                process.kill()


@pytest.fixture
def command_line(tmp_path: Path) -> CommandLine:
    """`pygent` in a fresh home and an empty workspace."""
    made = CommandLine(tmp_path / "home", tmp_path / "work")
    made.home.mkdir()
    made.workspace.mkdir()
    return made
