"""The laws of the memory limit of a container: who is killed by it, and that it is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine.errors import RuntimeLost
from pygent_engine.runtime import Runtime
from pygent_engine.values import ExecResult, Resources

pytestmark = pytest.mark.docker

HOG = "python3 -c 'a = bytearray(500 << 20)'"


@pytest.fixture
def tight(docker_image: str, no_container_left: None, tmp_path: Path) -> Iterator[Runtime]:
    """A runtime with 64 MB."""
    with Runtime(True, image=docker_image, workspace=tmp_path, resources=Resources(memory_mb=64)) as made:
        yield made


def outcome(result: ExecResult) -> tuple[int | None, bool]:
    return result.exit_code, result.out_of_memory


def test_a_hog_is_killed_alone_and_the_limit_is_named(tight: Runtime) -> None:
    tight.start()
    container = tight.container_id
    assert outcome(tight.execute(HOG)) == (137, True)
    assert tight.bash(f"echo on; {HOG}") == "on\n[exit code 137: the memory limit of 64 MB was reached]"
    assert tight.container_id == container


def test_the_limit_is_told_also_when_the_shell_survives(tight: Runtime) -> None:
    assert outcome(tight.execute(f"{HOG}; exit 3")) == (3, True)
    assert outcome(tight.execute(f"{HOG} | cat; false")) == (1, True)
    assert outcome(tight.execute(f"{HOG}; true")) == (0, False)


def test_what_the_limit_did_to_an_earlier_command_is_not_told_again(tight: Runtime) -> None:
    assert outcome(tight.execute(HOG)) == (137, True)
    assert outcome(tight.execute("exit 5")) == (5, False)
    assert outcome(tight.execute("kill -KILL $$")) == (137, False)


def test_many_small_hogs_leave_the_container_alive(tight: Runtime) -> None:
    tight.start()
    container = tight.container_id
    tight.execute("for n in $(seq 8); do python3 -c 'import time; a = bytearray(20 << 20); time.sleep(1)' & done; wait", timeout=20)
    assert tight.execute("echo next", timeout=10).output == "next\n"
    assert tight.container_id == container


def test_a_container_whose_main_process_met_the_limit_is_lost_for_that(tight: Runtime) -> None:
    tight.execute("echo kept > kept")
    with pytest.raises(RuntimeLost) as caught:
        tight.execute("echo 1000 > /proc/1/oom_score_adj; head -c 100000000 /dev/zero > /tmp/big", timeout=30)
    assert str(caught.value) == "The container is gone: its memory limit of 64 MB was reached; the workspace is still there."
    assert tight.execute("cat kept").output == "kept\n"
