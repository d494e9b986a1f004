"""The hand-over of one task's changes: what answers what was asked for, and which sentence says what to do next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent_engine import task_fold
from pygent_engine.task_values import ApplyReport
from pygent_tui.views import handing
from pygent_tui.views.entries import Call, Notice
from pygent_tui.views.handing import Handing
from pygent_tui.views.task_changes import TaskChanges
from tests import work_scripts
from tests.work_scripts import APPLIED, CHANGES, CONFLICT

VIEW = task_fold.book(work_scripts.worked().envelopes)["task-1"]
LISTED = TaskChanges(CHANGES, listed=9)
ALL_APPLIED = "All of it is applied. U takes it back; Space marks what to apply again."
TAKEN = replace(VIEW, applied=APPLIED.applied)
KEYS = {
    f"task-diff.{name}": key for name, key in (("again", "r"), ("apply", "A"), ("take-back", "U"), ("message", "m"), ("mark", "Space"))
}.__getitem__


def state(known: TaskChanges = LISTED, **fields: object) -> Handing:
    return replace(Handing(VIEW, known), **fields)  # type: ignore[arg-type] # whatever a test needs


def test_an_answer_is_what_came_after_the_question() -> None:
    asked = handing.began(state(TaskChanges(CHANGES, listed=3)), "diff", since=5)
    assert handing.came(asked, VIEW, TaskChanges(CHANGES, listed=5)).doing == "diff"
    assert handing.came(asked, VIEW, TaskChanges(CHANGES, listed=6)).doing == ""


@pytest.mark.parametrize(
    ("doing", "known", "outcome"),
    [
        ("apply", TaskChanges(report=CONFLICT, applied=6), "conflict"),
        ("apply", TaskChanges(report=APPLIED, applied=6), "applied"),
        ("unapply", TaskChanges(back=CONFLICT, returned=6), "stuck"),
        ("unapply", TaskChanges(back=APPLIED, returned=6), "returned"),
        ("apply", TaskChanges(back=APPLIED, returned=6), ""),
    ],
)
def test_what_came_of_an_attempt(doing: handing.Doing, known: TaskChanges, outcome: str) -> None:
    assert handing.came(handing.began(state(), doing, since=5), VIEW, known).outcome == outcome


def test_a_refusal_is_said_and_a_late_answer_still_counts() -> None:
    asked = handing.began(state(TaskChanges()), "diff", since=5)
    refused = handing.came(asked, VIEW, TaskChanges(warning="git is not here; install it.", warned=6))
    assert handing.headline(refused, KEYS) == ("git is not here; install it.", "warn")
    answered = handing.came(refused, VIEW, TaskChanges(CHANGES, 7, warning="git is not here; install it.", warned=6))
    assert handing.headline(answered, KEYS)[0].startswith("A applies all of it")
    assert not handing.came(asked, VIEW, TaskChanges(warning="of before", warned=5)).refusal


def test_a_mark_is_for_a_path_that_there_is() -> None:
    marked = handing.marked(state(), "cache.toml")
    assert marked.chosen == CHANGES[2:3]
    assert handing.came(marked, VIEW, TaskChanges(CHANGES[:2], 10)).marked == frozenset()
    assert handing.marked_all(marked).marked == frozenset()
    assert handing.marked_all(state()).chosen == CHANGES[:4]  # what is ignored is marked by itself alone
    assert handing.marked(state(), ".venv/").chosen == CHANGES[4:]


@pytest.mark.parametrize(
    ("shown", "sentence", "role"),
    [
        (state(TaskChanges(), doing="diff"), "Looking at what task-1 changed…", "muted"),
        (state(TaskChanges(), doing="diff", late=True), "No answer yet; r asks again.", "warn"),
        (state(TaskChanges((), 9)), "task-1 changed nothing.", "muted"),
        (state(), "A applies all of it to the workspace, Space marks. task-2 changed some of it too.", "warn"),
        (state(view=TAKEN), ALL_APPLIED, "muted"),
        (state(view=TAKEN, asks=True), ALL_APPLIED, "muted"),
        (state(TaskChanges(CHANGES[4:], 9)), "All that task-1 changed is ignored by git; Space marks what to apply.", "muted"),
        (state(marked=frozenset({"cache.toml"})), "A applies what is marked to the workspace, Space marks.", "muted"),
        (
            state(asks=True),
            "A applies all of it to the workspace: src/cache.py, tests/test_cache.py, cache.toml and 1 more. "
            "task-2 changed some of it too.",
            "warn",
        ),
        (state(doing="apply"), "Applying the changes…", "muted"),
        (
            state(replace(LISTED, report=CONFLICT), outcome="conflict"),
            "Nothing was applied: src/cache.py changed here too. "
            "Mark others and A applies those; m tells the task; or mend it here, and A again.",
            "error",
        ),
        (
            state(replace(LISTED, report=APPLIED), outcome="applied"),
            "Applied to the workspace: src/cache.py, tests/test_cache.py, cache.toml and 1 more. U takes it back.",
            "ok",
        ),
        (
            state(replace(LISTED, back=APPLIED), outcome="returned"),
            "Taken back: src/cache.py, tests/test_cache.py, cache.toml and 1 more.",
            "ok",
        ),
        (state(replace(LISTED, back=CONFLICT), outcome="stuck"), "Nothing was taken back: src/cache.py changed here since.", "error"),
        (state(replace(LISTED, report=ApplyReport()), outcome="applied"), "Nothing was left to apply.", "muted"),
        (
            state(replace(LISTED, report=ApplyReport(("src/cache.py",), unchanged=("src/cache.py",))), outcome="applied"),
            "Nothing was left to apply.",
            "muted",
        ),
    ],
)
def test_the_headline_says_what_happened_and_what_to_do_next(shown: Handing, sentence: str, role: str) -> None:
    assert handing.headline(shown, KEYS) == (sentence, role)


def test_what_was_applied_is_due_again_only_when_it_is_marked() -> None:
    assert state().due
    assert not state(view=TAKEN).due
    assert state(view=TAKEN, marked=frozenset({"cache.toml"})).due
    assert replace(state(), view=replace(VIEW, applied=("src/cache.py",))).due
    assert not state(TaskChanges()).due
    assert not state(TaskChanges(CHANGES[4:], 9)).due


def test_clashes_stand_before_the_changes_and_a_path_leads_to_its_first_card() -> None:
    told, places = handing.told(state(replace(LISTED, report=CONFLICT), outcome="conflict"))
    names = [(entry.name, entry.summary) for entry in told.entries if isinstance(entry, Call)]
    assert names == [
        ("conflict", "src/cache.py"),
        ("modified · also by task-2", "src/cache.py"),
        ("added", "tests/test_cache.py"),
        ("deleted", "cache.toml"),
        ("added", "docs/cache.png"),
        ("ignored added", ".venv/"),
    ]
    assert places == {"src/cache.py": 0, "tests/test_cache.py": 2, "cache.toml": 3, "docs/cache.png": 4, ".venv/": 5}
    empty, nowhere = handing.told(state(TaskChanges()))
    assert (list(empty.entries), nowhere) == ([Notice("info", "Nothing to show yet.")], {})


def test_a_card_says_that_it_was_applied_only_when_it_was() -> None:
    one = replace(VIEW, applied=("tests/test_cache.py",))
    cards, _ = handing.told(replace(state(), view=one))
    assert [(entry.summary, entry.mark) for entry in cards.entries if isinstance(entry, Call)] == [
        ("src/cache.py", ("", "ok")),
        ("tests/test_cache.py", ("✓ applied", "ok")),
        ("cache.toml", ("", "ok")),
        ("docs/cache.png", ("", "ok")),
        (".venv/", ("", "ok")),
    ]


def test_a_patch_is_of_what_would_be_applied() -> None:
    assert handing.patches(state()).count("\n+++ ") == 3
    assert handing.patches(state(marked=frozenset({"cache.toml"}))).startswith("--- a/cache.toml\n+++ /dev/null\n@@ ")
