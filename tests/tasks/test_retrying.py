"""A task that is over is begun again: with its files and its history, or clean."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pygent_engine import Agent, Message, ModelError, Persona, PygentError, Runtime, Settings, TaskState
from pygent_engine.events import StepStarted, TaskEnded, TaskRetried, TurnStarted
from pygent_engine.tasks.executor import GO_ON
from pygent_engine.values import JsonDict
from tests.support.agents import DEADLINE_S, bash

from .hall import Hall, Model
from .turnstile import Turnstile, reaches, same

# ---------------------------------------------------------------- refused


def test_a_task_that_is_not_over_is_not_retried(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile("done")
    manager = hall.manager(gate)
    task_id = manager.start_task("go", hall.runtime)
    gate.wait()
    with pytest.raises(PygentError, match="only a task that is over is retried"):
        manager.retry(task_id)
    with pytest.raises(PygentError, match="by 'resume' or 'clean', not by 'again'"):
        manager.retry(task_id, "again")  # type: ignore[arg-type]
    gate.let()


def test_nothing_is_retried_once_the_manager_is_closed(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done")
    task_id = manager.start_task("go", hall.runtime)
    manager.wait(task_id, DEADLINE_S)
    manager.close()
    with pytest.raises(PygentError, match="closed"):
        manager.retry(task_id)


# ---------------------------------------------------------------- retry


def test_a_resumed_retry_has_the_files_and_the_history_and_is_told_to_go_on(hall: Hall) -> None:
    seen: list[list[JsonDict]] = []

    def work(messages: list[JsonDict]) -> Message | str:
        seen.append(list(messages))
        if len(seen) == 1:
            return bash("echo kept > file")
        if len(seen) == 2:
            raise ModelError("500")
        return bash("cat file") if len(seen) == 3 else "done"

    manager = hall.manager(work)
    task_id = manager.start_task("go", hall.runtime)
    assert manager.wait(task_id, DEADLINE_S).status == "failed: 500"
    assert manager.retry(task_id) == task_id
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.status, view.attempt, view.steps, view.prompt) == ("finished", 2, 4, "go")
    assert [message["content"] for message in seen[-1] if message["role"] == "user"] == ["go", GO_ON]
    assert seen[-1][-1]["content"] == "kept\n"
    same(hall, manager)


def test_a_clean_retry_has_neither_and_may_have_another_prompt_model_and_persona(hall: Hall) -> None:
    hall.runtime.write_file("given.txt", "old\n")
    made: list[tuple[str | None, str]] = []

    class Named:
        def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
            made.append((messages[1]["content"], model))
            return bash("cat given.txt > seen.txt; echo x > own") if messages[-1]["role"] == "user" else Message("assistant", "done")

    personas: list[Persona | None] = []

    def factory(persona: Persona | None) -> Agent:
        personas.append(persona)
        return Agent(Named(), Runtime(use_docker=False), model_name="own", settings=Settings())

    manager = hall.manager_of(factory)
    task_id = manager.start_task("go", hall.runtime, files=["given.txt"])
    first = manager.wait(task_id, DEADLINE_S)
    assert set(first.changed) == {"own", "seen.txt"}
    hall.runtime.write_file("given.txt", "new\n")
    manager.retry(task_id, "clean", "other", "big", Persona("Ada"))
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.attempt, view.prompt, view.model, view.persona, view.steps) == (2, "other", "big", Persona("Ada"), 2)
    assert view.workspace != first.workspace
    assert (made[-1], personas) == (("other", "big"), [None, Persona("Ada")])
    manager.collect_file(hall.runtime, task_id, "seen.txt")
    assert hall.runtime.read_file("seen.txt") == "new\n"
    assert hall.recorder.of(TaskRetried) == [TaskRetried("other", Persona("Ada"), "big", view.limits, True)]
    same(hall, manager)


def test_a_resumed_retry_may_have_another_model_and_persona_and_be_told_something(hall: Hall) -> None:
    asked: list[JsonDict] = []
    manager = hall.manager(lambda messages: "first")
    task_id = manager.start_task("go", hall.runtime)
    manager.wait(task_id, DEADLINE_S)

    def other(messages: list[JsonDict]) -> str:
        asked.extend(messages)
        return "second"

    manager.retry(task_id, prompt="do it again", model=Model(other), persona=Persona("Ada", "Be brief."))
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.answer, view.prompt, view.persona) == ("second", "go", Persona("Ada", "Be brief."))
    assert [message["content"] for message in asked if message["role"] != "system"] == ["go", "first", "do it again"]
    assert "You are Ada" in asked[0]["content"]


def test_a_task_that_was_cancelled_before_it_began_is_retried_from_its_prompt(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile("busy", "done")
    manager = hall.manager(gate, max_tasks=1)
    busy = manager.start_task("busy", hall.runtime)
    queued = manager.start_task("go", hall.runtime)
    manager.cancel(queued)
    manager.retry(queued)
    assert manager.status(queued) == "queued"
    gate.let(2)
    assert [manager.wait(task_id, DEADLINE_S).status for task_id in (busy, queued)] == ["finished"] * 2
    assert [event.prompt for event in hall.recorder.events(queued) if isinstance(event, TurnStarted)] == ["go"]


def test_a_task_whose_factory_did_not_come_back_is_retried_with_another_agent(hall: Hall) -> None:
    let_go, made = threading.Event(), 0

    def factory(persona: Persona | None) -> Agent:
        nonlocal made
        made += 1
        if made == 1:
            let_go.wait(DEADLINE_S)
        return Agent(Model(lambda messages: "done"), Runtime(use_docker=False), settings=Settings())

    manager = hall.manager_of(factory)
    task_id = manager.start_task("go", hall.runtime)
    reaches(hall, TaskState.starting)
    manager.cancel(task_id)
    assert manager.wait(task_id, DEADLINE_S).status == "cancelled"
    manager.retry(task_id)
    assert manager.wait(task_id, DEADLINE_S).status == "finished"
    let_go.set()
    same(hall, manager)


def test_a_task_may_be_retried_and_removed_by_a_receiver_of_its_end(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done", max_tasks=1)
    over = threading.Event()

    def again(event: TaskEnded) -> None:
        if manager.get("task-1").attempt < 3:
            manager.retry("task-1")
        else:
            manager.remove("task-1")
            over.set()

    hall.recorder.then(TaskEnded, again)
    manager.start_task("go", hall.runtime)
    assert over.wait(DEADLINE_S)
    assert manager.tasks() == []
    assert len(hall.recorder.of(StepStarted)) == 3
