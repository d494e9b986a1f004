"""A task under the user's hand: paused, resumed, limited, told, retried; and what a passing fault of its model comes to."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from pygent_engine import Agent, Limits, Message, ModelError, Persona, PygentError, Runtime, Settings, TaskManager, TaskState, Usage
from pygent_engine.events import (
    MessageSent,
    Steered,
    StepStarted,
    TaskEnded,
    TaskLimited,
    TaskPausing,
    TaskRetried,
    TaskStateChanged,
    TurnEnded,
    TurnStarted,
)
from pygent_engine.task_fold import book
from pygent_engine.tasks.executor import GO_ON, Order, ThreadExecutor
from pygent_engine.tasks.spec import RuntimePlan, TaskSpec
from pygent_engine.values import JsonDict
from tests.support.agents import DEADLINE_S, bash

from .hall import Chat, Hall, Model

QUICK = partial(ThreadExecutor, back_off=(0.05, 0.1))
STEP = bash("true")


class Turnstile:
    """A model whose calls each wait for the test: `step` lets one through and waits for the next."""

    def __init__(self, replies: Iterator[Message | str]) -> None:
        self._replies = replies
        self._came = threading.Semaphore(0)
        self._go = threading.Semaphore(0)
        self.asked: list[list[str]] = []

    def __call__(self, messages: list[JsonDict]) -> Message | str:
        self.asked.append([str(message["content"]) for message in messages if message["role"] == "user"])
        self._came.release()
        assert self._go.acquire(timeout=DEADLINE_S)
        return next(self._replies)

    def wait(self) -> None:
        """For the next call to come."""
        assert self._came.acquire(timeout=DEADLINE_S)

    def let(self, times: int = 1) -> None:
        self._go.release(times)


@pytest.fixture
def turnstile(hall: Hall) -> Iterator[Callable[..., Turnstile]]:
    made: list[Turnstile] = []

    def make(*replies: Message | str) -> Turnstile:
        made.append(Turnstile(iter(replies)))
        return made[-1]

    yield make
    for each in made:
        each.let(100)


def reaches(hall: Hall, state: TaskState, times: int = 1, task_id: str = "task-1") -> None:
    """Wait until the task came to `state` for the so-manieth time."""
    hall.recorder.wait_for(
        TaskStateChanged,
        lambda _: [event.state for event in hall.recorder.events(task_id) if isinstance(event, TaskStateChanged)].count(state) >= times,
    )


def same(hall: Hall, manager: TaskManager) -> None:
    """The manager and whoever folds the events agree."""
    assert {view.id: view for view in manager.tasks()} == book(hall.recorder.envelopes)


# ---------------------------------------------------------------- refused


def test_what_only_a_task_at_work_can_do_is_refused_when_it_is_over_with_the_way_out(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done")
    task_id = manager.start_task("go", hall.runtime)
    manager.wait(task_id, DEADLINE_S)
    for ask in (manager.pause, manager.resume, lambda task_id: manager.message(task_id, "hi"), lambda t: manager.set_limits(t, Limits())):
        with pytest.raises(PygentError, match="Task task-1 is finished; to have it go on, retry it"):
            ask(task_id)


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


def test_a_task_at_its_cap_is_not_resumed_before_that_is_raised(hall: Hall) -> None:
    manager = hall.manager(lambda messages: STEP)
    task_id = manager.start_task("go", hall.runtime, limits=Limits(steps=1))
    reaches(hall, TaskState.paused)
    with pytest.raises(PygentError, match="paused at its limit of 1 steps; raise that first, then resume it"):
        manager.resume(task_id)


def test_an_empty_message_is_refused(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile("done")
    manager = hall.manager(gate)
    task_id = manager.start_task("go", hall.runtime)
    with pytest.raises(PygentError, match="empty"):
        manager.message(task_id, " \n")
    gate.let()


def test_nothing_is_retried_once_the_manager_is_closed(hall: Hall) -> None:
    manager = hall.manager(lambda messages: "done")
    task_id = manager.start_task("go", hall.runtime)
    manager.wait(task_id, DEADLINE_S)
    manager.close()
    with pytest.raises(PygentError, match="closed"):
        manager.retry(task_id)


# ---------------------------------------------------------------- pause and resume


def test_a_pause_takes_effect_before_the_next_step_and_gives_the_slot_to_another(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile(STEP, "done")
    manager = hall.manager(lambda messages: "other" if messages[1]["content"] == "other" else gate(messages), max_tasks=1)
    first = manager.start_task("first", hall.runtime)
    other = manager.start_task("other", hall.runtime)
    gate.wait()
    assert (manager.pause(first), manager.get(first).pausing, manager.status(first)) == (True, True, "running")
    assert manager.pause(first) is False
    gate.let()
    reaches(hall, TaskState.paused)
    assert (manager.status(first), manager.get(first).pausing, manager.pause(first)) == ("paused", False, False)
    assert manager.wait(other, DEADLINE_S).state is TaskState.finished
    assert manager.resume(first) is True
    gate.let()
    view = manager.wait(first, DEADLINE_S)
    assert (view.status, view.steps) == ("finished", 2)
    assert [event.state for event in hall.recorder.events(first) if isinstance(event, TaskStateChanged)] == [
        TaskState.starting,
        TaskState.running,
        TaskState.paused,
        TaskState.queued,
        TaskState.running,
    ]
    same(hall, manager)


def test_a_pause_that_is_taken_back_in_time_never_was(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile(STEP, "done")
    manager = hall.manager(gate)
    task_id = manager.start_task("go", hall.runtime)
    gate.wait()
    assert (manager.pause(task_id), manager.resume(task_id), manager.resume(task_id)) == (True, True, False)
    gate.let(2)
    assert manager.wait(task_id, DEADLINE_S).state is TaskState.finished
    assert [event.on for event in hall.recorder.of(TaskPausing)] == [True, False]
    assert TaskState.paused not in {event.state for event in hall.recorder.of(TaskStateChanged)}


def test_a_queued_task_that_is_to_pause_does_before_its_first_step(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile("first", "second")
    manager = hall.manager(gate, max_tasks=1)
    manager.start_task("first", hall.runtime)
    second = manager.start_task("second", hall.runtime)
    assert manager.pause(second)
    gate.let()
    reaches(hall, TaskState.paused, task_id=second)
    assert (manager.get(second).steps, manager.resume(second)) == (0, True)
    gate.let()
    assert manager.wait(second, DEADLINE_S).status == "finished"


def test_a_resumed_task_goes_ahead_of_those_that_never_started(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate, busy = turnstile(STEP, "done"), turnstile("busy")
    by_name: dict[str, Chat] = {"first": gate, "busy": busy, "late": lambda messages: "late"}
    manager = hall.manager(lambda messages: by_name[messages[1]["content"]](messages), max_tasks=1)
    first = manager.start_task("first", hall.runtime)
    gate.wait()
    manager.pause(first)
    manager.start_task("busy", hall.runtime)
    late = manager.start_task("late", hall.runtime)
    gate.let()
    busy.wait()
    manager.resume(first)
    assert manager.status(first) == "queued"
    busy.let()
    gate.let()
    for task_id in (first, late):
        manager.wait(task_id, DEADLINE_S)
    ends = [envelope.task_id for envelope in hall.recorder.envelopes if isinstance(envelope.event, TaskEnded)]
    assert ends == ["task-2", "task-1", "task-3"]


def test_a_paused_task_and_one_that_is_resumed_and_queued_are_cancelled_at_once(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate, busy = turnstile(STEP, STEP), turnstile("busy")
    manager = hall.manager(lambda messages: (busy if messages[1]["content"] == "busy" else gate)(messages), max_tasks=1)
    paused, resumed = (manager.start_task(name, hall.runtime) for name in ("paused", "resumed"))
    for task_id in (paused, resumed):
        gate.wait()
        manager.pause(task_id)
        gate.let()
        reaches(hall, TaskState.paused, task_id=task_id)
    last = manager.start_task("busy", hall.runtime)
    busy.wait()
    assert (manager.resume(resumed), manager.status(resumed)) == (True, "queued")
    assert [manager.cancel(task_id) for task_id in (paused, resumed)] == [True, True]
    assert [manager.wait(task_id, DEADLINE_S).status for task_id in (paused, resumed)] == ["cancelled"] * 2
    busy.let()
    assert manager.wait(last, DEADLINE_S).status == "finished"
    same(hall, manager)


def test_the_time_in_which_a_task_is_paused_is_none_of_its_own(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile(STEP, "done")
    manager = hall.manager(gate)
    task_id = manager.start_task("go", hall.runtime, task_timeout=1.5)
    gate.wait()
    manager.pause(task_id)
    gate.let()
    reaches(hall, TaskState.paused)
    assert manager.wait(task_id, 1.7).status == "paused"
    manager.resume(task_id)
    gate.let()
    assert manager.wait(task_id, DEADLINE_S).status == "finished"


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize(
    ("cap", "raised", "status"),
    [
        (Limits(steps=2), Limits(steps=3), "paused: the limit of 2 steps is reached"),
        (Limits(tokens=20), Limits(tokens=25), "paused: the limit of 20 tokens is reached"),
    ],
)
def test_a_cap_pauses_a_task_which_goes_on_when_it_is_raised(hall: Hall, cap: Limits, raised: Limits, status: str) -> None:
    replies = iter([Message("assistant", None, STEP.tool_calls, usage=Usage(8, 2)) for _ in range(2)] + [Message("assistant", "done")])
    manager = hall.manager(lambda messages: next(replies))
    task_id = manager.start_task("go", hall.runtime, limits=cap)
    reaches(hall, TaskState.paused)
    view = manager.get(task_id)
    assert (view.status, view.steps, view.usage.total, view.stands) == (status, 2, 20, "paused")
    manager.set_limits(task_id, raised)
    manager.resume(task_id)
    assert (manager.wait(task_id, DEADLINE_S).status, manager.get(task_id).steps) == ("finished", 3)
    assert hall.recorder.of(TaskLimited) == [TaskLimited(raised)]
    same(hall, manager)


def test_a_deadline_is_moved_in_the_middle_of_a_call_both_ways(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile(STEP, "never")
    manager = hall.manager(gate)
    task_id = manager.start_task("go", hall.runtime, task_timeout=0.6)
    gate.wait()
    manager.set_limits(task_id, Limits(seconds=60))
    assert not manager.wait(task_id, 0.8).state.ended
    gate.let()
    gate.wait()
    manager.set_limits(task_id, Limits(seconds=0.1))
    assert manager.wait(task_id, DEADLINE_S).status == "timeout after 0.1s"


# ---------------------------------------------------------------- faults of the model


def test_a_passing_fault_pauses_a_task_that_goes_on_by_itself(hall: Hall) -> None:
    faults = iter([ModelError("503 Service Unavailable", transient=True, retry_after_s=0.0)] * 6)

    def work(messages: list[JsonDict]) -> str:
        if (fault := next(faults, None)) is not None:
            raise fault
        return "done"

    manager = hall.manager(work, executor=QUICK)
    view = manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S)
    assert (view.status, view.steps) == ("finished", 3)
    paused = [event for event in hall.recorder.of(TaskStateChanged) if event.state is TaskState.paused]
    assert [event.reason for event in paused] == ["503 Service Unavailable"] * 2
    assert all(event.resumes_at is not None for event in paused)
    same(hall, manager)


def test_a_task_that_waits_out_a_fault_is_resumed_at_once_or_kept(hall: Hall) -> None:
    broken = threading.Event()
    broken.set()

    def work(messages: list[JsonDict]) -> str:
        if broken.is_set():
            raise ModelError("503", transient=True, retry_after_s=0.0)
        return "done"

    manager = hall.manager(work, executor=partial(ThreadExecutor, back_off=(60.0,)))
    task_id = manager.start_task("go", hall.runtime)
    reaches(hall, TaskState.paused)
    assert manager.pause(task_id) is True
    assert manager.get(task_id).pausing
    broken.clear()
    manager.resume(task_id)
    assert manager.wait(task_id, DEADLINE_S).status == "finished"


def test_a_fault_that_will_not_pass_fails_the_task(hall: Hall) -> None:
    def work(messages: list[JsonDict]) -> str:
        raise ModelError("401 wrong key")

    manager = hall.manager(work, executor=QUICK)
    assert manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S).status == "failed: 401 wrong key"


# ---------------------------------------------------------------- messages


def test_messages_are_read_in_order_before_the_next_step_also_those_that_came_early(
    hall: Hall, turnstile: Callable[..., Turnstile]
) -> None:
    gate = turnstile("busy", STEP, "done")
    manager = hall.manager(gate, max_tasks=1)
    manager.start_task("busy", hall.runtime)
    gate.wait()
    task_id = manager.start_task("go", hall.runtime)
    manager.message(task_id, "early")
    gate.let()
    gate.wait()
    manager.message(task_id, "in between")
    gate.let()
    gate.wait()
    gate.let()
    manager.wait(task_id, DEADLINE_S)
    assert gate.asked[-1] == ["go", "early", "in between"]
    told = [event for event in hall.recorder.events(task_id) if isinstance(event, MessageSent | Steered)]
    assert told == [MessageSent("early"), Steered("early"), MessageSent("in between"), Steered("in between")]


def test_a_message_during_the_last_step_is_read_all_the_same(hall: Hall, turnstile: Callable[..., Turnstile]) -> None:
    gate = turnstile("I am done", "now I am")
    manager = hall.manager(gate)
    task_id = manager.start_task("go", hall.runtime)
    gate.wait()
    manager.message(task_id, "one more thing")
    gate.let(2)
    view = manager.wait(task_id, DEADLINE_S)
    assert (view.status, view.answer, view.steps) == ("finished", "now I am", 2)


def test_a_message_in_the_turn_after_the_last_begins_another_one(hall: Hall) -> None:
    said = threading.Event()

    def work(messages: list[JsonDict]) -> str:
        return "done"

    manager = hall.manager(work)

    def late(event: object) -> None:
        if not said.is_set():
            said.set()
            manager.message("task-1", "too late for that turn")

    hall.recorder.then(TurnEnded, late)
    view = manager.wait(manager.start_task("go", hall.runtime), DEADLINE_S)
    assert (view.status, view.steps) == ("finished", 2)
    assert [event.prompt for event in hall.recorder.of(TurnStarted)] == ["go", "too late for that turn"]


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


# ---------------------------------------------------------------- lost, and the seam


def test_a_task_that_does_not_come_back_when_all_is_closed_is_lost(hall: Hall) -> None:
    entered, let_go = threading.Event(), threading.Event()

    class Stuck(Runtime):
        def stop(self) -> None:
            entered.set()
            let_go.wait(DEADLINE_S)
            super().stop()

    manager = hall.manager_of(lambda persona: Agent(Model(lambda messages: "done"), Stuck(use_docker=False), settings=Settings()))
    manager.start_task("go", hall.runtime)
    assert entered.wait(DEADLINE_S)
    manager.close(0.1)
    let_go.set()
    assert hall.recorder.wait_for(TaskEnded).status == "lost: it did not stop in time and was left behind"


def test_a_task_starts_from_a_copy_of_its_spec_made_of_bytes(hall: Hall) -> None:
    plan = RuntimePlan.of(hall.runtime)
    spec = TaskSpec("task-1", "Title", "go", plan, ("a",), Persona("Ada"), "tiny", Limits(steps=3), "group")
    copy = pickle.loads(pickle.dumps(spec))
    assert (copy, copy.created()) == (spec, spec.created())
    hall.runtime.write_file("a", "a")
    events: list[object] = []
    over = threading.Event()

    def post(event: object) -> None:
        events.append(event)
        if isinstance(event, TaskEnded):
            over.set()

    job = ThreadExecutor(lambda order: Agent(Model(lambda messages: "done"), order.parent_rt.spawn(), settings=Settings())).job()
    job.begin(Order(copy, hall.runtime), post)
    assert over.wait(DEADLINE_S)
    assert [event.state for event in events if isinstance(event, TaskStateChanged | TaskEnded)] == ["starting", "running", "finished"]
    assert job.place is not None
    assert job.place.runtime.read_file("a") == "a"
    job.close()
