"""The table of states holds, whatever is asked of tasks, from however many threads: every law, and one truth for all who fold."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pygent_engine import Agent, Limits, Message, ModelError, PygentError, Runtime, Settings, TaskManager, TaskState, Usage
from pygent_engine.desks import WaitingDesk
from pygent_engine.events import ApprovalAsked, Envelope, TaskCreated, TaskEnded, TaskRetried, TaskStateChanged
from pygent_engine.task_fold import book
from pygent_engine.task_values import NEXT_STATES
from pygent_engine.tasks.executor import ThreadExecutor
from pygent_engine.values import Approval, JsonDict
from tests.support.agents import DEADLINE_S, Recorder, calls
from tests.support.laws import check_stream

MOST = 3
WORKS = (TaskState.starting, TaskState.running, TaskState.waiting)
READ = calls(("read_file", {"path": "nothing"}))
ASK = calls(("ask_user", {"prompt": "What now?"}))


class Whims:
    """Answers each call of the model by chance: a step, a question, an end, or a fault, in no time."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._guard = threading.Lock()

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        with self._guard:
            what = self._chance.random()
        if what < 0.1:
            raise ModelError("503", transient=True, retry_after_s=0.0)
        if what < 0.15:
            raise ModelError("401")
        if what < 0.3:
            return Message("assistant", "done", usage=Usage(1, 1))
        time.sleep(0.001)
        return Message("assistant", None, (ASK if what < 0.4 else READ).tool_calls, usage=Usage(5, 5))


def operations(manager: TaskManager, desk: WaitingDesk, runtime: Runtime, recorder: Recorder) -> list[Callable[[str], object]]:
    """What is done with a task of that id."""

    def start(task_id: str) -> str:
        return manager.start_task("go", runtime, limits=Limits(steps=4), task_timeout=5)

    def answer(task_id: str) -> None:
        for ask in manager.get(task_id).asks:
            desk.settle(ask, Approval("once"))
            desk.answer(ask, "go on")

    return [
        start,
        manager.cancel,
        manager.pause,
        manager.resume,
        manager.retry,
        partial(manager.retry, mode="clean"),
        lambda task_id: manager.message(task_id, "hurry"),
        lambda task_id: manager.set_limits(task_id, Limits(steps=manager.get(task_id).steps + 2)),
        manager.remove,
        answer,
        answer,
        start,
        manager.resume,
        lambda task_id: None,
    ]


def check_states(envelopes: list[Envelope]) -> None:
    """Each transition is in the table, and never more than MOST work at once."""
    states: dict[str, TaskState] = {}
    for envelope in envelopes:
        task = envelope.task_id
        match envelope.event:
            case TaskCreated():
                states[task] = TaskState.queued
            case TaskStateChanged(state) | TaskEnded(state):
                assert state in NEXT_STATES[states[task]], f"{task}: {states[task]} -> {state}"
                states[task] = state
            case TaskRetried():
                assert states[task].ended, f"{task}: retried while {states[task]}"
                states[task] = TaskState.queued
            case _:
                continue
        assert sum(state in WORKS for state in states.values()) <= MOST


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 13), st.integers(1, 8)), min_size=10, max_size=40), min_size=2, max_size=6), st.integers()
)
def test_whatever_is_asked_from_many_threads_at_once(scripts: list[list[tuple[int, int]]], seed: int) -> None:
    recorder, desk = Recorder(), WaitingDesk()
    runtime = Runtime(use_docker=False)
    model = Whims(seed)

    def factory(persona: object) -> Agent:
        agent = Agent(model, runtime.spawn(), settings=Settings())
        agent.gate.now = (agent.gate.now[0], desk)
        return agent

    quick = partial(ThreadExecutor, back_off=(0.002,))
    manager = TaskManager(factory, MOST, on_event=recorder, settings=Settings(), executor=quick)
    try:
        for _ in range(4):
            manager.start_task("go", runtime, limits=Limits(steps=4))
        does = operations(manager, desk, runtime, recorder)

        def play(script: list[tuple[int, int]]) -> None:
            pace = random.Random(len(script))
            for what, number in script:
                time.sleep(pace.random() * 0.01)  # so that tasks get somewhere in between
                with contextlib.suppress(PygentError):  # refused in a sentence: as good as any answer
                    does[what](f"task-{number}")

        threads = [threading.Thread(target=play, args=(script,)) for script in scripts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(DEADLINE_S)
        for view in manager.tasks():
            manager.cancel(view.id)
        ends = [manager.wait(view.id, DEADLINE_S) for view in manager.tasks()]
        assert all(view.state.ended for view in ends), ends
        envelopes = list(recorder.envelopes)
        assert {view.id: view for view in manager.tasks()} == book(envelopes)
        check_states(envelopes)
        check_stream(envelopes)
    finally:
        manager.close()
        runtime.cleanup()
    assert not [path for path in (view.workspace for view in book(recorder.envelopes).values()) if path and Path(path).exists()]


def test_the_table_leads_from_every_state_to_an_end_and_out_of_one_by_a_retry_alone() -> None:
    for state, following in NEXT_STATES.items():
        assert state not in following
        if state.ended:
            assert following == {TaskState.queued}
        else:
            assert {other for other in TaskState if other.ended} <= following


def test_answers_of_a_task_that_waits_have_it_go_on(tmp_path: Path) -> None:
    recorder, desk = Recorder(), WaitingDesk()
    runtime = Runtime(use_docker=False)
    replies = iter([calls(("bash", {"cmd": "true"})), Message("assistant", "done")])

    class Asking:
        def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
            return next(replies)

    def factory(persona: object) -> Agent:
        agent = Agent(Asking(), runtime.spawn(), settings=Settings())
        agent.gate.now = (agent.gate.now[0], desk)
        return agent

    manager = TaskManager(factory, 1, on_event=recorder, settings=Settings())
    try:
        task_id = manager.start_task("go", runtime)
        request = recorder.wait_for(ApprovalAsked).request
        assert (manager.status(task_id), manager.get(task_id).asks) == ("waiting", (request.call_id,))
        desk.settle(request.call_id, Approval("once"))
        assert manager.wait(task_id, DEADLINE_S).status == "finished"
        states = [event.state for event in recorder.of(TaskStateChanged)]
        assert states == [TaskState.starting, TaskState.running, TaskState.waiting, TaskState.running]
    finally:
        manager.close()
        runtime.cleanup()
