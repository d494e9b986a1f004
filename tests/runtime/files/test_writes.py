"""The laws of a write that fails: the old file is whole, and nothing else is left. And of links as containers make them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from pygent_engine.errors import WorkspaceError
from pygent_engine.runtime import Runtime

OLD = "old\n" * 1000

FULL = """
import resource, sys
from pygent_engine import Runtime, WorkspaceError
with Runtime(False, workspace=sys.argv[1]) as runtime:
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    for write in (
        lambda: runtime.write_file("file", "x" * 50_000),
        lambda: runtime.edit_file("file", "middle", "x" * 50_000),
        lambda: runtime.upload_file(sys.argv[2], "file"),
    ):
        try:
            write()
        except WorkspaceError as error:
            print(error)
"""


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of one mebibyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "pygent-test", place], capture_output=True, timeout=20, check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk needs root; the limit of a file's size stands for it in the test beside this one")
    try:
        yield place
    finally:
        subprocess.run(["umount", place], timeout=20, check=True)


def test_at_the_limit_of_a_files_size_the_old_file_is_whole_and_alone(tmp_path: Path) -> None:
    workspace, big = tmp_path / "workspace", tmp_path / "big"
    workspace.mkdir()
    (workspace / "file").write_text(old := OLD + "middle\n" + OLD)
    big.write_text("x" * 50_000)
    done = subprocess.run([sys.executable, "-c", FULL, workspace, big], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "file: File too large.\n" * 3
    assert contents(workspace) == {"file": old}


def test_on_a_full_disk_the_old_file_is_whole_and_alone(small_disk: Path, tmp_path: Path) -> None:
    (small_disk / "file").write_text(OLD)
    big = tmp_path / "big"
    big.write_text("x" * (2 << 20))
    with Runtime(False, workspace=small_disk) as runtime, Runtime(False, workspace=tmp_path) as other:
        writes: list[Callable[[], object]] = [
            lambda: runtime.write_file("file", "x" * (2 << 20)),
            lambda: runtime.write_file("new/deep", "x" * (2 << 20)),
            lambda: runtime.upload_file(big, "file"),
            lambda: runtime.take(other, "big", "file"),
            lambda: other.export_file("big", small_disk / "file"),
        ]
        for write in writes:
            with pytest.raises(WorkspaceError, match="No space left on device"):
                write()
        assert contents(small_disk) == {"file": OLD}
        assert runtime.write_file("file", "new") == "Wrote 3 bytes to file."


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is forbidden to root")
def test_what_is_forbidden_is_named(local_runtime: Runtime) -> None:
    local_runtime.write_file("folder/file", "x")
    (local_runtime.base_dir / "folder").chmod(0o500)
    with pytest.raises(WorkspaceError, match="Permission denied"):
        local_runtime.write_file("folder/file", "y")
    (local_runtime.base_dir / "folder").chmod(0o700)
    assert contents(local_runtime.base_dir) == {"folder/file": "x"}


def test_a_link_that_a_command_makes_by_its_own_path_is_followed(runtime: Runtime) -> None:
    runtime.execute('mkdir d; echo one > d/real; ln -s "$PWD/d/real" link; ln -s "$PWD/d" folder')
    assert [runtime.read_file(path) for path in ("link", "folder/real")] == ["one\n"] * 2
    runtime.write_file("link", "two\n")
    assert runtime.edit_file("folder/real", "two", "three") == "Edited folder/real."
    assert runtime.execute("cat link; test -L link && test -L folder && echo links").output == "three\nlinks\n"


def test_a_link_that_a_command_makes_to_the_outside_leads_nowhere(runtime: Runtime, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    runtime.execute(f"ln -s {secret} file; ln -s {tmp_path} folder; ln -s /etc/passwd passwd; ln -s ../secret up; ln -s / root")
    for path in ("file", "folder/secret", "passwd", "up", "root/etc/passwd", f"root{secret}"):
        for attempt in (
            partial(runtime.read_file, path),
            partial(runtime.read_range, path),
            partial(runtime.write_file, path, "changed"),
            partial(runtime.edit_file, path, "secret", "changed"),
            partial(runtime.export_file, path, tmp_path / "taken"),
            partial(runtime.upload_file, __file__, path),
        ):
            with pytest.raises(WorkspaceError, match="outside the workspace"):
                attempt()
    assert (secret.read_text(), (tmp_path / "taken").exists()) == ("secret", False)


def test_a_hard_link_to_the_outside_is_replaced(runtime: Runtime, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    os.link(secret, runtime.base_dir / "hard")
    runtime.edit_file("hard", "secret", "changed")
    assert (secret.read_text(), runtime.execute("cat hard").output) == ("secret", "changed")


def test_special_files_of_a_command_are_refused_at_once(runtime: Runtime) -> None:
    runtime.execute("mkfifo fifo; mkdir folder; ln -s fifo link")
    for path in ("fifo", "folder", "link"):
        for attempt in (
            runtime.read_file,
            runtime.read_range,
            lambda path: runtime.edit_file(path, "a", "b"),
            lambda path: runtime.write_file(path, ""),
        ):
            with pytest.raises(WorkspaceError, match="not a regular file"):
                attempt(path)
