"""Fifty tasks at once, each in a container of its own, on whatever machine the tests run."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from pygent_engine import Agent, Message, Runtime, Settings
from pygent_engine.task_values import TaskState
from tests.runtime.waiting import within_patience
from tests.support.agents import Recorder, bash
from tests.support.docker_engine import own_containers
from tests.support.footprint import footprint
from tests.support.laws import check_stream

_MANY = 50
_DEADLINE_S = 100.0


class Meeting:
    """A model whose tasks run one command each, then wait until all have run it."""

    def __init__(self) -> None:
        self.containers = 0
        self._all = threading.Barrier(_MANY, self._count, _DEADLINE_S)

    def chat(self, messages: list[dict[str, Any]], model: str, tools: list[dict[str, Any]]) -> Message:
        if messages[-1]["role"] != "tool":
            return bash("hostname; echo mine > own; ls", timeout=90)
        self._all.wait()
        return Message("assistant", messages[-1]["content"], finish_reason="stop")

    def _count(self) -> None:
        self.containers = len(own_containers())


@pytest.mark.docker
@pytest.mark.usefixtures("no_container_left")
def test_fifty_tasks_each_have_a_container_at_once_and_leave_nothing(docker_image: str) -> None:
    model, recorder = Meeting(), Recorder()
    with Runtime(True, image=docker_image) as runtime:
        before = footprint()
        agent = Agent(model, runtime, on_event=recorder, settings=Settings(max_tasks=_MANY, image=docker_image))
        started = [agent.tasks.start_task(f"task {number}", runtime) for number in range(_MANY)]
        ended = [agent.tasks.wait(task_id, _DEADLINE_S) for task_id in started]
        assert [(view.state, view.error) for view in ended] == [(TaskState.finished, "")] * _MANY
        assert model.containers == _MANY
        said = [view.answer.split() for view in ended]
        assert len({name for name, *_ in said}) == _MANY, "each in a container of its own"
        assert {tuple(files) for _, *files in said} == {("own",)}
        agent.close()
    check_stream(recorder.envelopes)
    assert within_patience(lambda: footprint().within(before)), (before, footprint())
