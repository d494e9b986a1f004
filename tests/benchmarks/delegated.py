"""What delegating costs: a hundred tasks at once, whose model takes its time, beside that time alone."""

from __future__ import annotations

import statistics
import time

from pygent_engine import Agent, Message, Runtime, Settings, ToolCall, register_tool, remove_tool
from pygent_engine.events import Envelope
from pygent_engine.values import JsonDict

from .figures import Figure, seconds

_TASKS = 100
_STEPS = 5
_LATENCY_S = 0.2
_SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


class _SlowModel:
    """Calls the no-op tool in each step but the last."""

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        time.sleep(_LATENCY_S)
        step = sum(message["role"] == "assistant" for message in messages) + 1
        if step == _STEPS:
            return Message("assistant", "done")
        return Message("assistant", None, [ToolCall(f"call-{step}", "noop", '{"text": "x"}')])


def figures(times: int) -> list[Figure]:
    """The median of `times` runs, after one that warms up."""
    register_tool("noop", "Does nothing", _SCHEMA, lambda runtime, text: text)
    try:
        taken = statistics.median([_all_s() for _ in range(times + 1)][1:])
    finally:
        remove_tool("noop")
    return [Figure(f"{_TASKS} tasks of {_STEPS} steps", taken, "s", "their model alone", _STEPS * _LATENCY_S, 1.35)]


def _all_s() -> float:
    """Seconds from the first start to the last end, with somebody who listens."""
    seen: list[Envelope] = []
    with Runtime(use_docker=False) as runtime:
        agent = Agent(_SlowModel(), runtime, settings=Settings(max_tasks=_TASKS), on_event=seen.append)

        def work() -> None:
            ids = [agent.tasks.start_task("go", runtime) for _ in range(_TASKS)]
            views = [agent.tasks.wait(task_id) for task_id in ids]
            assert {(view.status, view.steps) for view in views} == {("finished", _STEPS)}

        try:
            return seconds(work)
        finally:
            agent.close()
