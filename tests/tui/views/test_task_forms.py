"""The forms of tasks: what is asked for by what was written, and what a form says of itself."""

from __future__ import annotations

import pytest

from pygent_engine import task_fold
from pygent_engine.events import LimitTask, ResumeTask, RetryTask, StartTask
from pygent_engine.task_values import TaskView
from pygent_engine.values import Limits
from pygent_tui.views.task_forms import (
    assigned,
    capped,
    limit_fields,
    limiting,
    limits_verdict,
    new_task_fields,
    new_task_verdict,
    retries,
    retry_verdict,
    starts,
)
from pygent_tui.views.written import Unfit, Values, Verdict
from tests import work_scripts
from tests.support.script import Script


def views(script: Script) -> dict[str, TaskView]:
    return task_fold.book(script.envelopes)


# ---------------------------------------------------------------- a new task


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Write what is to be done."),
        ({"prompt": " \n "}, "Write what is to be done."),
        ({"prompt": "p", "copies": "10"}, "Copies: write a number from 1 to 9."),
        ({"prompt": "p", "copies": "two"}, "Copies: write a number from 1 to 9."),
        ({"prompt": "p", "model": "a b c d e f g h i j"}, "Copies: at most 9 at once."),
        ({"prompt": "p", "steps": "x"}, "Steps: write a number, like 20 or 200k, or nothing for no limit."),
        ({"prompt": "p", "files": "/"}, "Files: / is not in the workspace; write paths relative to it, or . for all of it."),
    ],
)
def test_a_form_that_does_not_fit_starts_nothing_and_says_why(values: Values, sentence: str) -> None:
    with pytest.raises(Unfit) as unfit:
        starts(values)
    assert str(unfit.value) == sentence
    assert (new_task_verdict(values, ()).text, new_task_verdict(values, ()).fits) == (sentence, False)


def test_only_the_prompt_is_needed() -> None:
    values = {field.name: field.value for row in new_task_fields({"prompt": " do it\n"}, "demo", ("a",)) for field in row}
    assert starts(values, "g") == (StartTask("do it"),)
    assert new_task_verdict(values, ()) == Verdict("Starts one task with an empty workspace (. under Files copies this one).", "text")


def test_everything_that_is_written_is_asked_for() -> None:
    values = {
        "prompt": "p",
        "files": "src/, .",
        "persona": "tester",
        "model": "gpt",
        "steps": "20",
        "tokens": "200k",
        "seconds": "5m",
        "step_seconds": "90",
        "copies": "1",
    }
    assert starts(values) == (StartTask("p", ("src/", "."), "tester", "gpt", "", Limits(20, 200_000, 300.0, 90.0)),)


def test_copies_are_spread_over_the_models_and_told_apart_by_their_titles() -> None:
    long = "measure the cache in memory and on disk, and say which is faster\nand why"
    tasks = starts({"prompt": long, "model": "a, b", "copies": "x3"}, "g")
    assert [(task.title, task.model, task.group, task.prompt) for task in tasks] == [
        ("1/3 measure the cache in memory and on disk… · a", "a", "g", long),
        ("2/3 measure the cache in memory and on disk… · b", "b", "g", long),
        ("3/3 measure the cache in memory and on disk… · a", "a", "g", long),
    ]
    given = "each with a copy of the whole workspace"
    spread = new_task_verdict({"prompt": "p", "model": "a b", "copies": "3", "files": "src ."}, ())
    assert spread == Verdict(f"Starts 3 copies: 2 × a, 1 × b, {given}; C compares them.")
    assert new_task_verdict({"prompt": "p", "copies": "2", "files": "."}, ()).text == f"Starts 2 copies, {given}; C compares them."
    assert [task.title for task in starts({"prompt": "p", "copies": "2"}, "g")] == ["1/2 p", "2/2 p"]


@pytest.mark.parametrize(
    ("files", "given"), [("src/a.py", "src/a.py"), ("src docs", "2 paths"), (".", "the whole workspace"), ("src .", "the whole workspace")]
)
def test_what_a_task_begins_with_is_said(files: str, given: str) -> None:
    assert new_task_verdict({"prompt": "p", "files": files}, ()) == Verdict(f"Starts one task with a copy of {given}.")


def test_a_path_that_is_not_listed_is_doubted_but_not_refused() -> None:
    verdict = new_task_verdict({"prompt": "p", "files": "src/ nope.py"}, ("src/a.py",))
    assert verdict == Verdict("Not among the files that are listed: nope.py.", "warn", fits=True)


def test_a_path_that_is_still_being_written_is_not_doubted() -> None:
    values = {"prompt": "p", "files": "nope cach"}
    assert new_task_verdict(values, ("src/cache.py",), writing=True).text == "Not among the files that are listed: nope."
    assert new_task_verdict(values, ("src/cache.py",)).text == "Not among the files that are listed: nope, cach."
    assert new_task_verdict({**values, "files": "cach"}, ("src/cache.py",), writing=True).text == "Starts one task with a copy of cach."


# ---------------------------------------------------------------- again


def test_a_retry_is_one_choice_for_all() -> None:
    values = {"mode": "clean", "prompt": " anew ", "model": "m", "persona": "tester"}
    assert retries(values, ("task-1", "task-2")) == tuple(RetryTask(each, "clean", "anew", "m", "tester") for each in ("task-1", "task-2"))
    assert retries({"mode": "resume"}, ("task-1",)) == (RetryTask("task-1"),)


def test_what_a_retry_would_do_is_said_before_it_is_done() -> None:
    assert retry_verdict({"mode": "resume"}, 1) == Verdict("It is queued again.")
    assert retry_verdict({"mode": "clean"}, 2) == Verdict("All 2 are queued again; files and history of before are deleted.", "warn")
    assert retry_verdict({"model": "a b"}, 1).text == "Model: name one, or none to stay with the one before."


# ---------------------------------------------------------------- caps


def test_a_raised_cap_resumes_the_task_that_it_paused() -> None:
    view = views(work_scripts.capped())["task-1"]
    values = {field.name: field.value for row in limit_fields([view]) for field in row}
    assert values == {"steps": "3", "tokens": "200000", "seconds": "", "step_seconds": ""}
    assert limiting({**values, "steps": "40"}, [view]) == (LimitTask("task-1", Limits(40, 200_000)), ResumeTask("task-1"))
    assert limits_verdict({**values, "steps": "40"}, [view]).text == "Used: 3 steps, 4,140 tokens; it goes on."


def test_a_cap_that_is_still_used_up_leaves_the_task_paused() -> None:
    view = views(work_scripts.capped())["task-1"]
    assert capped(view, view.limits)
    assert limiting({"steps": "40", "tokens": "4k"}, [view]) == (LimitTask("task-1", Limits(40, 4000)),)
    verdict = Verdict("Used: 3 steps, 4,140 tokens; so it stays paused.", "warn")
    assert limits_verdict({"steps": "40", "tokens": "4k"}, [view]) == verdict


def test_caps_that_did_not_change_are_not_sent() -> None:
    view = views(work_scripts.worked())["task-3"]
    assert limiting({"steps": "", "tokens": "", "seconds": "", "step_seconds": ""}, [view]) == ()
    assert limiting({"steps": "9"}, [view]) == (LimitTask("task-3", Limits(9)),)


def test_of_several_tasks_an_empty_field_leaves_each_as_it_is() -> None:
    paused, running = views(work_scripts.capped())["task-1"], views(work_scripts.worked())["task-3"]
    values = {"steps": "", "tokens": "none", "seconds": "5m", "step_seconds": ""}
    assert limiting(values, [paused, running]) == (
        LimitTask("task-1", Limits(3, None, 300.0)),
        LimitTask("task-3", Limits(None, None, 300.0)),
    )
    assert limits_verdict({**values, "steps": "9"}, [paused, running]).text == "Holds for 2 tasks; 1 of them go on."


def test_the_caps_of_a_command_have_names() -> None:
    assert assigned(("steps=40", "tokens=none", "seconds=")) == {"steps": "40", "tokens": "none", "seconds": "none"}
    for word in ("price=3", "=3"):
        with pytest.raises(Unfit):
            assigned((word,))
