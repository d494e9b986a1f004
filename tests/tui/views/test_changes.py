"""What tools changed: each change kept in order, grouped by file, and a patch of what is known."""

from __future__ import annotations

from pygent_engine.events import Envelope, FilesChanged
from pygent_engine.values import ROOT_TASK, FileDiff
from pygent_tui.views.changes import EMPTY, MOST, Change, Changes, by_file, fold, patches, told
from pygent_tui.views.entries import Call, Notice

HUNK = "@@ -1 +1 @@\n-a\n+b\n"


def changed(*diffs: FileDiff, paths: tuple[str, ...] = (), task: str = ROOT_TASK, seq: int = 1) -> Envelope:
    return Envelope(seq, 7.0, task, FilesChanged(paths or tuple(diff.path for diff in diffs), diffs))


def test_a_file_whose_change_is_not_known_is_listed_all_the_same() -> None:
    known = FileDiff("a", "added", HUNK, 1, 1)
    assert fold(EMPTY, changed(known, paths=("a", "b"))) == Changes(
        (Change(ROOT_TASK, 7.0, known), Change(ROOT_TASK, 7.0, FileDiff("b", "modified")))
    )


def test_changes_are_grouped_by_file_in_the_order_in_which_files_were_first_changed() -> None:
    state = EMPTY
    for seq, path in enumerate(("b", "a", "b"), 1):
        state = fold(state, changed(FileDiff(path, "modified", HUNK, seq), seq=seq))
    assert [(path, [change.diff.added for change in made]) for path, made in by_file(state).items()] == [("b", [1, 3]), ("a", [2])]
    assert patches(state) == f"--- a/b\n+++ b/b\n{HUNK}--- a/b\n+++ b/b\n{HUNK}--- a/a\n+++ b/a\n{HUNK}"


def test_only_the_last_changes_are_kept_and_what_was_dropped_is_counted() -> None:
    state = EMPTY
    for seq in range(1, MOST + 4):
        state = fold(state, changed(FileDiff(f"f{seq}", "added"), seq=seq))
    assert (len(state.changes), state.dropped, state.changes[0].diff.path) == (MOST, 3, "f4")
    assert told(state).entries[1] == Notice("warning", "The first 3 changes are no longer kept.")


def test_a_change_tells_which_task_made_it() -> None:
    diff = FileDiff("a", "modified", HUNK, 1, 1)
    (_, card) = told(fold(EMPTY, changed(diff, task="task-2"))).entries
    assert card == Call("change-1", "modified by task-2", "a", status="ok", diffs=(diff,))
