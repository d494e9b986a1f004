"""What of a workspace is worth naming, within git and without."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from pygent_engine.listing import Listing, list_workspace


def fill(folder: Path, *paths: str, ignore: str = "") -> Path:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    if ignore:
        (folder / ".gitignore").write_text(ignore)
    return folder


def git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "commit.gpgSign=false")
    command = ("git", *settings, "-C", str(folder), *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def repository(folder: Path) -> Path:
    git(folder, "init", "-q")
    return folder


# ------------------------------------------------------------------ unhappy


def test_a_folder_that_is_not_there_lists_nothing(tmp_path: Path) -> None:
    assert list_workspace(tmp_path / "none") == Listing()


def test_what_the_configuration_of_a_hostile_repository_names_is_not_run(tmp_path: Path) -> None:
    folder = repository(fill(tmp_path / "w", "a.txt"))
    ran = tmp_path / "ran"
    script = fill(tmp_path, "evil.sh") / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "filter.evil.clean", "core.pager", "core.sshCommand"):
        git(folder, "config", key, str(script))
    (folder / ".gitattributes").write_text("* filter=evil\n")
    assert "a.txt" in list_workspace(folder).paths
    assert not ran.exists()


def test_what_a_hostile_repository_leaves_out_is_not_fetched_with_a_program_that_it_names(tmp_path: Path) -> None:
    source = repository(fill(tmp_path / "source", "left/a", "kept/b"))
    git(source, "add", ".")
    git(source, "commit", "-qm", "all")
    git(source, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=tree:0", source.as_uri(), "w")
    folder, ran = tmp_path / "w", tmp_path / "ran"
    git(folder, "sparse-checkout", "init", "--cone", "--sparse-index")
    git(folder, "sparse-checkout", "set", "--sparse-index", "kept")
    git(folder, "checkout", "-q")
    tree = git(source, "rev-parse", "HEAD:left").strip()
    for index in (folder / ".git/objects/pack").glob("*.idx"):
        if tree in git(folder, "verify-pack", "-v", str(index)):
            for part in index.parent.glob(f"{index.stem}.*"):
                part.unlink()
    git(folder, "config", "remote.origin.uploadpack", f"touch {ran}; git-upload-pack")
    assert list_workspace(folder).paths == ("kept/", "kept/b")
    assert not ran.exists()


@pytest.mark.parametrize("broken", ["!", "\\"])
def test_a_pattern_that_is_none_counts_for_nothing(broken: str, tmp_path: Path) -> None:
    folder = fill(tmp_path, "a", "b.log", ignore=f"{broken}\n*.log\n")
    assert list_workspace(folder).paths == (".gitignore", "a")


@pytest.mark.parametrize("within_git", [True, False])
def test_patterns_that_are_a_pipe_do_not_hold_a_listing_up(within_git: bool, tmp_path: Path) -> None:
    folder = fill(tmp_path, "a")
    os.mkfifo(folder / ".gitignore")
    listing = list_workspace(repository(folder), seconds=1.0) if within_git else list_workspace(folder)
    assert listing == (Listing((), "listing the files takes too long") if within_git else Listing((".gitignore", "a")))


def test_patterns_without_an_end_do_not_fill_the_memory(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a")
    (folder / ".gitignore").symlink_to("/dev/zero")
    assert list_workspace(folder) == Listing((".gitignore", "a"))


@pytest.mark.parametrize(
    ("pattern", "path"), [("*a" * 8 + "*b", "a" * 250), ("**/a/" * 5 + "b", "a/" * 200 + "c")], ids=["stars", "folders"]
)
def test_patterns_that_take_long_to_compare_count_for_nothing(pattern: str, path: str, tmp_path: Path) -> None:
    folder = fill(tmp_path, path, "x.log", ignore=f"{pattern}\n*.log\n")
    began = time.process_time()
    assert list_workspace(folder).cut == ""
    assert time.process_time() - began < 5


def test_a_listing_that_is_too_long_is_cut_deep_down_and_says_so(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a", "b", "deep/c", "deep/deeper/d")
    assert list_workspace(folder, most=2) == Listing(("a", "b"), "there are more than 2 files")


def test_a_repository_with_too_many_files_is_cut_and_says_so(tmp_path: Path) -> None:
    folder = repository(fill(tmp_path, *(f"{number:03}" for number in range(100))))
    listing = list_workspace(folder, most=10)
    assert (len(listing.paths), listing.cut) == (10, "there are more than 10 files")


def test_a_walk_out_of_time_says_so(tmp_path: Path) -> None:
    assert list_workspace(fill(tmp_path, "a/b"), seconds=-1.0).cut == "listing the files takes too long"


@pytest.mark.parametrize("within_git", [True, False])
def test_a_name_that_is_no_text_is_left_out(within_git: bool, tmp_path: Path) -> None:
    folder = fill(tmp_path, "good")
    (folder / os.fsdecode(b"bad\xff")).write_text("x")
    assert list_workspace(repository(folder) if within_git else folder).paths == ("good",)


@pytest.mark.parametrize("within_git", [True, False])
def test_a_name_with_controls_is_listed_as_it_is(within_git: bool, tmp_path: Path) -> None:
    odd = "[bold]\x1b]52;\u202e\n"
    folder = fill(tmp_path, odd)
    assert list_workspace(repository(folder) if within_git else folder).paths == (odd,)


def test_a_link_out_of_the_workspace_is_a_name_and_not_followed(tmp_path: Path) -> None:
    fill(tmp_path / "outside", "secret")
    folder = fill(tmp_path / "w", "a")
    (folder / "link").symlink_to(tmp_path / "outside")
    assert list_workspace(folder).paths == ("a", "link")


# ------------------------------------------------------------------ what is ignored


@pytest.mark.parametrize("within_git", [True, False])
def test_what_is_ignored_is_left_out_and_the_nearest_file_decides(within_git: bool, tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.py", "a.log", "sub/keep.log", "sub/b.log", "build/x", ignore="*.log\n/build/\n")
    fill(folder / "sub", ignore="!keep.log\n")
    listing = list_workspace(repository(folder) if within_git else folder)
    assert sorted(listing.paths) == [".gitignore", "a.py", "sub/", "sub/.gitignore", "sub/keep.log"]


def test_what_was_deleted_and_is_still_tracked_is_left_out(tmp_path: Path) -> None:
    folder = repository(fill(tmp_path, "a", "b"))
    git(folder, "add", ".")
    (folder / "a").unlink()
    assert list_workspace(folder).paths == ("b",)


def test_a_workspace_that_the_repository_around_it_ignores_is_walked(tmp_path: Path) -> None:
    repository(fill(tmp_path, "w/a", ignore="/w/\n"))
    assert list_workspace(tmp_path / "w").paths == ("a",)


def test_a_folder_within_a_repository_is_listed_from_itself(tmp_path: Path) -> None:
    repository(fill(tmp_path, "a", "sub/b"))
    assert list_workspace(tmp_path / "sub").paths == ("b",)


@pytest.mark.parametrize("within_git", [True, False])
def test_folders_are_listed_with_a_slash_and_those_nearest_to_the_root_come_first(within_git: bool, tmp_path: Path) -> None:
    folder = fill(tmp_path, "z", "a/b/c", "a/d")
    paths = list_workspace(repository(folder) if within_git else folder).paths
    assert (set(paths[:2]), set(paths[2:4]), paths[4:]) == ({"z", "a/"}, {"a/b/", "a/d"}, ("a/b/c",))


def test_where_git_tells_no_change_the_listing_is_the_one_that_is_known(tmp_path: Path) -> None:
    folder = repository(fill(tmp_path, "a"))
    git(folder, "add", "a")
    known = list_workspace(folder)
    assert list_workspace(folder, known) is known
    (folder / "a").unlink()
    fill(folder, "b")
    assert list_workspace(folder, known).paths == ("b",)
