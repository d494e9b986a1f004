"""The seam between a task and who runs it: a spec in, events out."""

from __future__ import annotations

import pickle
import threading

from pygent_engine import Agent, Limits, Persona, Settings
from pygent_engine.events import TaskEnded, TaskStateChanged
from pygent_engine.tasks.executor import Order, ThreadExecutor
from pygent_engine.tasks.spec import RuntimePlan, TaskSpec
from tests.support.agents import DEADLINE_S

from .hall import Hall, Model


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
