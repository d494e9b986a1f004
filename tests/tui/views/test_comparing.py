"""Copies of one prompt beside each other: which two are held against each other, and what is said of each, at any width."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pygent_engine import task_fold
from pygent_engine.events import ChangesCompared
from pygent_tui.views import app_state, comparing
from pygent_tui.views.app_state import AppState
from pygent_tui.views.comparing import Comparing, Line
from pygent_tui.views.entries import Call, Notice
from tests import work_scripts
from tests.support.script import Script


def compared(script: Script) -> Comparing:
    state = app_state.fold(AppState(), script.envelopes)
    return Comparing(tuple(task_fold.book(script.envelopes).values()), state.work, now=script.at + 7)


def plain(lines: tuple[Line, ...]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def test_the_one_that_was_chosen_is_held_against_the_next() -> None:
    state = compared(work_scripts.copies(4))
    assert [view.id for view in state.pair] == ["task-1", "task-2"]
    third = comparing.chose(state, 2)
    assert [view.id for view in third.pair] == ["task-3", "task-1"]
    assert comparing.chose(third, 2) is comparing.chose(third, 7) is comparing.chose(third, -1) is third


def test_a_copy_that_is_gone_takes_its_place_with_it() -> None:
    state = comparing.chose(compared(work_scripts.copies(4)), 2)
    left = comparing.became(state, state.copies[1:], state.work, 1.0)
    assert [view.id for view in left.pair] == ["task-3", "task-2"]
    without = comparing.became(state, (state.copies[0], state.copies[1], state.copies[3]), state.work, 1.0)
    assert [view.id for view in without.pair] == ["task-1", "task-2"]
    alone = comparing.became(state, state.copies[2:3], state.work, 1.0)
    assert [view.id for view in alone.pair] == ["task-3"]


@pytest.mark.parametrize(("copies", "width", "beside"), [(2, 48, True), (2, 47, False), (3, 120, True), (9, 200, False), (3, 80, True)])
def test_columns_are_drawn_where_they_fit(copies: int, width: int, beside: bool) -> None:
    assert comparing.in_columns(copies, width) is beside


def test_a_column_says_state_model_cost_changes_and_answer() -> None:
    state = compared(work_scripts.copies())
    assert plain(comparing.column(state, 0, 40)) == [
        "❯1 task-1 ✓ finished",
        "qwen3-coder · 5s",
        "1 step · 1.4k tokens",
        "3 files +8 −4",
        "The key is made once now, and all 14",
        "tests pass. Getting 1000 entries takes",
        "0.8 ms in place of 4.1 ms.",
        "",
    ]
    assert plain(comparing.column(state, 2, 40))[3:] == ["0 files", "no answer yet", "", "", ""]
    assert {len(comparing.column(state, at, 24)) for at in range(3)} == {8}


def test_one_below_the_other_each_has_three_lines() -> None:
    state = compared(work_scripts.copies())
    assert plain(comparing.block(state, 1, 60)) == [
        "·2 task-2 ✓ finished",
        "  gpt-5-mini · 5s · 1 step · 1.4k tokens · 1 file +4 −2",
        "  I replaced the JSON key by a hash of the request. One test",
    ]


def test_a_task_that_failed_says_why_and_an_applied_one_that_it_is() -> None:
    state = compared(work_scripts.copies())
    failed = replace(state.copies[2], error="the model was not reached")
    applied = replace(state.copies[0], applied=("src/cache.py",))
    state = replace(state, copies=(applied, state.copies[1], failed))
    assert plain(comparing.column(state, 0, 40))[3] == "3 files +8 −4 · applied"
    assert plain(comparing.column(state, 2, 40))[4] == "the model was not reached"


def test_an_answer_is_of_these_two_and_came_after_the_question() -> None:
    script = work_scripts.compared(work_scripts.copies())
    state = replace(compared(script), between=True, since=script.envelopes[-1].seq - 1)
    assert state.apart == work_scripts.APART
    assert comparing.between_title(state, "r") == "− 1 task-1 · + 2 task-2 · 4 files differ +3 −7"
    for other in (comparing.chose(state, 1), comparing.chose(state, 2), replace(state, since=script.envelopes[-1].seq)):
        assert other.apart is None
    assert comparing.between_title(comparing.chose(state, 1), "r") == "− 2 task-2 · + 1 task-1 · looking…"
    assert comparing.between_title(replace(comparing.chose(state, 1), late=True), "r").endswith(" · no answer; r asks again")


def test_what_only_one_of_the_two_has_is_said() -> None:
    script = work_scripts.compared(work_scripts.copies())
    told, places = comparing.told_between(compared(script))
    assert [(entry.name, entry.summary) for entry in told.entries if isinstance(entry, Call)] == [
        ("only task-2 has", "cache.toml"),
        ("differs:", "docs/cache.png"),
        ("differs:", "src/cache.py"),
        ("only task-1 has", "tests/test_cache.py"),
    ]
    assert places == {"cache.toml": 0, "docs/cache.png": 1, "src/cache.py": 2, "tests/test_cache.py": 3}
    same = work_scripts.copies().post(ChangesCompared("task-2", ()), "task-1")
    assert list(comparing.told_between(compared(same))[0].entries) == [
        Notice("info", "Both made the same of every file that they changed.")
    ]


def test_tasks_that_are_no_copies_have_no_prompt_in_common() -> None:
    state = compared(work_scripts.copies())
    assert comparing.heading(state) == "3 copies · Make the cache faster; keep the tests green."
    assert comparing.heading(replace(state, copies=tuple(replace(view, group="") for view in state.copies))) == "3 tasks"


def test_above_the_changes_stands_whose_they_are_and_whether_they_came() -> None:
    state = compared(work_scripts.copies())
    titles = [comparing.title(state, view, "r") for view in state.copies]
    assert titles == ["1 · task-1 · 3 files +8 −4", "2 · task-2 · 1 file +4 −2", "3 · task-3 · looking…"]
    assert state.missing == ("task-3",)
    assert comparing.title(replace(state, late=True), state.copies[2], "r") == "3 · task-3 · no answer; r asks again"
