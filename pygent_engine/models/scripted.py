"""ScriptedModel: replays replies that were written down before, in order. For tests, benchmarks and recorded sessions."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import ModelError
from ..values import Delta, Flag, JsonDict, Message, Usage
from .reply import ReplyBuilder, message_from

# A list is a stream, piece by piece; an exception in it breaks the stream off.
Recorded = str | Message | JsonDict | Exception | Sequence[Delta | Exception]
Reply = Recorded | Callable[[list[JsonDict]], Recorded]


class ScriptedModel:
    """Replays `replies`, one for each call, from any thread.

    `stream` gives text in pieces of `chunk` characters (None: in one piece) with `delay_s` before each. `calls` holds a
    copy of the conversation of every call, unless `record` is off. Raises ModelError when the replies have run out.
    """

    def __init__(self, replies: Iterable[Reply], *, chunk: int | None = None, delay_s: float = 0.0, record: bool = True) -> None:
        self._replies = iter(replies)
        self._chunk = chunk
        self._delay_s = delay_s
        self._record = record
        self._guard = threading.Lock()  # of _replies and calls
        self.calls: list[list[JsonDict]] = []

    @classmethod
    def from_file(cls, path: str | Path, *, chunk: int | None = None, delay_s: float = 0.0) -> ScriptedModel:
        """Replay a recording: a JSON list of replies, or JSON Lines with one reply a line.

        A reply is a text, a message dict, a completion dict, {"deltas": [{...}]} with the fields of Delta, or
        {"error": text, "transient": bool}. Raises ModelError when the file cannot be read as one.
        """
        try:
            replies = [_recorded(entry) for entry in _entries(Path(path).read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError) as error:
            raise ModelError(f"The recording {path} cannot be replayed: {error}.") from error
        return cls(replies, chunk=chunk, delay_s=delay_s)

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        """The next reply, whole."""
        reply = self._next(messages)
        if isinstance(reply, Message):
            return reply
        if isinstance(reply, str):
            return Message("assistant", reply, finish_reason="stop")
        if isinstance(reply, dict):
            return message_from(reply)
        builder = ReplyBuilder()
        for delta in _pieces(reply):
            builder.add(delta)
        return builder.message()

    def stream(self, messages: list[JsonDict], model: str, tools: list[JsonDict], cancel: Flag) -> Iterator[Delta]:
        """The next reply in pieces; ends early when `cancel` is set."""
        reply = self._next(messages)
        if isinstance(reply, (str, dict)):
            reply = message_from({"content": reply} if isinstance(reply, str) else reply)
        pieces = self._split(reply) if isinstance(reply, Message) else _pieces(reply)
        for delta in pieces:
            if self._delay_s and cancel.wait(self._delay_s):
                return
            if cancel.is_set():
                return
            yield delta

    def _next(self, messages: list[JsonDict]) -> Recorded:
        with self._guard:
            if self._record:
                self.calls.append(list(messages))
            reply = next(self._replies, None)
        if reply is None:
            raise ModelError("The script has no more replies.")
        if callable(reply):
            reply = reply(messages)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _split(self, message: Message) -> Iterator[Delta]:
        if message.reasoning:
            yield Delta(reasoning=message.reasoning)
        text = message.content or ""
        size = self._chunk or len(text) or 1
        for at in range(0, len(text), size):
            yield Delta(text=text[at : at + size])
        for index, call in enumerate(message.tool_calls):
            yield Delta(call_index=index, call_id=call.id, call_name=call.name, call_arguments=call.arguments)
        ended = message.finish_reason or ("tool_calls" if message.tool_calls else "stop")
        yield Delta(finish_reason=ended, usage=message.usage)


def _pieces(stream: Any) -> Iterator[Delta]:
    for piece in stream:
        if isinstance(piece, Exception):
            raise piece
        yield piece


def _entries(text: str) -> list[Any]:
    if text.lstrip().startswith("["):
        entries: list[Any] = json.loads(text)
        return entries
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _recorded(entry: Any) -> Recorded:
    match entry:
        case {"error": str(text)}:
            return ModelError(text, transient=entry.get("transient") is True)
        case {"deltas": list(deltas)}:
            return [_delta(delta) for delta in deltas]
        case str() | dict():
            return entry
        case _:
            raise ValueError(f"{json.dumps(entry)[:80]} is not a reply")


def _delta(fields: JsonDict) -> Delta:
    usage = fields.get("usage")
    return Delta(**{**fields, "usage": Usage(**usage) if usage else None})
