"""The laws of paths: whatever links, `..` or races do, nothing outside the workspace is read, written or made.

Each holds for openat2 as for the walk that takes its place where the system has none.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import socket
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent_engine.errors import WorkspaceError
from pygent_engine.runtime.files.beneath import Opener, follow, open_beneath, open_without_links
from pygent_engine.runtime.files.workspace import Workspace, copy

OPENERS = [open_beneath, open_without_links]
ALIAS = "/workspace"
ROUNDS = 2000

each_way = pytest.mark.parametrize("opener", OPENERS, ids=["openat2", "walk"])


@contextmanager
def sandbox() -> Iterator[tuple[Path, Path]]:
    """A workspace, and beside it a folder that holds a secret."""
    top = Path(tempfile.mkdtemp(prefix="pygent-test-")).resolve()
    try:
        (top / "workspace").mkdir()
        (top / "outside" / "a").mkdir(parents=True)
        for place in ("secret", "a/b", "a/c"):
            (top / "outside" / place).write_text("secret")
        yield top / "workspace", top / "outside"
    finally:
        shutil.rmtree(top)


@pytest.fixture
def places() -> Iterator[tuple[Path, Path]]:
    with sandbox() as made:
        yield made


@pytest.fixture
def workspace(places: tuple[Path, Path]) -> Path:
    return places[0]


@pytest.fixture
def outside(places: tuple[Path, Path]) -> Path:
    return places[1]


def attempts(files: Workspace, path: str) -> list[Callable[[], object]]:
    """All that can be done with a path."""
    other = Workspace(files.root.parent / "outside")
    return [
        lambda: files.read(path),
        lambda: files.write(path, b"changed"),
        lambda: files.kind(path),
        lambda: files.entries(path),
        lambda: files.make_folder(path),
        lambda: copy(files, path, other, "taken"),
        lambda: copy(other, "secret", files, path),
    ]


def listing(folder: Path) -> dict[str, str]:
    """Each file, and the target of each link, beneath `folder`."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        found[name] = f"-> {path.readlink()}" if path.is_symlink() else path.read_text() if path.is_file() else "/"
    return found


# ---------------------------------------------------------------- refused


@each_way
@pytest.mark.parametrize(
    "path",
    [
        "../outside/secret",
        "a/../../outside/secret",
        "/etc/passwd",
        "~/x",
        "~root/x",
        "/workspace/../outside/secret",
        "{root}/../outside/secret",
    ],
)
def test_a_path_that_leads_out_by_its_words_is_refused_before_any_byte(workspace: Path, outside: Path, opener: Opener, path: str) -> None:
    files, before = Workspace(workspace, ALIAS, opener), listing(outside)
    for attempt in attempts(files, path.format(root=workspace)):
        with pytest.raises(WorkspaceError, match="outside the workspace"):
            attempt()
    assert (listing(outside), listing(workspace)) == (before, {})


@each_way
@pytest.mark.parametrize(
    "path", ["file", "parent/secret", "chain", "up/outside/secret", "deep/in/link/secret", "alias", "dangling", "new/x"]
)
def test_a_link_that_leads_out_is_refused_wherever_it_stands(workspace: Path, outside: Path, opener: Opener, path: str) -> None:
    (workspace / "deep" / "in").mkdir(parents=True)
    targets: dict[str, Path | str] = {
        "file": outside / "secret",
        "parent": outside,
        "chain": "second",
        "second": "file",
        "up": "..",
        "deep/in/link": "../../../outside",
        "alias": "/workspace/../outside/secret",
        "dangling": outside / "new",
        "new": outside / "not-there",
    }
    for name, target in targets.items():
        (workspace / name).symlink_to(target)
    files, before, links = Workspace(workspace, ALIAS, opener), listing(outside), listing(workspace)
    for attempt in attempts(files, path):
        with pytest.raises(WorkspaceError, match="outside the workspace"):
            attempt()
    assert (listing(outside), listing(workspace)) == (before, links)


@each_way
def test_links_without_an_end_are_named(workspace: Path, opener: Opener) -> None:
    (workspace / "a").symlink_to("b")
    (workspace / "b").symlink_to("a")
    for attempt in attempts(Workspace(workspace, None, opener), "a"):
        with pytest.raises(WorkspaceError, match="Too many levels of symbolic links"):
            attempt()


@each_way
def test_what_is_no_regular_file_is_refused_at_once(workspace: Path, opener: Opener) -> None:
    os.mkfifo(workspace / "fifo")
    (workspace / "folder").mkdir()
    made = ["fifo", "folder"]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"/proc/self/fd/{(top := os.open(workspace, os.O_RDONLY))}/socket")  # a socket's path is short
        os.close(top)
        made.append("socket")
        if os.getuid() == 0:
            os.mknod(workspace / "device", stat.S_IFCHR | 0o600, os.makedev(1, 3))
            made.append("device")
        files = Workspace(workspace, None, opener)
        for name in made:
            for attempt in (files.read, lambda path: files.write(path, b"x"), lambda path: copy(files, "folder", files, f"{path}/x/y")):
                with pytest.raises(WorkspaceError):
                    attempt(name)
        for name in made:
            with pytest.raises(WorkspaceError, match="not a regular file"):
                files.read(name)


@each_way
def test_errors_of_the_system_are_named(workspace: Path, opener: Opener) -> None:
    (workspace / "file").write_text("x")
    files = Workspace(workspace, None, opener)
    for path, reason in (("missing", "No such file"), ("file/below", "Not a directory"), ("x" * 300, "File name too long")):
        with pytest.raises(WorkspaceError, match=reason):
            files.read(path)


# ---------------------------------------------------------------- allowed


@each_way
def test_a_link_that_stays_inside_is_followed_and_stays_a_link(workspace: Path, opener: Opener) -> None:
    (workspace / "d" / "e").mkdir(parents=True)
    (workspace / "real").write_text("old")
    links = {
        "relative": "real",
        "d/up": "../real",
        "d/e/far": "../../d/up",
        "alias": f"{ALIAS}/real",
        "host": str(workspace / "real"),
        "folder": "d",
    }
    for name, target in links.items():
        (workspace / name).symlink_to(target)
    files = Workspace(workspace, ALIAS, opener)
    for path in ("relative", "d/up", "d/e/far", "alias", "host", "folder/up", "/workspace/alias", f"{workspace}/host"):
        files.write(path, path.encode())
        assert (files.read(path), (workspace / "real").read_text()) == (path.encode(), path)
    assert all((workspace / name).is_symlink() for name in links)


@each_way
def test_a_link_to_what_is_not_there_yet_is_written_through(workspace: Path, opener: Opener) -> None:
    (workspace / "link").symlink_to("new/file")
    Workspace(workspace, ALIAS, opener).write("link", b"x")
    assert listing(workspace) == {"link": "-> new/file", "new": "/", "new/file": "x"}


@each_way
def test_a_hard_link_to_the_outside_is_replaced_and_never_written_through(workspace: Path, outside: Path, opener: Opener) -> None:
    os.link(outside / "secret", workspace / "hard")
    files = Workspace(workspace, None, opener)
    files.write("hard", b"mine")
    os.link(outside / "secret", workspace / "again")
    copy(files, "hard", files, "again")
    assert (listing(outside)["secret"], listing(workspace)) == ("secret", {"hard": "mine", "again": "mine"})


# ---------------------------------------------------------------- any tree

NAMES = st.sampled_from(["a", "b", "c"])
TARGETS = st.lists(st.sampled_from(["a", "b", "c", "..", "."]), min_size=1, max_size=4).map("/".join)
LINKS = (
    TARGETS
    | TARGETS.map(lambda path: f"{ALIAS}/{path}")
    | TARGETS.map(lambda path: f"{{root}}/{path}")
    | st.sampled_from(["/", "{root}/.."])
)
TREES = st.lists(st.tuples(st.lists(NAMES, min_size=1, max_size=3), st.just("/") | st.just("file") | LINKS), max_size=9)
PATHS = st.lists(st.sampled_from(["a", "b", "c", ".", "..", "outside", "secret"]), min_size=1, max_size=5).map("/".join)


def plant(root: Path, tree: list[tuple[list[str], str]]) -> None:
    for names, content in tree:
        path = root.joinpath(*names)
        if any(parent.is_symlink() or parent.is_file() for parent in [path, *path.parents][: len(names)]) or path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if content == "/":
            path.mkdir()
        elif content == "file":
            path.write_text("inside")
        else:
            path.symlink_to(content.format(root=root))


@given(TREES, PATHS, st.sampled_from(["", f"{ALIAS}/", "{root}/"]))
@settings(deadline=None, max_examples=150)
def test_both_ways_open_the_same_file_or_none_and_never_one_outside(tree: list[tuple[list[str], str]], path: str, base: str) -> None:
    with sandbox() as (root, outside):
        plant(root, tree)
        before = listing(outside)
        inodes = {path.stat().st_ino for path in [root, *root.rglob("*")] if path.exists() and path.resolve().is_relative_to(root)}
        found = []
        for opener in OPENERS:
            files = Workspace(root, ALIAS, opener)
            try:
                with files.open(base.format(root=root) + path) as file:
                    found.append(os.fstat(file.fileno()).st_ino)
            except WorkspaceError:
                found.append(0)
        assert found[0] == found[1]
        assert found[0] == 0 or found[0] in inodes
        if ".." not in path and not any(ALIAS in content for _, content in tree) and not passes_outside(root, path):
            assert found[0] == ((root / path).stat().st_ino if (root / path).is_file() else 0)
        for opener in OPENERS:
            try:
                Workspace(root, ALIAS, opener).write(base.format(root=root) + path, b"written")
            except WorkspaceError:
                continue
        assert listing(outside) == before


def passes_outside(root: Path, path: str) -> bool:
    """Whether following `path` leaves `root` on its way, be it to come back."""
    top = os.open(root, os.O_RDONLY)
    try:
        follow(top, tuple(name for name in path.split("/") if name != "."), (str(root),))
    except OSError as error:
        return error.errno == errno.EXDEV
    finally:
        os.close(top)
    return False


# ---------------------------------------------------------------- races


@contextmanager
def swapping(one: Path, other: Path) -> Iterator[None]:
    """A thread exchanges the names of `one` and `other`, as fast as it can; each is there at any time."""
    exchange = ctypes.CDLL(None, use_errno=True).renameat2
    names, ended = [os.fsencode(path) for path in (one, other)], threading.Event()
    swaps = 0

    def swap() -> None:
        nonlocal swaps
        while not ended.is_set() and exchange(-100, names[0], -100, names[1], 2) == 0:
            swaps += 1

    thread = threading.Thread(target=swap, name="swapping")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(10)
    assert swaps > 100


def done(attempt: Callable[[], object]) -> object:
    """What came of an attempt, None when it was refused."""
    try:
        return attempt()
    except WorkspaceError:
        return None


@each_way
def test_a_parent_that_becomes_a_link_to_the_outside_is_never_followed(workspace: Path, outside: Path, opener: Opener) -> None:
    (workspace / "place").mkdir()
    (workspace / "place" / "secret").write_text("inside")
    (workspace / "link").symlink_to(outside)
    files, before = Workspace(workspace, ALIAS, opener), listing(outside)
    read = set()
    with swapping(workspace / "place", workspace / "link"):
        for number in range(ROUNDS):
            read.add(done(lambda: files.read("place/secret")))
            done(lambda: files.write("place/secret", b"inside"))
            done(lambda: files.write("place/deep/new", b"inside"))
            done(partial(copy, files, "place", files, f"copy{number % 3}"))
    assert read <= {b"inside", None}
    assert listing(outside) == before
    assert {path.read_text() for path in workspace.glob("copy*/**/*") if path.is_file()} <= {"inside"}
    assert [*workspace.rglob(".pygent-*")] == []


@each_way
def test_a_file_that_becomes_a_link_to_the_outside_is_never_read_or_written_through(workspace: Path, outside: Path, opener: Opener) -> None:
    (workspace / "place").write_text("inside")
    (workspace / "link").symlink_to(outside / "secret")
    files, before = Workspace(workspace, ALIAS, opener), listing(outside)
    with swapping(workspace / "place", workspace / "link"):
        read = {done(lambda: files.read("place")) for _ in range(ROUNDS)}
        for _ in range(ROUNDS):
            done(lambda: copy(files, "place", files, "taken"))
    assert read <= {b"inside", None}
    assert not (workspace / "taken").exists() or (workspace / "taken").read_text() == "inside"
    with swapping(workspace / "place", workspace / "link"):
        for _ in range(ROUNDS):
            done(lambda: files.write("place", b"inside"))
    assert listing(outside) == before
    assert [*workspace.rglob(".pygent-*")] == []
