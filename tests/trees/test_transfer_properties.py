"""Whatever is to be written, an end at any step of it leaves what was, and the note of it says all that is needed for that."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pygent_engine import PygentError
from pygent_engine.runtime.files.exact import Exact
from pygent_engine.tasks.handover import private_store
from pygent_engine.trees import Journal, Step, mend, read_version, write_all
from tests.support.handing import Content, content, fill

from .stopping import At

_NAMES = st.sampled_from(["a", "b", "c d", "é", "new\nline", "o\udcff"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_LINES = st.sampled_from([b"", b"one\n", b"two\n", b"\0" * 9])
_WHATS = st.one_of(_LINES, _LINES.map(lambda lines: ("x", lines)), st.sampled_from(["a", "nowhere"]))
_TREES = st.dictionaries(_PATHS, _WHATS, max_size=6)


def fitting(tree: Content) -> Content:
    """What of it can be together: nothing is in a file."""
    return {path: what for path, what in tree.items() if not any(path.startswith(f"{other}/") for other in tree)}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_TREES.map(fitting), _TREES.map(fitting), st.integers(1, 20))
@example({"a/b": b"one\n"}, {"a": b"two\n"}, 4)
@example({"a": "nowhere"}, {"a/b/a": "a"}, 4)
@example({"o\udcff": ("x", b"")}, {"o\udcff/new\nline": b"one\n"}, 4)
def test_an_end_at_any_step_leaves_what_was_and_so_does_a_death(before: Content, after: Content, asked: int) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        for name, tree in (("work", before), ("wanted", after)):
            (folder / name).mkdir()
            fill(folder / name, tree)
        begun, ended = content(folder / "work"), content(folder / "wanted")
        assert write(folder, sorted({*begun, *ended}), At(asked, lambda: copy(folder, "work", "journals", to="then"))) in (begun, ended)
        assert not (folder / "journals").exists()
        if (folder / "then").exists():  # as if it had died there
            shutil.rmtree(folder / "work")
            copy(folder / "then", "work", "journals", to="..")
            assert len(mend(folder / "journals", folder / "work")) == 1
            assert (content(folder / "work"), (folder / "journals").exists()) == (begun, False)
    finally:
        shutil.rmtree(folder)


def copy(folder: Path, *names: str, to: str) -> None:
    for name in names:
        shutil.copytree(folder / name, folder / to / name, symlinks=True)


def write(folder: Path, paths: Iterable[str], stop: At) -> Content:
    """What is there then."""
    work, wanted = Exact(folder / "work"), Exact(folder / "wanted")
    versions = ((path, read_version(work, path), read_version(wanted, path)) for path in paths)
    steps = [Step(path, before, after) for path, before, after in versions if before != after]
    with contextlib.suppress(PygentError):
        write_all(work, steps, private_store(), lambda path: True, Journal.of(folder / "journals", work.root), stop=stop)
    return content(work.root)
