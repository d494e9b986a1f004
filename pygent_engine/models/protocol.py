"""What a model is: anything with `chat`. A model that can also stream has `stream`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from ..values import Delta, Flag, JsonDict, Message


class Model(Protocol):
    """One method is enough for a custom model. It is called positionally with JSON-able, OpenAI-shaped dicts.

    `model` is the name that the agent was given, `tools` is in OpenAI's shape. The reply is a Message, a message
    dict ({"role": "assistant", "content": ..., "tool_calls": [...]}) or a completion dict with "choices".
    """

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message | JsonDict:
        """One reply to the conversation `messages`, whole. May block; raise ModelError to say whether a retry may help."""
        ...


@runtime_checkable
class StreamingModel(Model, Protocol):
    """A model whose reply arrives in pieces; `stream` is used in place of `chat` when present.

    `messages` is the agent's own history: read it, neither keep nor change it. `stream` looks at `cancel` between pieces.
    A stream that ends without a `finish_reason` is incomplete, and none of its calls are run. Raises ModelError.
    """

    def stream(self, messages: list[JsonDict], model: str, tools: list[JsonDict], cancel: Flag) -> Iterator[Delta]: ...
