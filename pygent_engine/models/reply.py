"""Replies: assembles deltas to a Message, and takes what any model returned for one. Knows no transport.

The one place that decides whether a reply may be acted on: its calls are kept only when it ended with a terminal
signal that lets them stand, and every one of them has a name.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from ..errors import ModelError
from ..values import INCOMPLETE, INTERRUPTED, Delta, JsonDict, Message, ToolCall, Usage

# The server's words for a reply that it cut: what was called in it is not what the model meant.
_CUT = frozenset({"length", "content_filter", INCOMPLETE, INTERRUPTED})
_SURROGATE = re.compile("[\ud800-\udfff]")


def mend(text: str) -> str:
    """`text` with surrogate pairs joined and lone surrogates replaced, so that it can be encoded."""
    if text.isascii() or _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(slots=True)
class _OpenCall:
    """A call whose pieces still arrive."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)

    def close(self) -> ToolCall:
        return ToolCall(self.id, self.name, "".join(self.arguments))


class ReplyBuilder:
    """Assembles the deltas of one stream. Calls are told apart by `call_index` and may interleave."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls: dict[int, _OpenCall] = {}
        self._usage: Usage | None = None
        self._finish_reason: str | None = None

    def add(self, delta: Delta) -> None:
        """Take one more piece."""
        if delta.text:
            self._text.append(delta.text)
        if delta.reasoning:
            self._reasoning.append(delta.reasoning)
        if delta.call_index is not None:
            self._add_call(delta, delta.call_index)
        self._usage = delta.usage or self._usage
        self._finish_reason = delta.finish_reason or self._finish_reason

    def _add_call(self, delta: Delta, index: int) -> None:
        call = self._calls.setdefault(index, _OpenCall())
        call.id = call.id or delta.call_id
        call.name = call.name or delta.call_name
        if delta.call_arguments:
            call.arguments.append(delta.call_arguments)

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._text)

    def message(self, interrupted: bool = False) -> Message:
        """The reply as it stands; incomplete when no terminal signal came, and then without calls."""
        return _settled(
            self.text or None,
            [self._calls[index].close() for index in sorted(self._calls)],
            "".join(self._reasoning),
            self._usage,
            INTERRUPTED if interrupted else self._finish_reason or INCOMPLETE,
        )


def _settled(content: str | None, calls: list[ToolCall], reasoning: str, usage: Usage | None, finish_reason: str) -> Message:
    if calls and finish_reason not in _CUT and not all(call.name for call in calls):
        finish_reason = INCOMPLETE
    kept = [] if finish_reason in _CUT else calls
    return Message("assistant", None if content is None else mend(content), _with_ids(kept), mend(reasoning), usage, finish_reason)


def _with_ids(calls: Iterable[ToolCall]) -> list[ToolCall]:
    """The calls with encodable text and distinct ids: results are told apart by the id alone."""
    seen: set[str] = set()
    settled = []
    for call in calls:
        call_id = mend(call.id)
        if not call_id or call_id in seen:
            call_id = f"call_{secrets.token_hex(8)}"
        seen.add(call_id)
        settled.append(ToolCall(call_id, mend(call.name), mend(call.arguments)))
    return settled


def message_from(reply: object) -> Message:
    """What a model's `chat` returned, as a Message: a Message, a message dict or a completion dict with "choices".

    A reply that names no finish_reason counts as ended. Raises ModelError when it is none of these.
    """
    match reply:
        case Message():
            _check_role(reply.role)
            ended = reply.finish_reason or ("tool_calls" if reply.tool_calls else "stop")
            return _settled(text_from(reply.content), list(map(_call_from, reply.tool_calls)), reply.reasoning, reply.usage, ended)
        case dict():
            return _from_dict(reply)
        case _:
            raise _not_a_reply(type(reply).__name__)


def _from_dict(reply: JsonDict) -> Message:
    match reply:
        case {"choices": [{"message": dict(message), **choice}, *_]}:
            return _from_message_dict(message, choice.get("finish_reason"), usage_from(reply.get("usage")))
        case {"choices": _}:
            raise ModelError("The model returned a completion without a choice that holds a message.")
        case {"role": _} | {"content": _} | {"tool_calls": _}:
            return _from_message_dict(reply, reply.get("finish_reason"), usage_from(reply.get("usage")))
        case _:
            raise _not_a_reply("a dict without role, content, tool_calls and choices")


def _not_a_reply(what: str) -> ModelError:
    return ModelError(
        f"The model returned {what}, which is not a reply; "
        'return a Message, a message dict ({"role": "assistant", "content": ...}) or a completion dict.'
    )


def _check_role(role: object) -> None:
    if role not in ("assistant", None):  # some hosts send null
        raise ModelError(f"The model returned a message of the role {role!r}; a reply has the role 'assistant'.")


def _from_message_dict(message: JsonDict, finish_reason: object, usage: Usage | None) -> Message:
    _check_role(message.get("role"))
    calls = _calls_from(message)
    reasoning = message.get("reasoning_content") or message.get("reasoning")
    ended = finish_reason if isinstance(finish_reason, str) and finish_reason else "tool_calls" if calls else "stop"
    return _settled(text_from(message.get("content")), calls, reasoning if isinstance(reasoning, str) else "", usage, ended)


def _calls_from(message: JsonDict) -> list[ToolCall]:
    match message:
        case {"tool_calls": [_, *_] as calls}:
            return [_call_from(call) for call in calls]
        case {"tool_calls": calls} if calls:
            raise ModelError(f"The model returned tool_calls that are {type(calls).__name__}; they must be a list.")
        case {"function_call": dict(function)}:  # the shape before tool_calls; some hosts send both, which then say the same
            return [_call_from({"function": function})]
        case _:
            return []


def _call_from(call: object) -> ToolCall:
    match call:
        case ToolCall():
            return replace(call, arguments=arguments_from(call.arguments))
        case {"function": {"name": str(name), **function}, **rest}:
            call_id = rest.get("id")
            return ToolCall(call_id if isinstance(call_id, str) else "", name, arguments_from(function.get("arguments")))
        case _:
            raise ModelError('The model returned a tool call that is not {"id": ..., "function": {"name": ..., "arguments": ...}}.')


def arguments_from(arguments: object) -> str:
    """The JSON text of a call's arguments; some models give the object itself."""
    match arguments:
        case str():
            return arguments
        case None:
            return "{}"
        case _:
            return json.dumps(arguments, ensure_ascii=False, default=str)


def text_from(content: object) -> str | None:
    """The text of a message's content: a string, or the text parts of a list. Raises ModelError when it is neither."""
    match content:
        case None | str():
            return content
        case list():
            return "".join(_part_text(part) for part in content)
        case _:
            raise ModelError(f"The model returned a message whose content is {type(content).__name__}; it must be text or null.")


def _part_text(part: Any) -> str:
    match part:
        case str():
            return part
        case {"text": str(text)}:
            return text
        case _:
            return ""


def usage_from(usage: object) -> Usage | None:
    """The Usage in a completion's "usage"; None when it names no tokens."""
    match usage:
        case Usage():
            return usage
        case dict():
            found = Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))
            return None if found == Usage() else found
        case _:
            return None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def message_to_dict(message: Message) -> JsonDict:
    """`message` as an entry of the history, in OpenAI's shape; its content is null only beside calls."""
    match message.role:
        case "assistant" if message.tool_calls:
            return {"role": "assistant", "content": message.content, "tool_calls": [_call_to_dict(call) for call in message.tool_calls]}
        case "assistant" | "user" | "system" | "tool":
            return {"role": message.role, "content": message.content or ""}
        case _:
            assert_never(message.role)


def _call_to_dict(call: ToolCall) -> JsonDict:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
