"""The sweep of a local runtime: which processes carry its marker, told by what the system shows of each."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from pygent_engine.runtime import Runtime
from pygent_engine.runtime.local.processes import carries
from tests.runtime.waiting import within_patience

NEEDLE = b"PYGENT_RUN=a.1."


@pytest.mark.parametrize(
    ("environ", "cmdline", "program", "answer"),
    [
        (b"A=1\0PYGENT_RUN=a.1.\0", b"sleep\0", True, True),
        (b"PYGENT_RUN=a.1.\0", b"sleep\0", True, True),
        (b"A=1\0PYGENT_RUN=a.2.\0", b"sleep\0", True, False),
        (b"A=xPYGENT_RUN=a.1.\0", b"sleep\0", True, False),
        (b"", b"sleep\0", True, False),  # started without an environment
        (b"", b"", False, False),  # a zombie, or a thread of the kernel
        (b"", b"", True, None),  # in the middle of an exec: it may carry the marker at the next look
    ],
)
def test_a_process_in_the_middle_of_an_exec_is_looked_at_again(
    tmp_path: Path, environ: bytes, cmdline: bytes, program: bool, answer: bool | None
) -> None:
    entry = tmp_path / "7"
    entry.mkdir()
    (entry / "environ").write_bytes(environ)
    (entry / "cmdline").write_bytes(cmdline)
    if program:
        (entry / "exe").symlink_to("/bin/sleep")
    assert carries(7, NEEDLE, str(tmp_path)) is answer


def test_a_process_that_is_gone_carries_nothing(tmp_path: Path) -> None:
    assert carries(7, NEEDLE, str(tmp_path)) is False


def test_no_job_survives_a_stop_that_follows_its_start_at_once(tmp_path: Path) -> None:
    with Runtime(False, workspace=tmp_path) as runtime:
        for _ in range(20):
            number = runtime.bash("sleep 60 & echo $!").strip()
            runtime.stop()
            assert within_patience(partial(_ended, number))  # a killed process takes a moment to die


def _ended(number: str) -> bool:
    """Whether there is no such process, or a zombie."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True
