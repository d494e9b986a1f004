"""Writing versions into a folder, when that or putting them back fails, or somebody else does."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from pygent_engine import PygentError
from pygent_engine.runtime.files.exact import Exact
from pygent_engine.tasks.handover import private_store
from pygent_engine.trees import LARGE, Journal, Step, Version, read_version, write_all
from tests.support.handing import content, fill

from .stopping import At


class Work:
    """A folder in which three files are to change."""

    def __init__(self, folder: Path) -> None:
        self.folder, wanted = folder / "work", folder / "wanted"
        for place, text in ((self.folder, b"before\n"), (wanted, b"after\n")):
            fill(place, dict.fromkeys(("a", "b", "c"), text))
        exact, there = Exact(self.folder), Exact(wanted)
        self.steps = [Step(name, read_version(exact, name), read_version(there, name)) for name in ("a", "b", "c")]
        self.journal = Journal.of(folder / "journals", self.folder)
        self.before = content(folder)

    def write(self, *more: Step, stop: At | None = None, journal: Journal | None = None) -> None:
        write_all(Exact(self.folder), [*self.steps, *more], private_store(), lambda folder: False, journal or self.journal, stop=stop)


@pytest.fixture
def work(tmp_path: Path) -> Work:
    return Work(tmp_path)


@pytest.mark.parametrize("asked", range(1, 7))
def test_what_is_ended_at_any_step_is_as_it_was(work: Work, tmp_path: Path, asked: int) -> None:
    with pytest.raises(PygentError, match="The session ends"):
        work.write(stop=At(asked))
    assert content(tmp_path) == work.before


def test_a_full_disk_is_met_before_anything_is_in_its_place(work: Work, tmp_path: Path) -> None:
    def full() -> Iterator[bytes]:
        yield b"as far as it goes"
        assert content(work.folder) != work.before  # what came before it is staged
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(PygentError, match=r"^z: No space left on device\.$"):
        work.write(Step("z", None, Version("file", LARGE + 1, "0" * 40, pieces=full)))
    assert content(tmp_path) == work.before


def test_without_a_journal_nothing_is_done(work: Work, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PygentError, match="What would take this back cannot be kept, so nothing was done"):
        work.write(journal=Journal.of(tmp_path / "file", work.folder))
    assert content(work.folder) == dict.fromkeys(("a", "b", "c"), b"before\n")


def test_what_cannot_be_noted_whole_is_not_begun(work: Work, tmp_path: Path) -> None:
    def full() -> Iterator[bytes]:
        yield b"as far as it goes"
        assert (work.journal.folder / "kept").exists()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(PygentError, match=r"so nothing was done: .*No space left on device"):
        work.write(Step("z", Version("file", LARGE + 1, "0" * 40, pieces=full), None))
    assert content(tmp_path) == work.before


def test_two_never_write_into_a_folder_at_once(work: Work) -> None:
    with work.journal.held() as is_mine, pytest.raises(PygentError, match="Another Pygent writes changes into this folder"):
        assert is_mine
        work.write(journal=replace(work.journal, patience_s=0.1))
    work.write()
    assert content(work.folder) == dict.fromkeys(("a", "b", "c"), b"after\n")


def test_many_hold_it_one_after_the_other_whoever_removes_its_folder(work: Work, tmp_path: Path) -> None:
    held = {"now": 0, "most": 0, "times": 0}

    def hold() -> None:
        for _ in range(20):
            with replace(work.journal, patience_s=3600).held() as is_mine:
                held["now"] += 1
                held["most"] = max(held["most"], held["now"])
                held["times"] += is_mine
                held["now"] -= 1

    with ThreadPoolExecutor(4, thread_name_prefix="test-holder") as pool:
        for done in [pool.submit(hold) for _ in range(4)]:
            done.result()
    assert (held, content(tmp_path)) == ({"now": 0, "most": 1, "times": 80}, work.before)


def test_who_waits_for_another_ends_with_its_session(work: Work, tmp_path: Path) -> None:
    patient = replace(work.journal, patience_s=3600)
    with work.journal.held(), pytest.raises(PygentError, match="nothing was done"):
        work.write(stop=At(2), journal=patient)
    assert content(tmp_path) == work.before


def test_what_cannot_be_put_back_is_named_and_stays_noted(work: Work) -> None:
    with pytest.raises(PygentError, match=r"What was in its place before could not be put back: b, a\.$"):
        work.write(stop=At(6, (work.journal.folder / "kept").unlink))
    assert content(work.folder) == {"a": b"after\n", "b": b"after\n", "c": b"before\n"}
    with pytest.raises(PygentError, match="is not taken back yet; nothing was done"):
        work.write()


def test_what_somebody_else_writes_there_meanwhile_is_left_and_named(work: Work) -> None:
    with pytest.raises(PygentError, match=r"could not be put back: a\.$"):
        work.write(stop=At(6, lambda: fill(work.folder, {"a": b"somebody's\n"})))
    assert content(work.folder) == {"a": b"somebody's\n", "b": b"before\n", "c": b"before\n"}
    assert not work.journal.folder.exists()
