"""The root agent is told of each end of a task exactly once, without asking for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pygent_engine import Agent, TaskState
from pygent_engine.events import TaskStateChanged, Told
from pygent_engine.task_events import TaskCreated, TaskEnded
from pygent_engine.task_fold import created, fold
from pygent_engine.task_values import TaskView
from pygent_engine.tasks.news import LONGEST_ANSWER, MOST_ANSWERS, News
from pygent_engine.values import NEWS, Usage
from tests.support.agents import DEADLINE_S, MakeAgent, bash, calls

from .team import Team

DELEGATE = calls(("delegate_task", {"prompt": "work", "title": "The work"}))
TOLD = "task-1 (The work): finished.\nIts last words:\nI am done."
HEARD = f"{NEWS}\n\n{TOLD}"


@pytest.fixture
def asked() -> threading.Event:
    """The root agent is asked for the reply after the one that delegates."""
    return threading.Event()


def working(asked: threading.Event) -> Callable[[], str]:
    """The last words of a task that is at work until then: what ended before would be told with that request."""

    def work() -> str:
        assert asked.wait(DEADLINE_S)
        return "I am done."

    return work


def ended(agent: Callable[[], Agent], asked: threading.Event, reply: Any) -> Callable[[], Any]:
    """That reply, which comes when the task is over."""

    def wait() -> Any:
        asked.set()
        agent().tasks.wait("task-1", DEADLINE_S)
        return reply

    return wait


def users(messages: list[dict[str, Any]]) -> list[str]:
    return [message["content"] for message in messages if message["role"] == "user"]


# ---------------------------------------------------------------- in a conversation


def test_an_end_in_mid_turn_is_told_before_the_next_step_and_never_again(make_agent: MakeAgent, asked: threading.Event) -> None:
    agent: Agent
    team = Team([DELEGATE, ended(lambda: agent, asked, bash("true")), bash("true"), "well", "and again"], work=[working(asked)])
    agent, recorder = make_agent(team)
    agent.run("go")
    agent.run("again")
    assert [users(messages) for messages in team.heard] == [
        ["go"],
        ["go"],
        ["go", HEARD],
        ["go", HEARD],
        ["go", HEARD, "again"],
    ]
    assert [event for event in recorder.events() if isinstance(event, Told)] == [Told(TOLD)]


def test_an_end_after_the_turn_is_told_ahead_of_the_next_prompt(make_agent: MakeAgent) -> None:
    agent: Agent
    team = Team([DELEGATE, "off it goes", "I see"], work=["I am done."])
    agent, _ = make_agent(team)
    agent.run("go")
    agent.tasks.wait("task-1", DEADLINE_S)
    agent.run("and?")
    assert users(team.heard[-1])[-2:] == [HEARD, "and?"]


@pytest.mark.parametrize("call", [("task_status", {"task_id": "task-1"}), ("wait_tasks", {"task_ids": ["task-1"]})])
def test_what_a_tool_said_of_an_end_is_not_told_once_more(
    make_agent: MakeAgent, asked: threading.Event, call: tuple[str, dict[str, Any]]
) -> None:
    agent: Agent
    team = Team([DELEGATE, ended(lambda: agent, asked, calls(call)), "well", "and again"], work=[working(asked)])
    agent, recorder = make_agent(team)
    agent.run("go")
    agent.run("again")
    assert [users(messages)[-1] for messages in team.heard] == ["go", "go", "go", "again"]
    assert recorder.of(Told) == []


def test_of_a_task_that_was_not_delegated_by_the_model_that_is_said(make_agent: MakeAgent) -> None:
    agent: Agent
    team = Team(["I see"], work=["I am done."])
    agent, _ = make_agent(team)
    task_id = agent.tasks.start_task("work", agent.runtime)
    agent.tasks.wait(task_id, DEADLINE_S)
    agent.run("go")
    assert users(team.heard[-1])[0] == f"{NEWS}\n\ntask-1 (work, started by the user): finished.\nIts last words:\nI am done."


def test_the_conversation_begins_with_nothing_to_tell(make_agent: MakeAgent) -> None:
    team = Team(["hello"])
    agent, recorder = make_agent(team)
    agent.run("go")
    assert (users(team.heard[0]), recorder.of(Told)) == (["go"], [])


# ---------------------------------------------------------------- by itself


def task(number: int, *events: Any) -> TaskView:
    view = created(f"task-{number}", TaskCreated("T\x1bitle", "work", None, "tiny", "main", "local"), 1.0)
    for event in events:
        view = fold(view, event, 2.0)
    return view


def over(state: TaskState = TaskState.finished, error: str = "", steps: int = 3) -> TaskEnded:
    return TaskEnded(state, f"failed: {error}" if error else state.value, error, steps, Usage())


def paused(reason: str, resumes_at: float | None = None) -> TaskStateChanged:
    return TaskStateChanged(TaskState.paused, reason=reason, resumes_at=resumes_at)


def news_of(*views: TaskView, offers: tuple[str, ...] = ("apply_task", "collect_file", "cancel_task")) -> str:
    return News(lambda: views, lambda name: name in offers).take()


@pytest.mark.parametrize("view", [task(1), task(1, TaskStateChanged(TaskState.running)), task(1, paused("")), task(1, paused("503", 9.0))])
def test_what_goes_on_by_itself_or_was_paused_by_the_user_is_no_news(view: TaskView) -> None:
    assert news_of(view) == ""


def test_a_pause_at_a_limit_says_who_can_end_it() -> None:
    said = news_of(task(1, paused("the limit of 20 steps is reached")))
    assert said.splitlines() == [
        "task-1 (T␛itle, started by the user): paused: the limit of 20 steps is reached.",
        "Only the user can raise its limits and have it go on; cancel_task ends it.",
    ]


def test_what_a_task_changed_is_counted_with_the_tools_that_take_it_over() -> None:
    view = replace(task(1, over(TaskState.failed, "no model.")), changes=2)
    assert news_of(view).splitlines() == [
        "task-1 (T␛itle, started by the user): failed: no model.",
        "It changed 2 files. To take that over: apply_task or collect_file.",
    ]
    assert news_of(view, offers=()).splitlines()[-1] == "It changed 2 files."


def test_another_end_of_the_same_task_is_news_again() -> None:
    views = [task(1, over())]
    news = News(lambda: views, lambda name: True)
    assert news.take() and not news.take()
    views[0] = replace(views[0], attempt=2)
    assert news.take() and not news.take()


def test_many_long_answers_are_cut_and_the_message_stays_bounded() -> None:
    one = news_of(replace(task(1, over()), answer="x" * 2_000))
    assert "x" * LONGEST_ANSWER in one and "x" * (LONGEST_ANSWER + 1) not in one
    assert one.endswith(f"[... {2_000 - LONGEST_ANSWER} more characters]")
    many = news_of(*(replace(task(number, over()), answer="x" * 2_000) for number in range(100)))
    assert many.count("finished.") == 100 and many.count("x") <= MOST_ANSWERS


def test_a_task_that_was_removed_is_forgotten() -> None:
    views = [task(1, over())]
    news = News(lambda: views, lambda name: True)
    views.clear()
    assert news.take() == ""
