"""The private store: content by the id that git gives it, gone when it is closed or the program is."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pygent_engine import PygentError
from pygent_engine.tasks.handover import private_store
from pygent_engine.trees.store import LARGE, GitMissing, Store, blob_id, blob_id_of

_DYING = """
import os, signal
from pygent_engine.tasks.handover import private_store
store = private_store()
store.put([b"x"])
print(store._folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def store_in(folder: Path) -> Store:
    def make() -> Path:
        folder.mkdir()
        return folder

    return Store(make, shutil.rmtree)


def test_a_store_that_is_closed_keeps_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store")
    store.put([b"x"])
    store.close()
    assert not (tmp_path / "store").exists()
    with pytest.raises(PygentError, match="closed"):
        store.put([b"y"])
    with pytest.raises(PygentError, match="closed"):
        store.get(blob_id(b"x"))


def test_what_is_kept_goes_with_the_last_who_needs_it_and_the_next_begins_anew(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store")
    store.enter()
    store.put([b"x"])
    store.enter()
    store.leave()
    assert store.get(blob_id(b"x")) == b"x"
    store.leave()
    assert not (tmp_path / "store").exists()
    store.enter()
    store.put([b"x"])
    assert store.get(blob_id(b"x")) == b"x"
    store.leave()
    store.close()
    assert not (tmp_path / "store").exists()


def test_many_threads_that_put_the_same_content_at_once_all_keep_it(tmp_path: Path) -> None:
    for attempt in range(5):
        store, together = store_in(tmp_path / f"store{attempt}"), threading.Barrier(8)

        def put(own: bytes, store: Store = store, together: threading.Barrier = together) -> bytes:
            together.wait(10.0)
            store.put([b"the same", own])
            return store.get(blob_id(b"the same")) + store.get(blob_id(own))

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(put, [b"%d" % number for number in range(8)])) == [b"the same%d" % number for number in range(8)]
            together.reset()
            assert list(threads.map(put, [b"own"] * 8)) == [b"the sameown"] * 8
        store.close()


def test_a_store_that_was_never_needed_makes_no_folder(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store")
    store.put([])
    assert store.get_all({}) == {}
    assert not (tmp_path / "store").exists()
    store.close()


def test_without_git_the_store_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(GitMissing, match="install git"):
        store_in(tmp_path / "store").put([b"x"])
    assert not (tmp_path / "store").exists()


def test_what_was_never_put_is_an_error(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store")
    with pytest.raises(PygentError, match="not in the store"):
        store.get(blob_id(b"never"))
    with pytest.raises(PygentError, match="cannot be read any more"):
        store.open_large(blob_id(b"never"))


def test_the_folder_goes_with_a_program_that_is_killed() -> None:
    ended = subprocess.run([sys.executable, "-c", _DYING], capture_output=True, text=True, timeout=60)
    folder = Path(ended.stdout.strip())
    assert folder.name.startswith("pygent-trees-")
    for _ in range(100):
        if not folder.exists():
            break
        subprocess.run(["sleep", "0.1"], check=True)
    assert not folder.exists()


def test_the_folder_is_private() -> None:
    store = private_store()
    store.put([b"x"])
    folder = store._repository()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    store.close()
    assert not folder.exists()


def test_what_is_put_comes_back_byte_by_byte(tmp_path: Path) -> None:
    store = store_in(tmp_path / "store")
    contents = [b"", b"\n", b"a\r\nb", bytes(range(256)), b"blob\ndata 3\nxyz\ndone\n", b"x" * (LARGE // 2)]
    store.put(contents * 2)
    store.put(contents)
    assert store.get_all({blob_id(content): len(content) for content in contents}) == {blob_id(each): each for each in contents}
    store.close()


def test_ids_are_those_of_git(tmp_path: Path) -> None:
    for content in (b"", b"x\0\n", b"y" * 100_000):
        asked = subprocess.run(["git", "hash-object", "--stdin"], input=content, capture_output=True, check=True)
        assert blob_id(content) == blob_id_of(iter([content]), len(content)) == asked.stdout.decode().strip()
    with pytest.raises(ValueError, match="size"):
        blob_id_of(iter([b"xy"]), 3)


@pytest.mark.parametrize(
    ("ours", "base", "theirs", "expected"),
    [
        (b"1\n2\n3\n4\n5\nours\n", b"1\n2\n3\n4\n5\n", b"theirs\n2\n3\n4\n5\n", (b"theirs\n2\n3\n4\n5\nours\n", False)),
        (b"1\r\n2\r\n3\r\n4\r\n", b"1\r\n2\r\n3\r\n", b"0\r\n1\r\n2\r\n3\r\n", (b"0\r\n1\r\n2\r\n3\r\n4\r\n", False)),
        (b"a", b"b", b"c", (b"<<<<<<< this workspace\na\n=======\nc\n>>>>>>> the task\n", True)),
    ],
)
def test_texts_merge_line_by_line(ours: bytes, base: bytes, theirs: bytes, expected: tuple[bytes, bool], tmp_path: Path) -> None:
    store = store_in(tmp_path / "store")
    assert store.merge(ours, base, theirs) == expected
    assert [path.name for path in (tmp_path / "store").iterdir() if path.name.startswith("merge")] == []
    store.close()
