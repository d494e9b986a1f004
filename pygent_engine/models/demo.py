"""DemoModel: an offline model that follows scripts. It is no language model and says so; the work it does is real.

It keeps nothing between two replies: a script is a generator that is played again from the start of the turn with the
results that the conversation holds, and what it asks for next is the reply. So one instance serves any number of
agents at once.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

from ..values import NEWS, Delta, Flag, JsonDict, Message, ToolCall
from .demo_scenes import scene_for
from .demo_script import Act, Turn
from .reply import text_from

_WORDS = re.compile(r"\s*\S+\s*\Z|\s*\S+|\s+")


class DemoModel:
    """The offline demo. `delay_s` passes before each word of its text, so that streaming can be seen."""

    def __init__(self, *, delay_s: float = 0.025) -> None:
        self._delay_s = delay_s

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        """The next reply of the scene that the last prompt chose."""
        return _next_reply(messages, tools)

    def stream(self, messages: list[JsonDict], model: str, tools: list[JsonDict], cancel: Flag) -> Iterator[Delta]:
        """The same, word by word; ends early when `cancel` is set."""
        reply = _next_reply(messages, tools)
        for word in _WORDS.findall(reply.content or ""):
            if cancel.wait(self._delay_s):
                return
            yield Delta(text=word)
        for index, call in enumerate(reply.tool_calls):
            yield Delta(call_index=index, call_id=call.id, call_name=call.name, call_arguments=call.arguments)
        yield Delta(finish_reason=reply.finish_reason)


def _next_reply(messages: list[JsonDict], tools: list[JsonDict]) -> Message:
    start = max((at for at, message in enumerate(messages) if _is_prompt(message)), default=-1)
    prompt = text_from(messages[start].get("content")) if start >= 0 else None
    turn = Turn((prompt or "").strip(), frozenset(tool["function"]["name"] for tool in tools))
    step = _played(turn, _results(messages[start + 1 :]))
    if isinstance(step, str):
        return Message("assistant", step, finish_reason="stop")
    calls = [ToolCall(f"call_{secrets.token_hex(8)}", name, arguments) for name, arguments in step.encoded()]
    return Message("assistant", step.text, calls, finish_reason="tool_calls")


def _is_prompt(message: JsonDict) -> bool:
    """Whether the user says it: the news of tasks come in the middle of a turn."""
    return message.get("role") == "user" and not (text_from(message.get("content")) or "").startswith(NEWS)


def _played(turn: Turn, results: list[list[str]]) -> Act | str:
    """What the scene does after the steps that have results: another step, or its answer."""
    scene = scene_for(turn)
    try:
        act = next(scene)
        for result in results:
            act = scene.send(act.matched(result))
    except StopIteration as answer:
        return str(answer.value)
    return act


def _results(messages: list[JsonDict]) -> list[list[str]]:
    """The results of each step since the prompt, in the order of its calls."""
    said = {message.get("tool_call_id"): text_from(message.get("content")) or "" for message in messages if message.get("role") == "tool"}
    asked = [message["tool_calls"] for message in messages if message.get("role") == "assistant" and message.get("tool_calls")]
    return [[said.get(call.get("id"), "") for call in calls] for calls in asked]
