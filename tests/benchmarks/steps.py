"""What the engine itself costs in each step: an Agent with an instant model and a no-op tool, beside a loop over dicts."""

from __future__ import annotations

import json
from typing import Any

from pygent_engine import Agent, Message, Runtime, ToolCall, register_tool, remove_tool

from .figures import Figure, alternating_medians, seconds

_STEPS = 500
_LONG_HISTORY = 10_000
_CALL = ToolCall("call-1", "noop", '{"text": "x"}')
_SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


class InstantModel:
    """Asks for the no-op tool until it was asked for `_STEPS` replies, then answers."""

    def __init__(self) -> None:
        self._replies = 0

    def chat(self, messages: list[dict[str, Any]], model: str, tools: list[dict[str, Any]]) -> Message:
        self._replies += 1
        if self._replies < _STEPS:
            return Message("assistant", None, [ToolCall(f"call-{self._replies}", _CALL.name, _CALL.arguments)])
        return Message("assistant", "done")


def figures(times: int) -> list[Figure]:
    """All of them, each the median of `times` runs of 500 steps."""
    register_tool("noop", "Does nothing", _SCHEMA, _noop)
    try:
        floor, short, long = alternating_medians([_floor_ms, lambda: _engine_ms(0), lambda: _engine_ms(_LONG_HISTORY)], times)
    finally:
        remove_tool("noop")
    return [
        Figure("one step of the engine", short, "ms", "dict loop", floor, 100.0, 0.1),
        # The model is handed a list of its own, which costs 2 ns a message; anything else that grows would show.
        Figure("one step after 10,000 messages", long, "ms", "the same without", short, 1.5, 0.1),
    ]


def _noop(runtime: Runtime, text: str) -> str:
    return text


def _engine_ms(messages_before: int) -> float:
    """Milliseconds a step of an agent whose history begins with so many messages."""
    with Runtime(use_docker=False) as runtime:
        agent = Agent(model=InstantModel(), runtime=runtime)
        agent.history.extend({"role": "user", "content": f"message {number}"} for number in range(messages_before))
        elapsed = seconds(lambda: agent.run("go"))
        agent.close()
    return elapsed * 1000 / _STEPS


def _floor_ms() -> float:
    """The same steps as plainly as Python can: a list of dicts, arguments parsed, a function called."""
    history: list[dict[str, Any]] = [{"role": "user", "content": "go"}]
    tools = {"noop": lambda text: text}

    def loop() -> None:
        for _ in range(_STEPS):
            history.append({"role": "assistant", "content": None, "tool_calls": [{"id": _CALL.id, "name": _CALL.name}]})
            result = tools[_CALL.name](**json.loads(_CALL.arguments))
            history.append({"role": "tool", "tool_call_id": _CALL.id, "content": result})

    return seconds(loop) * 1000 / _STEPS
