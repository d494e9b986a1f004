"""Chat completion chunks: the JSON of a streamed reply to Deltas, with the habits of the hosts that speak this API.

No network and no client: text in, deltas out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..errors import ModelError
from ..values import Delta, JsonDict
from .reply import arguments_from, text_from, usage_from

DONE = "[DONE]"


class NotACompletion(ValueError):
    """What the host sent is not a chat completion."""


class HostError(Exception):
    """An error object that the host sent within the stream; `args[0]` is that object."""


class ChunkReader:
    """Reads the events of one stream in order.

    `begun` once a choice came; `ended` once the terminal signal came: a finish_reason, or [DONE] from a host that
    sends no other; `done` once [DONE] came.
    """

    def __init__(self) -> None:
        self.begun = False
        self.ended = False
        self.done = False
        self._slots: dict[int, tuple[int, str]] = {}
        self._calls: set[int] = set()
        self._legacy = False
        self._text = _Joiner()
        self._reasoning = _Joiner()

    def read(self, data: str) -> Iterator[Delta]:
        """The deltas of one event. Raises NotACompletion and HostError."""
        if data.strip() == DONE:
            yield from self._finish()
            return
        chunk = parsed(data)
        choices = chunk.get("choices")
        if not isinstance(choices, list):
            raise NotACompletion
        for choice in choices:
            yield from self._choice(choice)
        usage = usage_from(chunk.get("usage"))
        if usage is not None:
            yield Delta(usage=usage)

    def _finish(self) -> Iterator[Delta]:
        if not self.begun:
            raise NotACompletion
        self.done = True
        if not self.ended:
            self.ended = True
            yield Delta(finish_reason="tool_calls" if self._calls else "stop")

    def _choice(self, choice: Any) -> Iterator[Delta]:
        if not isinstance(choice, dict):
            raise NotACompletion
        if choice.get("index") not in (0, None):
            return
        self.begun = True
        piece = choice.get("delta") or choice.get("message")
        if isinstance(piece, dict):
            yield from self._piece(piece)
        finish_reason = choice.get("finish_reason")
        if isinstance(finish_reason, str) and finish_reason:
            self.ended = True
            yield Delta(finish_reason=finish_reason)

    def _piece(self, piece: JsonDict) -> Iterator[Delta]:
        reasoning = piece.get("reasoning_content") or piece.get("reasoning")
        if isinstance(reasoning, str) and (reasoning := self._reasoning.feed(reasoning)):
            yield Delta(reasoning=reasoning)
        if text := self._text.feed(_text(piece)):
            yield Delta(text=text)
        calls, legacy = piece.get("tool_calls"), piece.get("function_call")
        if isinstance(calls, list) and calls:
            yield from (self._call(call, place) for place, call in enumerate(calls))
        elif isinstance(legacy, dict) and (self._legacy or not self._calls):
            self._legacy = True
            yield self._call({"index": 0, "function": legacy}, 0)

    def _call(self, call: Any, place: int) -> Delta:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            function = {}
        call_id, name = _string(call, "id"), _string(function, "name")
        arguments = function.get("arguments")
        return Delta(
            call_index=self._index(call, place, call_id, name),
            call_id=call_id,
            call_name=name,
            call_arguments="" if arguments is None else arguments_from(arguments),
        )

    def _index(self, call: Any, place: int, call_id: str, name: str) -> int:
        """Which call of the reply a piece belongs to: the host's own index, as far as it tells calls apart.

        Some hosts give no index, others give every call the index 0: there, another id with a name is another call.
        """
        slot = call.get("index") if isinstance(call, dict) else None
        slot = slot if isinstance(slot, int) else place
        known = self._slots.get(slot)
        if known is None or (name and call_id and known[1] and call_id != known[1]):
            known = (slot if slot not in self._calls else max(self._calls) + 1, call_id)
            self._calls.add(known[0])
        elif call_id and not known[1]:
            known = (known[0], call_id)
        self._slots[slot] = known
        return known[0]


class _Joiner:
    """Holds back a high surrogate until its other half comes: hosts cut between the two escapes of one character."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        if not text or (text.isascii() and not self._held):
            return text
        text = self._held + text
        cut = len(text) - ("\ud800" <= text[-1] <= "\udbff")
        self._held = text[cut:]
        return text[:cut].encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def parsed(text: str) -> JsonDict:
    """The JSON object in `text`. Raises NotACompletion, and HostError when the object is an error."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise NotACompletion from None
    if not isinstance(value, dict):
        raise NotACompletion
    if value.get("error") or value.get("object") == "error":
        raise HostError(value)
    return value


def _text(piece: JsonDict) -> str:
    try:
        return text_from(piece.get("content")) or ""
    except ModelError as error:
        raise NotACompletion from error


def _string(holder: Any, key: str) -> str:
    value = holder.get(key) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""
