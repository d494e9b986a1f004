"""The laws of a workspace's files; each holds in a container as on this machine."""

from __future__ import annotations

import base64
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from pygent_engine.errors import WorkspaceError
from pygent_engine.runtime import Runtime


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    return secret


def tree(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_written_is_read_and_seen_by_commands(runtime: Runtime) -> None:
    assert runtime.write_file("sub/new/file.txt", "añb\r\n") == "Wrote 6 bytes to sub/new/file.txt."
    assert runtime.read_file("sub/new/file.txt") == "añb\r\n"
    assert runtime.execute("cat sub/new/file.txt").output == "añb\n"
    assert base64.b64decode(runtime.read_file("sub/new/file.txt", binary=True)) == "añb\r\n".encode()


def test_what_a_command_writes_is_read(runtime: Runtime) -> None:
    runtime.execute("mkdir -p a && echo x > a/b")
    assert runtime.read_file("a/b") == "x\n"


def test_absolute_paths_inside_are_relative(runtime: Runtime) -> None:
    inside = runtime.bash("pwd").strip()
    runtime.write_file(f"{inside}/one", "1")
    runtime.write_file(f"{runtime.base_dir}/two", "2")
    assert tree(runtime.base_dir) == {"one": "1", "two": "2"}


@pytest.mark.parametrize(
    "path", ["../secret", "a/../../secret", "/etc/passwd", "~/x", "~root/x", "", ".", "a\0b", "\ud800", "/workspace/../x"]
)
def test_a_path_that_leads_out_or_is_none_is_refused(runtime: Runtime, outside: Path, path: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: runtime.write_file(path, "changed"),
        lambda: runtime.read_file(path),
        lambda: runtime.read_range(path),
    ]
    for refused in attempts:
        with pytest.raises(WorkspaceError):
            refused()
    assert (outside.read_text(), list(runtime.base_dir.iterdir())) == ("secret", [])


@pytest.mark.parametrize("link", ["link", "folder/secret", "chain"])
def test_a_symlink_to_the_outside_is_refused(runtime: Runtime, outside: Path, link: str) -> None:
    (runtime.base_dir / "link").symlink_to(outside)
    (runtime.base_dir / "folder").symlink_to(outside.parent)
    (runtime.base_dir / "chain").symlink_to("link")
    attempts: list[Callable[[], object]] = [
        lambda: runtime.write_file(link, "changed"),
        lambda: runtime.read_file(link),
        lambda: runtime.read_range(link),
        lambda: runtime.export_file(link, outside.parent / "copy"),
    ]
    for refused in attempts:
        with pytest.raises(WorkspaceError, match="outside the workspace"):
            refused()
    assert (outside.read_text(), (outside.parent / "copy").exists()) == ("secret", False)


def test_a_symlink_that_stays_inside_is_followed(runtime: Runtime) -> None:
    runtime.write_file("folder/real", "old")
    (runtime.base_dir / "link").symlink_to("folder/real")
    runtime.write_file("link", "new")
    assert (runtime.read_file("link"), runtime.read_file("folder/real")) == ("new", "new")
    assert (runtime.base_dir / "link").is_symlink()


def test_only_regular_files_are_read_and_written(runtime: Runtime) -> None:
    os.mkfifo(runtime.base_dir / "fifo")
    (runtime.base_dir / "folder").mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(runtime.base_dir)  # a socket's path is short
        try:
            listener.bind("socket")
        finally:
            os.chdir(here)
        for name in ("fifo", "folder", "socket"):
            with pytest.raises(WorkspaceError, match="not a regular file"):
                runtime.read_file(name)
            with pytest.raises(WorkspaceError, match="not a regular file"):
                runtime.write_file(name, "x")


def test_errors_of_the_system_are_named(runtime: Runtime) -> None:
    runtime.write_file("file", "x")
    for path, reason in (("missing", "No such file"), ("file/below", "Not a directory"), ("x" * 300, "File name too long")):
        with pytest.raises(WorkspaceError, match=reason):
            runtime.read_file(path)


def test_text_that_utf8_cannot_hold_changes_nothing(runtime: Runtime) -> None:
    runtime.write_file("file", "old")
    with pytest.raises(WorkspaceError, match="UTF-8"):
        runtime.write_file("file", "\ud800")
    assert tree(runtime.base_dir) == {"file": "old"}


def test_a_write_keeps_the_mode_and_leaves_no_other_file(runtime: Runtime) -> None:
    runtime.write_file("script", "#!/bin/sh\necho one\n")
    (runtime.base_dir / "script").chmod(0o751)
    runtime.write_file("script", "#!/bin/sh\necho two\n")
    assert (runtime.base_dir / "script").stat().st_mode & 0o7777 == 0o751
    assert runtime.execute("./script; ls -A").output == "two\nscript\n"


@pytest.mark.parametrize(
    ("content", "offset", "limit", "text"),
    [
        ("a\nb\nc\n", 1, 2000, "     1\ta\n     2\tb\n     3\tc"),
        ("a\nb\nc", 2, 1, "     2\tb\n[more lines follow; read on with offset=3]"),
        ("a\r\n\tb", 0, 5, "     1\ta\r\n     2\t\tb"),
        ("", 1, 5, "[the file is empty]"),
        ("a\nb\n", 9, 5, "[the file has 2 lines]"),
        ("é" * 2000 + "\n", 1, 5, "     1\t" + "é" * 2000),
        ("é" * 2345 + "\nb", 1, 5, "     1\t" + "é" * 2000 + " [... 345 more characters in this line ...]\n     2\tb"),
    ],
    ids=["whole", "part", "crlf", "empty", "beyond", "longest line", "longer line"],
)
def test_a_range_is_numbered_and_says_what_follows(local_runtime: Runtime, content: str, offset: int, limit: int, text: str) -> None:
    (local_runtime.base_dir / "file").write_bytes(content.encode())
    assert local_runtime.read_range("file", offset, limit) == text


def test_files_come_in_and_go_out(runtime: Runtime, outside: Path) -> None:
    assert runtime.upload_file(outside) == "secret"
    assert runtime.upload_file(outside, "sub/renamed") == "sub/renamed"
    assert tree(runtime.base_dir) == {"secret": "secret", "sub/renamed": "secret"}
    exported = outside.parent / "exported"
    assert runtime.export_file("sub/renamed", exported) == str(exported)
    assert runtime.export_file("sub/renamed", outside.parent) == str(outside.parent / "renamed")
    assert (exported.read_text(), (outside.parent / "renamed").read_text()) == ("secret", "secret")
    with pytest.raises(WorkspaceError, match="does not exist"):
        runtime.upload_file(outside.parent / "missing")


def test_a_spawned_runtime_is_of_the_same_kind_in_a_workspace_of_its_own(runtime: Runtime) -> None:
    runtime.write_file("mine", "x")
    with runtime.spawn() as other:
        assert (other.mode, other.use_docker, other.fallback_reason) == (runtime.mode, runtime.use_docker, "")
        assert other.base_dir != runtime.base_dir
        assert other.execute("ls -A; echo theirs > theirs").output == ""
        assert runtime.take(other, "theirs") == "theirs"
        assert runtime.take(other, "theirs", "sub/got") == "sub/got"
        place = other.base_dir
    assert tree(runtime.base_dir) == {"mine": "x", "sub/got": "theirs\n", "theirs": "theirs\n"}
    assert not place.exists()


def test_a_folder_is_taken_without_what_leads_out_of_it(runtime: Runtime, outside: Path) -> None:
    with runtime.spawn() as other:
        other.execute(
            "mkdir -p d/e/empty; echo 1 > d/one; echo 2 > d/e/two; chmod 755 d/one; ln -s one d/link; ln -s .. d/up; mkfifo d/fifo"
        )
        (other.base_dir / "d" / "leak").symlink_to(outside)
        (other.base_dir / "d" / "leaks").symlink_to(outside.parent)
        assert runtime.take(other, "d", "got") == "got"
    names = sorted(path.relative_to(runtime.base_dir).as_posix() for path in runtime.base_dir.rglob("*"))
    assert names == ["got", "got/e", "got/e/empty", "got/e/two", "got/link", "got/one"]
    assert tree(runtime.base_dir) == {"got/e/two": "2\n", "got/link": "1\n", "got/one": "1\n"}
    assert (runtime.base_dir / "got/one").stat().st_mode & 0o777 == 0o755


def test_what_is_missing_or_leads_out_is_not_taken(runtime: Runtime, outside: Path) -> None:
    with runtime.spawn() as other:
        (other.base_dir / "leak").symlink_to(outside)
        (runtime.base_dir / "trap").symlink_to(outside.parent)
        other.write_file("file", "x")
        for path, dest in (("missing", None), ("leak", None), ("../x", None), ("file", "../x"), ("file", "trap/secret")):
            with pytest.raises(WorkspaceError):
                runtime.take(other, path, dest)
    assert (outside.read_text(), tree(runtime.base_dir)) == ("secret", {})


def test_a_name_that_begins_with_a_tilde_is_a_name_like_any_other(runtime: Runtime, outside: Path) -> None:
    runtime.execute("mkdir d '~d'; echo 1 > d/~x; echo 2 > '~d/~y'; echo 3 > '~z'")
    assert runtime.read_file("./~z") == "3\n"
    with runtime.spawn() as other:
        other.take(runtime, ".")
        assert tree(other.base_dir) == {"d/~x": "1\n", "~d/~y": "2\n", "~z": "3\n"}
    runtime.export_file("./~z", outside.parent)
    assert (outside.parent / "~z").read_text() == "3\n"
    assert runtime.upload_file(outside.parent / "~z") == "~z"


def test_a_folder_is_not_copied_into_itself(local_runtime: Runtime) -> None:
    local_runtime.write_file("d/x", "x")
    with pytest.raises(WorkspaceError, match="into itself"):
        local_runtime.take(local_runtime, "d", "d/e")
