"""An OpenAI-compatible server that nobody here wrote: npm's @copilotkit/aimock, started for a test.

`PYGENT_TEST_AIMOCK` names the folder with its node_modules (`.ci/aimock` makes one). Without it the tests are
skipped, unless `PYGENT_REQUIRE_AIMOCK=1` says that they must not be.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_DEADLINE_S = 30.0
_LISTENING = re.compile(rb"listening on (http://127\.0\.0\.1:[1-9]\d*)")

Fixtures = list[dict[str, Any]]


def _command() -> list[str]:
    folder = os.environ.get("PYGENT_TEST_AIMOCK", "")
    programs = Path(folder) / "node_modules" / ".bin"
    # A node beside aimock is there because the system's is too old for it.
    node = shutil.which("node", path=str(programs)) or shutil.which("node")
    if folder and (programs / "llmock").exists() and node is not None:
        return [node, str(programs / "llmock")]
    reason = "PYGENT_TEST_AIMOCK names no folder with @copilotkit/aimock, or node is missing; `.ci/aimock` sets both up"
    if os.environ.get("PYGENT_REQUIRE_AIMOCK") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def _url_of(process: subprocess.Popen[bytes]) -> str:
    """The base URL, once the server says that it listens."""
    assert process.stdout is not None
    said = b""
    limit = time.monotonic() + _DEADLINE_S
    while (found := _LISTENING.search(said)) is None:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, limit - time.monotonic()))
        piece = os.read(process.stdout.fileno(), 65536) if ready else b""
        assert piece, f"aimock does not listen: {said.decode(errors='replace')}"
        said += piece
    return f"{found[1].decode()}/v1"


@pytest.fixture
def aimock(tmp_path: Path) -> Iterator[Callable[[Fixtures], str]]:
    """Starts a server with these fixtures (aimock's own format) and returns its base URL, which ends in /v1."""
    command = _command()
    running: list[subprocess.Popen[bytes]] = []

    def start(fixtures: Fixtures) -> str:
        script = tmp_path / f"aimock-{len(running)}.json"
        script.write_text(json.dumps({"fixtures": fixtures}), encoding="utf-8")
        arguments = ["-p", "0", "-f", str(script), "--strict", "--log-level", "info"]
        process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        running.append(process)
        return _url_of(process)

    yield start
    for process in running:
        process.kill()
        process.communicate(timeout=_DEADLINE_S)
