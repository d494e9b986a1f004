"""Whatever two sides do to a workspace: apart from each other it comes together, and what was applied can be taken back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pygent_engine import PygentError
from tests.support.handing import Content, Pair, content, fill

_NAMES = st.sampled_from(["a", "b", "c d", "é", "-x", "new\nline", "~t", "*", "o\udcff"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_LINES = st.lists(st.sampled_from([b"one\n", b"two\n", b"three\n", b"\r\n", b"\0", b"end"]), max_size=6).map(b"".join)
_WHATS = st.one_of(_LINES, _LINES.map(lambda lines: ("x", lines)), st.sampled_from(["a", "b/x", "nowhere"]))
_TREES = st.dictionaries(_PATHS, _WHATS, max_size=6)
_EDITS = st.lists(st.tuples(_PATHS, st.one_of(st.none(), _WHATS)), max_size=5)
_QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

Edits = list[tuple[str, bytes | str | tuple[str, bytes] | None]]


@contextmanager
def two(tree: Content) -> Iterator[Pair]:
    """A parent's workspace with `tree` in it, as far as its paths go together, and a task's without anything."""
    folder = Path(tempfile.mkdtemp())
    pair = Pair(folder)
    try:
        edit(pair.parent, list(tree.items()))
        yield pair
    finally:
        pair.close()
        shutil.rmtree(folder)


def edit(folder: Path, edits: Edits) -> set[str]:
    """Do what can be done: put, replace, or (None) remove with all in it; the paths that were touched."""
    touched: set[str] = set()
    for path, what in edits:
        place = folder / path
        if any(above.is_symlink() or above.is_file() for above in place.parents if above != folder and folder in above.parents):
            continue
        if place.is_dir() and not place.is_symlink():
            touched |= {f"{path}/{inner}" for inner in content(place)}
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
        if what is not None:
            fill(folder, {path: what})
        touched.add(path)
    return touched


def meet(ours: set[str], theirs: set[str]) -> bool:
    return any(a == b or a.startswith(f"{b}/") or b.startswith(f"{a}/") for a in ours for b in theirs)


def files(folder: Path) -> Content:
    return {path: what for path, what in content(folder).items() if what != b"/"}


@_QUICK
@given(_TREES, _EDITS, _EDITS)
def test_what_both_sides_did_apart_from_each_other_comes_together(tree: Content, mine: Edits, theirs: Edits) -> None:
    with two(tree) as pair, two(tree) as both:
        handover = pair.handover(*sorted(path.name for path in pair.parent.iterdir()) and ["."])
        if files(pair.task) != files(pair.parent):  # names that are no text are not given
            return
        ours, others = edit(pair.parent, mine), edit(pair.task, theirs)
        if meet(ours, others):
            return
        edit(both.parent, mine)
        edit(both.parent, theirs)
        assert handover.apply().conflicts == ()
        assert files(pair.parent) == files(both.parent)


@_QUICK
@given(_TREES, _EDITS, _EDITS)
def test_an_apply_is_whole_or_nothing_and_can_be_taken_back(tree: Content, mine: Edits, theirs: Edits) -> None:
    with two(tree) as pair:
        handover = pair.handover(".")
        edit(pair.parent, mine)
        edit(pair.task, theirs)
        before = content(pair.parent)
        listed = {change.path for change in handover.diff()}
        report = handover.apply()
        if report.conflicts:
            assert content(pair.parent) == before
            assert set(report.conflicts) <= listed
            return
        assert set(report.applied) == listed == set(handover.found())
        assert handover.apply().conflicts == ()
        if listed:
            handover.unapply()
        with pytest.raises(PygentError, match="Nothing of this task was applied"):
            handover.unapply()
        assert content(pair.parent) == before


@_QUICK
@given(_TREES, _EDITS)
def test_a_workspace_that_stayed_becomes_the_tasks(tree: Content, theirs: Edits) -> None:
    with two(tree) as pair:
        handover = pair.handover(".")
        unseen = {path: what for path, what in files(pair.parent).items() if path not in files(pair.task)}
        edit(pair.task, theirs)
        if meet(set(unseen), set(files(pair.task))):
            return
        assert handover.apply().conflicts == ()
        assert files(pair.parent) == files(pair.task) | unseen
