"""What was written and not sent, between two runs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from pygent_tui.memory.drafts import EMPTY, Draft, DraftFile


def drafts(folder: Path, workspace: str = "/w") -> DraftFile:
    return DraftFile(folder, workspace, lambda text: text.replace("sk-secret", "[api key]"))


def reopened(folder: Path, workspace: str = "/w") -> Draft:
    file = drafts(folder, workspace)
    draft, problem = file.open()
    file.close()
    assert problem == ""
    return draft


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"text": 1, "queued": []}', b'{"text": "", "queued": [1]}', b"\xff"])
def test_a_draft_that_is_broken_is_told_and_put_aside(content: bytes, tmp_path: Path) -> None:
    file = drafts(tmp_path)
    file.open()
    file.save(Draft("x"))
    path = next((tmp_path / "drafts").glob("*.json"))
    file.close()
    path.write_bytes(content)
    draft, problem = file.open()
    file.close()
    aside = path.with_name(f"{path.name}.broken")
    assert (draft, problem) == (EMPTY, f"The draft of the last run could not be read; it is kept as {aside}.")
    assert (aside.read_bytes(), path.exists()) == (content, False)


def test_a_draft_outlives_the_app_that_kept_it(tmp_path: Path) -> None:
    draft = Draft("half a\nprompt", ("first", "second"))
    file = drafts(tmp_path)
    assert file.open() == (EMPTY, "")
    file.save(draft)
    file.close()
    assert reopened(tmp_path) == draft
    assert reopened(tmp_path, "/elsewhere") == EMPTY


def test_two_apps_in_a_workspace_have_a_draft_each_and_none_is_lost(tmp_path: Path) -> None:
    one, two = drafts(tmp_path), drafts(tmp_path)
    one.open()
    two.open()
    one.save(Draft("one"))
    two.save(Draft("two"))
    assert reopened(tmp_path) == EMPTY, "both are in use"
    two.close()
    assert reopened(tmp_path) == Draft("two")
    one.close()
    first, second = drafts(tmp_path), drafts(tmp_path)
    assert [first.open()[0], second.open()[0]] == [Draft("one"), Draft("two")]
    for file in (first, second):
        file.close()


def test_an_empty_draft_leaves_no_file_and_a_key_is_not_kept(tmp_path: Path) -> None:
    file = drafts(tmp_path)
    file.open()
    file.save(Draft("use sk-secret", ("and sk-secret",)))
    assert b"sk-secret" not in next((tmp_path / "drafts").glob("*.json")).read_bytes()
    file.save(EMPTY)
    file.close()
    assert list((tmp_path / "drafts").glob("*.json")) == []


def test_nobody_else_may_read_it_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        file = drafts(tmp_path / "state")
        file.open()
        file.save(Draft("x"))
        file.close()
    finally:
        os.umask(before)
    folder = tmp_path / "state" / "drafts"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [(path.suffix, stat.S_IMODE(path.stat().st_mode)) for path in folder.iterdir()] == [(".json", 0o600)]


def test_what_is_saved_before_it_was_opened_or_after_it_was_closed_goes_nowhere(tmp_path: Path) -> None:
    file = drafts(tmp_path)
    file.save(Draft("x"))
    file.open()
    file.close()
    file.save(Draft("x"))
    assert reopened(tmp_path) == EMPTY


def test_no_lock_is_left_behind_and_one_that_a_dead_app_left_does_no_harm(tmp_path: Path) -> None:
    first, second = drafts(tmp_path), drafts(tmp_path)
    first.open()
    left = next((tmp_path / "drafts").glob("*.lock"))
    second.open()
    second.save(Draft("two"))
    second.close()
    assert [path.name for path in (tmp_path / "drafts").glob("*.lock")] == [left.name]
    first.close()
    left.touch()
    third = drafts(tmp_path)
    assert third.open()[0] == Draft("two")
    third.save(EMPTY)
    third.close()
    assert list((tmp_path / "drafts").iterdir()) == []


def test_a_state_folder_that_went_away_meanwhile_does_not_keep_from_closing(tmp_path: Path) -> None:
    file = drafts(tmp_path)
    file.open()
    (tmp_path / "drafts").rename(tmp_path / "gone")
    file.close()
    assert reopened(tmp_path) == EMPTY
