"""What a writer that was killed leaves is taken back by the next one: all of it, and nothing that somebody else changed since."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pygent_engine.runtime.files.exact import Exact
from pygent_engine.trees import Journal, Step, mend, read_version
from pygent_engine.trees.journal import Note
from pygent_engine.trees.noting import noted
from tests.support.handing import content, fill

ROOT = Path(__file__).parents[2]
DEADLINE_S = 100
SAID = "Pygent ended in the middle of applying what task-1 changed; that was undone, and nothing of it is in this folder."


@pytest.fixture
def quick() -> Iterator[Path]:
    """A folder in memory where the system has that, for a killed writer's disk is waited for many times."""
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="pygent-", dir=memory if os.access(memory, os.W_OK) else None))
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("law", ["writing", "mending"])
def test_whoever_is_killed_at_any_step_leaves_all_or_nothing(quick: Path, law: str) -> None:
    run = [sys.executable, "-m", "tests.support.cutting", law, str(quick)]
    ended = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    assert (ended.returncode, ended.stderr, ended.stdout) == (0, "", f"{SAID}\n")


class Left:
    """A folder in which a writer that is gone had written `a` and `new`, and taken `gone` and its folder away, but not `b` yet."""

    def __init__(self, folder: Path) -> None:
        self.work, self.journals = folder / "work", folder / "journals"
        fill(self.work, {"a": b"1\n", "b": b"1\n", "in/gone": b"1\n"})
        fill(folder / "wanted", {"a": b"2\n", "b": b"2\n", "new": b"2\n"})
        self.before = content(self.work)
        exact, wanted = Exact(self.work), Exact(folder / "wanted")
        steps = [Step(path, read_version(exact, path), read_version(wanted, path)) for path in ("in/gone", "a", "b", "new")]
        self.note: Note = noted(exact, steps, "apply", "task-1")
        self.journal = Journal.of(self.journals, self.work)
        with self.journal.held():
            self.journal.write(self.note, iter([b"1\n", b"1\n", b"1\n"]))
        fill(self.work, {"a": b"2\n", "new": b"2\n", self.note.steps[2].staged: b"2\n"})
        shutil.rmtree(self.work / "in")

    def mend(self) -> list[str]:
        return mend(self.journals, self.work)

    @property
    def is_noted(self) -> bool:
        return self.journal.folder.exists()


@pytest.fixture
def left(tmp_path: Path) -> Left:
    return Left(tmp_path)


def test_what_was_left_is_taken_back_once(left: Left) -> None:
    assert [left.mend(), left.mend()] == [[SAID], []]
    assert (content(left.work), left.is_noted) == (left.before, False)


def test_a_file_that_was_changed_since_is_left_and_named(left: Left) -> None:
    fill(left.work, {"a": b"mine\n", "new": b"mine\n", "in": b"mine\n"})
    assert left.mend() == [f"{SAID} Changed since, and left alone: new, a, in/gone."]
    assert (content(left.work), left.is_noted) == ({"a": b"mine\n", "b": b"1\n", "new": b"mine\n", "in": b"mine\n"}, False)


def test_of_many_that_were_changed_since_so_many_are_named_as_can_be_read(tmp_path: Path) -> None:
    fill(tmp_path / "work", {f"{number:03}": b"1\n" for number in range(300)})
    exact, journal = Exact(tmp_path / "work"), Journal.of(tmp_path / "journals", tmp_path / "work")
    steps = [Step(path, read_version(exact, path), None) for path in sorted(content(exact.root))]
    with journal.held():
        journal.write(noted(exact, steps, "apply", "\x1b[2Jtask-1"), iter([b"1\n"] * 300))
    fill(exact.root, dict.fromkeys(content(exact.root), b"mine\n"))
    (said,) = mend(journal.folder.parent, exact.root)
    assert said.endswith(
        " Changed since, and left alone: " + ", ".join(f"{number:03}" for number in range(299, 279, -1)) + ", and 280 more."
    )
    assert "\x1b" not in said


def test_what_a_living_program_writes_is_its_own(left: Left) -> None:
    before = content(left.work)
    with left.journal.held():
        assert left.mend() == []
        assert content(left.work) == before
    assert left.mend() == [SAID]


def test_a_lock_does_not_outlive_who_holds_it_in_what_was_forked_meanwhile(left: Left) -> None:
    lock = left.journal.folder / "lock"
    with left.journal.held():
        held = [int(fd.name) for fd in Path("/proc/self/fd").iterdir() if fd.exists() and fd.samefile(lock)]
        forked = [os.dup(fd) for fd in held]
    try:
        assert (len(forked), left.mend()) == (1, [SAID])
    finally:
        for fd in forked:
            os.close(fd)


def test_what_was_left_elsewhere_waits_for_whoever_works_there(left: Left, tmp_path: Path) -> None:
    before = content(left.work)
    (tmp_path / "other").mkdir()
    assert mend(left.journals, tmp_path / "other") == []
    assert (content(left.work), left.is_noted) == (before, True)
    shutil.rmtree(left.work)
    assert mend(left.journals, tmp_path / "other") == []
    assert not left.is_noted


def test_what_cannot_be_put_back_is_tried_again_at_the_next_start(left: Left) -> None:
    kept = left.journal.folder / "kept"
    whole = kept.read_bytes()
    kept.write_bytes(whole[:2] + b"2\n1\n")
    for _ in range(2):
        assert left.mend() == [
            "Pygent ended in the middle of applying what task-1 changed, and that cannot be undone yet: a: what was kept of it "
            f"is damaged. It is tried again at the next start; to leave the files as they are, remove {left.journal.folder}."
        ]
    kept.write_bytes(whole)
    assert left.mend() == [SAID]
    assert content(left.work) == left.before


def test_a_link_is_put_back_as_it_was_or_not_at_all(tmp_path: Path) -> None:
    work, journal = tmp_path / "work", Journal.of(tmp_path / "journals", tmp_path / "work")
    fill(work, {"link": "there"})
    exact = Exact(work)
    with journal.held():
        journal.write(noted(exact, [Step("link", read_version(exact, "link"), None)], "apply", "task-1"), iter([b"there"]))
    (work / "link").unlink()
    (journal.folder / "kept").write_bytes(b"\0lie!")
    assert [part for said in mend(tmp_path / "journals", work) for part in said.split(": ")][1:3] == [
        "link",
        f"what was kept of it is damaged. It is tried again at the next start; to leave the files as they are, remove {journal.folder}.",
    ]
    (journal.folder / "kept").write_bytes(b"there")
    assert mend(tmp_path / "journals", work) == [SAID]
    assert content(work) == {"link": "there"}


@pytest.mark.parametrize(("of", "wrong"), [("begins", -2), ("begins", 1 << 99), ("mode", 1 << 99), ("size", -1)])
def test_what_cannot_be_used_of_a_note_harms_nothing_and_is_told(left: Left, of: str, wrong: int) -> None:
    edit(left, lambda note: note["steps"][1]["before"].update({of: wrong}))
    assert left.mend()[0].startswith("Pygent ended in the middle of applying what task-1 changed, and that cannot be undone yet: ")
    assert (content(left.work), left.is_noted) == ({**left.before, "a": b"2\n"}, True)


@pytest.mark.parametrize("staged", ["/etc/none", "../none", "\0", "\ud800"])
def test_a_note_leads_nowhere_else(left: Left, staged: str) -> None:
    before = content(left.work)
    edit(left, lambda note: note["steps"][0].update(staged=staged))
    assert left.mend()[0].startswith("Whether an apply was cut off here cannot be told: ")
    assert (content(left.work), left.is_noted) == (before, True)


def edit(left: Left, change: Callable[[Any], object]) -> None:
    path = left.journal.folder / "note"
    note = json.loads(path.read_bytes())
    change(note)
    path.write_text(json.dumps(note))


def test_whoever_looks_elsewhere_forgets_what_was_not_begun(left: Left, tmp_path: Path) -> None:
    (left.journal.folder / "note").rename(left.journal.folder / "note.new")
    (tmp_path / "other").mkdir()
    assert mend(left.journals, tmp_path / "other") == []
    assert not left.is_noted


@pytest.mark.parametrize("name", ["0", "z"])
def test_what_else_is_among_the_journals_keeps_nobody_from_his_own(left: Left, tmp_path: Path, name: str) -> None:
    (left.journals / f"{name}file").write_text("")
    (left.journals / f"{name}link").symlink_to(tmp_path)
    shutil.copytree(left.journal.folder, left.journals / f"{name}damaged")
    (left.journals / f"{name}damaged" / "note").write_text("")
    assert left.mend() == [SAID]
    assert (content(left.work), left.is_noted) == (left.before, False)


def test_a_note_of_another_version_is_left_to_it(left: Left) -> None:
    note = left.journal.folder / "note"
    text = note.read_text()
    note.write_text(text.replace('"form": 1', '"form": 2'))
    before = content(left.work)
    for _ in range(2):
        assert left.mend() == [
            "An apply was cut off here in another version of Pygent, which notes it in a form that this one does not know. Start "
            f"that version here, or, to leave the files as they are, remove {left.journal.folder}."
        ]
    assert content(left.work) == before
    note.write_text(text)
    assert left.mend() == [SAID]


_STEP = {"path": "a", "before": None, "after": None, "staged": "b"}
_NOTE = {"form": 1, "root": "/", "deed": "apply", "task_id": "", "steps": [_STEP], "made": [], "emptied": []}
_WAS = {"kind": "file", "size": 1, "oid": "", "mode": 0, "begins": 0}
_WRONG: list[object] = [
    [],
    {},
    {**_NOTE, "steps": [{}]},
    {**_NOTE, "steps": [{**_STEP, "path": 5}]},
    {**_NOTE, "steps": [{**_STEP, "before": {**_WAS, "kind": "pipe"}}]},
    {**_NOTE, "steps": [{**_STEP, "after": {**_WAS, "mode": None}}]},
    {**_NOTE, "made": [5]},
]


@pytest.mark.parametrize("text", ["", "\0", "[" * 100_000, *map(json.dumps, _WRONG)], ids=lambda text: text[:9] + str(len(text)))
def test_a_note_that_cannot_be_read_is_told_of_once(left: Left, text: str) -> None:
    (left.journal.folder / "note").write_text(text)
    assert left.mend() == ["An apply was cut off here, and what is noted of it cannot be read; look at what it left."]
    assert left.mend() == []


def test_what_is_noted_and_kept_is_for_this_user_alone(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        folder = Left(tmp_path).journal.folder
    finally:
        os.umask(umask)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, *folder.iterdir())}
    assert modes == {"journals": 0o700, folder.name: 0o700, "note": 0o600, "kept": 0o600}


def test_a_place_for_journals_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "journals").write_text("")
    assert mend(tmp_path / "journals", tmp_path) == [
        f"Whether an apply was cut off here cannot be told: [Errno 20] Not a directory: '{tmp_path}/journals'."
    ]
