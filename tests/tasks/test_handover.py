"""Handing work over: files to a task, and its changes back, all or nothing."""

from __future__ import annotations

import pytest

from pygent_engine import ApplyReport, FileChange, PygentError, WorkspaceError
from pygent_engine.tasks.handover import Handover
from tests.support.handing import Pair, content, fill, kinds

SEVEN = b"1\n2\n3\n4\n5\n6\n7\n"

# ------------------------------------------------------------------ unhappy


def test_a_task_that_was_given_nothing_and_made_nothing_needs_no_git(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    handover = pair.handover()
    assert (handover.found(), handover.diff()) == ((), [])


def test_without_git_a_task_runs_and_its_changes_say_what_to_install(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    fill(pair.parent, {"a": b"1\n"})
    handover = pair.handover("a")
    fill(pair.task, {"a": b"2\n"})
    assert handover.found() == ("a",)
    for call in (handover.diff, handover.apply):
        with pytest.raises(PygentError, match=r"install git"):
            call()
    assert content(pair.parent) == {"a": b"1\n"}


def test_one_clash_and_nothing_is_applied(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n", "b": b"1\n"})
    handover = pair.handover(".")
    fill(pair.task, {"a": b"task\n", "b": b"task\n"})
    fill(pair.parent, {"a": b"mine\n"})
    before = content(pair.parent)
    report = handover.apply()
    assert (report.applied, report.conflicts) == ((), ("a",))
    assert report.clashes[0].text == (
        "@@ -1,1 +1,5 @@\n+<<<<<<< this workspace\n mine\n+=======\n+task\n+>>>>>>> the task\n"  # what is here stays, marked
    )
    assert content(pair.parent) == before
    assert handover.apply(["b"]) == ApplyReport(applied=("b",))


@pytest.mark.parametrize(
    ("task", "mine"),
    [
        ({"a": b"x\0y"}, {"a": b"x\0z"}),
        ({"a": "b"}, {"a": b"mine\n"}),
        ({"a": b"task\n"}, {"a": "b"}),
        ({"new": b"task\n"}, {"new": b"mine\n"}),
        ({"folder/new": b"task\n"}, {"folder": b"a file\n"}),
        ({"folder": b"a file\n"}, {"folder/mine": b"mine\n"}),
        ({"folder/new": b"task\n"}, {"folder": "/tmp"}),
    ],
)
def test_what_cannot_be_both_is_a_clash(task: dict[str, bytes | str], mine: dict[str, bytes | str], pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n", "b": b"1\n"})
    handover = pair.handover(".")
    fill(pair.task, task | {"b": b"2\n"})
    fill(pair.parent, mine)
    before = content(pair.parent)
    report = handover.apply()
    assert (report.applied, report.conflicts) == ((), tuple(task))
    assert content(pair.parent) == before


def test_changed_here_and_removed_by_the_task_is_a_clash(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n"})
    handover = pair.handover("a")
    (pair.task / "a").unlink()
    fill(pair.parent, {"a": b"mine\n"})
    assert handover.apply().conflicts == ("a",)
    assert content(pair.parent) == {"a": b"mine\n"}


def test_paths_that_did_not_change_are_named_and_nothing_is_applied(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n", "same": b"1\n"})
    handover = pair.handover(".")
    fill(pair.task, {"a": b"2\n"})
    for words in (["a", "same"], ["a", "../a"], ["nothing"], ["/etc/passwd"]):
        with pytest.raises(PygentError, match=words[-1]):
            handover.apply(words)
    assert content(pair.parent)["a"] == b"1\n"


def test_a_write_that_fails_takes_back_those_before_it(pair: Pair) -> None:
    fill(pair.parent, {"gone": b"1\n", "changed": b"1\n"})
    handover = pair.handover(".")
    (pair.task / "gone").unlink()
    fill(pair.task, {"a/new": b"1\n", "changed": b"2\n", "taken": b"3\n"})
    fill(pair.parent, {"taken/.git/HEAD": b"no content, but in the way"})
    before = content(pair.parent)
    with pytest.raises(WorkspaceError, match="taken"):
        handover.apply()
    assert content(pair.parent) == before
    with pytest.raises(PygentError, match="Nothing of this task was applied"):
        handover.unapply()


def test_there_is_nothing_to_take_back_before_an_apply(pair: Pair) -> None:
    with pytest.raises(PygentError, match="Nothing of this task was applied"):
        pair.handover().unapply()


def test_an_apply_of_nothing_is_none_to_take_back(pair: Pair) -> None:
    handover = pair.handover()
    assert handover.apply() == handover.apply([]) == ApplyReport()
    fill(pair.task, {"a": b"1\n"})
    handover.apply()
    assert handover.apply([]) == ApplyReport()
    assert handover.unapply() == ApplyReport(applied=("a",))


def test_what_was_applied_before_is_no_part_of_the_next_apply(pair: Pair) -> None:
    handover = pair.handover()
    fill(pair.task, {"a": b"1\n"})
    handover.apply()
    fill(pair.task, {"b": b"1\n"})
    assert handover.apply() == ApplyReport(applied=("a", "b"), unchanged=("a",))
    assert handover.apply() == ApplyReport(applied=("a", "b"), unchanged=("a", "b"))
    assert handover.unapply() == ApplyReport(applied=("b",))
    assert content(pair.parent) == {"a": b"1\n"}
    assert handover.unapply() == ApplyReport(applied=("a",))


def test_what_was_applied_and_undone_by_hand_is_applied_again_and_taken_back_as_often(pair: Pair) -> None:
    handover = pair.handover()
    fill(pair.task, {"a": b"1\n"})
    handover.apply()
    (pair.parent / "a").unlink()
    handover.apply()
    assert [content(pair.parent), handover.unapply(), content(pair.parent)] == [{"a": b"1\n"}, ApplyReport(applied=("a",)), {}]


def test_what_is_copied_only_in_part_is_no_change(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n"})
    handover = Handover(pair.store, pair.task_rt, pair.parent_rt, ["none"], pair.journals)
    fill(pair.task, {"a": b"in part"})
    with pytest.raises(WorkspaceError, match="none"):
        handover.begin()
    for call in (handover.found, handover.diff, handover.apply):
        with pytest.raises(PygentError, match="are still being copied"):
            call()
    assert content(pair.parent) == {"a": b"1\n"}


def test_what_was_changed_since_the_apply_is_not_taken_back(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n", "b": b"1\n"})
    handover = pair.handover(".")
    fill(pair.task, {"a": b"2\n", "b": b"2\n"})
    handover.apply()
    fill(pair.parent, {"a": b"3\n"})
    assert handover.unapply().conflicts == ("a",)
    assert content(pair.parent) == {"a": b"3\n", "b": b"2\n"}


def test_the_folder_of_a_task_that_is_gone_is_said(pair: Pair) -> None:
    handover = pair.handover()
    pair.task.rmdir()
    with pytest.raises(WorkspaceError, match="is gone"):
        handover.diff()


def test_files_that_are_not_there_are_refused(pair: Pair) -> None:
    for path in ("none", "../out", "/etc/passwd"):
        with pytest.raises(WorkspaceError):
            pair.handover(path)


# ------------------------------------------------------------------ happy


def test_what_both_sides_did_to_other_lines_of_a_text_comes_together_and_apart_again(pair: Pair) -> None:
    fill(pair.parent, {"a.txt": SEVEN, "gone": b"x", "run": b"#!/bin/sh\n", "kept": b"k"})
    handover = pair.handover(".")
    fill(pair.task, {"a.txt": SEVEN.replace(b"1", b"one"), "new/deep/file": b"n", "link": "a.txt", "run": ("x", b"#!/bin/sh\n")})
    (pair.task / "gone").unlink()
    fill(pair.parent, {"a.txt": SEVEN.replace(b"7", b"seven")})
    before = content(pair.parent)
    assert kinds(handover.diff()) == {"a.txt": "modified", "gone": "deleted", "link": "added", "new/deep/file": "added", "run": "modified"}
    all_of_it = ApplyReport(applied=("a.txt", "gone", "link", "new/deep/file", "run"))
    assert handover.apply() == all_of_it
    assert content(pair.parent) == {
        "a.txt": b"one\n2\n3\n4\n5\n6\nseven\n",
        "kept": b"k",
        "link": "a.txt",
        "new/deep/file": b"n",
        "run": ("x", b"#!/bin/sh\n"),
    }
    assert handover.unapply() == all_of_it
    assert content(pair.parent) == before


def test_a_task_goes_on_after_an_apply_and_the_rest_comes_over_too(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n"})
    handover = pair.handover("a")
    for step in (b"2\n", b"3\n"):
        fill(pair.task, {"a": step})
        assert handover.apply() == ApplyReport(applied=("a",))
        assert content(pair.parent) == {"a": step}
    for step in (b"2\n", b"1\n"):
        assert handover.unapply() == ApplyReport(applied=("a",))
        assert content(pair.parent) == {"a": step}
    assert handover.apply() == ApplyReport(applied=("a",))
    assert content(pair.parent) == {"a": b"3\n"}


def test_what_was_undone_by_hand_can_be_applied_again(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n"})
    handover = pair.handover("a")
    fill(pair.task, {"a": b"2\n"})
    handover.apply()
    fill(pair.parent, {"a": b"1\n"})
    handover.apply()
    assert content(pair.parent) == {"a": b"2\n"}


def test_what_is_as_wanted_already_counts_as_applied_and_is_not_written(pair: Pair) -> None:
    handover = pair.handover()
    fill(pair.task, {"a": b"1\n"})
    fill(pair.parent, {"a": b"1\n"})
    was = (pair.parent / "a").stat()
    assert handover.apply() == ApplyReport(applied=("a",), unchanged=("a",))
    assert (pair.parent / "a").stat() == was


def test_a_diff_says_how_and_who_else(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1\n", "binary": b"\0"})
    handover = pair.handover(".")
    fill(pair.task, {"a": b"2\n", "binary": b"\0\0"})
    changes = handover.diff({"task-2": ["a", "b"], "task-3": ["b"]})
    assert [(change.path, change.also) for change in changes] == [("a", ("task-2",)), ("binary", ())]
    assert [change.diff and change.diff.text for change in changes] == ["@@ -1,1 +1,1 @@\n-1\n+2\n", ""]


def test_a_diff_says_what_its_text_does_not_tell(pair: Pair) -> None:
    fill(pair.parent, {"plain": b"1", "run": ("x", b"1"), "file": b"1", "link": "plain", "kept": "plain"})
    handover = pair.handover(".")
    (pair.task / "link").unlink()
    (pair.task / "file").unlink()
    fill(pair.task, {"plain": ("x", b"1"), "run": b"1", "file": "plain", "link": b"1", "kept": "run"})
    fill(pair.task, {"new": ("x", b"1"), "new-link": "run", "text": b"1"})
    assert {change.path: change.note for change in handover.diff()} == {
        "file": "a link now",
        "kept": "a link",
        "link": "a file in place of a link",
        "new": "may be run",
        "new-link": "a link",
        "plain": "may be run now",
        "run": "may not be run any more",
        "text": "",
    }


def test_what_gitignore_names_is_one_change_and_comes_over_only_when_it_is_named(pair: Pair) -> None:
    fill(pair.parent, {".gitignore": b"build/\n*.log\n", "src/a": b"1\n", "build/old": b"o"})
    handover = pair.handover("src")
    fill(pair.task, {"src/a": b"2\n", "build/x/1": b"1", "build/2": b"2", "run.log": b"l"})
    changes = handover.diff()
    assert kinds(changes) == {"src/a": "modified", "build/": "ignored 2", "run.log": "ignored 1"}
    assert changes[1] == FileChange("build/", "added", ignored=True, files=2)
    assert handover.found() == ("src/a",)
    assert handover.apply() == ApplyReport(applied=("src/a",))
    assert handover.apply(["build/2", "run.log"]) == ApplyReport(applied=("build/2", "run.log"))
    assert handover.apply(["build"]) == ApplyReport(applied=("build/",))
    assert content(pair.parent)["build/x/1"] == b"1"


def test_a_folder_stands_for_the_changes_in_it(pair: Pair) -> None:
    handover = pair.handover()
    fill(pair.task, {"a/1": b"1", "a/2": b"2", "ab": b"3"})
    assert handover.apply(["a/"]) == ApplyReport(applied=("a/1", "a/2"))


def test_a_file_may_become_a_folder_and_a_folder_a_file(pair: Pair) -> None:
    fill(pair.parent, {"a": b"1", "b/c/d": b"2"})
    handover = pair.handover(".")
    (pair.task / "a").unlink()
    fill(pair.task, {"a/x": b"3"})
    (pair.task / "b/c/d").unlink()
    (pair.task / "b/c").rmdir()
    fill(pair.task, {"b/c": b"4"})
    before = content(pair.parent)
    assert handover.apply().conflicts == ()
    assert content(pair.parent) == {"a/x": b"3", "b/c": b"4"}
    assert handover.unapply().conflicts == ()
    assert content(pair.parent) == before


def test_the_whole_workspace_is_all_but_what_gitignore_names_and_repositories(pair: Pair) -> None:
    fill(pair.parent, {".gitignore": b"*.log\n", "a": b"1", "x.log": b"l", "in/b": ("x", b"2"), ".git/config": b"", "in/.git/HEAD": b""})
    fill(pair.parent, {"here": "in/b", "folder": "in", "out": "/etc/passwd", "up": "../x", "own": str(pair.parent / "in/b")})
    pair.handover(".")
    assert content(pair.task) == {".gitignore": b"*.log\n", "a": b"1", "in/b": ("x", b"2"), "here": "in/b", "folder": "in", "own": "in/b"}
