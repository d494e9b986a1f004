"""What the engine itself costs in each step: an Agent with a scripted model and a no-op tool, beside a loop over dicts."""

from __future__ import annotations

import json
from typing import Any

from pygent_engine import Agent, Message, Runtime, ScriptedModel, ToolCall, register_tool, remove_tool

from .figures import Figure, alternating_medians, seconds

_STEPS = 2000
_LONG_HISTORY = 10_000
_CALL = ToolCall("call-1", "noop", '{"text": "x"}')
_SCHEMA = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}


def figures(times: int) -> list[Figure]:
    """All of them, each the median of `times` runs of 2,000 steps."""
    register_tool("noop", "Does nothing", _SCHEMA, _noop)
    try:
        floor, short, long = alternating_medians([_floor_ms, lambda: _engine_ms(0), lambda: _engine_ms(_LONG_HISTORY)], times)
    finally:
        remove_tool("noop")
    return [
        Figure("one step of the engine", short, "ms", "dict loop", floor, 100.0, 0.1),
        Figure("one step after 10,000 messages", long, "ms", "the same without", short, 1.5, 0.1),
    ]


def _replies() -> list[Message]:
    """Calls of the no-op tool, and an answer."""
    calls = [Message("assistant", None, [ToolCall(f"call-{number}", _CALL.name, _CALL.arguments)]) for number in range(1, _STEPS)]
    return [*calls, Message("assistant", "done")]


def _noop(runtime: Runtime, text: str) -> str:
    return text


def _engine_ms(messages_before: int) -> float:
    """Milliseconds a step of an agent whose history begins with so many messages."""
    with Runtime(use_docker=False) as runtime:
        agent = Agent(ScriptedModel(_replies(), record=False), runtime)
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
