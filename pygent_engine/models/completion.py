"""The body of a chat completion: bytes to deltas, for a host that streams events and for one that answers in one piece.

No network: the same deltas at any split of the bytes.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from itertools import groupby

from ..errors import ModelError
from ..values import Delta
from .chunks import ChunkReader, HostError, NotACompletion, parsed
from .reply import message_from
from .sse import SSEParser

_WHOLE_LIMIT = 32 * 1024 * 1024
_SAMPLE = 400
_FIELD = re.compile(rb"\s*(?:\Z|:|data|event|id|retry)")  # how a stream of events begins; one may be cut before its first


class CompletionReader:
    """Reads one body. `feed` and `end` raise NotACompletion and HostError (see chunks), and ValueError beyond all bounds."""

    def __init__(self) -> None:
        self._parser = SSEParser()
        self._chunks = ChunkReader()
        self._start = b""
        self._whole = bytearray()
        self._events = 0

    @property
    def ended(self) -> bool:
        """The terminal signal came: the reply is complete, whatever happens to the connection now."""
        return self._chunks.ended

    @property
    def done(self) -> bool:
        """The host said that nothing follows."""
        return self._chunks.done

    @property
    def sample(self) -> str:
        """The first bytes, for the message about a body that is something else."""
        return self._start.decode("utf-8", "replace")

    def feed(self, piece: bytes) -> Iterator[Delta]:
        """The deltas that `piece` completes."""
        if len(self._start) < _SAMPLE:
            self._start += piece[: _SAMPLE - len(self._start)]
        if self._start.lstrip()[:1] in (b"{", b"<"):
            self._hold(piece)
            return
        for data in self._parser.feed(piece):
            if self.done:
                return
            self._events += 1
            yield from self._chunks.read(data)

    def _hold(self, piece: bytes) -> None:
        self._whole += piece
        if len(self._whole) > _WHOLE_LIMIT:
            raise NotACompletion

    def end(self) -> Iterator[Delta]:
        """The deltas that were waiting for the end of the body."""
        if self._whole:
            yield from _whole_reply(self._whole.decode("utf-8", "replace"))
            return
        data = self._parser.end()
        if data is not None and not self.done:
            # The event that a cut left open: half a chunk is a cut, not another format.
            with contextlib.suppress(NotACompletion):
                yield from self._chunks.read(data)
        if not self._chunks.begun and (self._events or _FIELD.match(self._start) is None):
            raise NotACompletion


def joined(deltas: Iterator[Delta]) -> Iterator[Delta]:
    """`deltas`, each run of text as one, and each of reasoning; what came before an error comes before it."""
    came, failure = list[Delta](), None
    try:
        for delta in deltas:
            came.append(delta)
    except (HostError, ValueError) as error:
        failure = error
    for kind, run in groupby(came, _kind):
        match kind:
            case "text":
                yield Delta(text="".join(delta.text for delta in run))
            case "reasoning":
                yield Delta(reasoning="".join(delta.reasoning for delta in run))
            case _:
                yield from run
    if failure is not None:
        raise failure


def _kind(delta: Delta) -> str:
    if delta == Delta(text=delta.text):
        return "text"
    return "reasoning" if delta == Delta(reasoning=delta.reasoning) else ""


def _whole_reply(body: str) -> Iterator[Delta]:
    completion = parsed(body)
    try:
        message = message_from(completion)
    except ModelError:
        raise NotACompletion from None
    if message.reasoning:
        yield Delta(reasoning=message.reasoning)
    if message.content:
        yield Delta(text=message.content)
    for index, call in enumerate(message.tool_calls):
        yield Delta(call_index=index, call_id=call.id, call_name=call.name, call_arguments=call.arguments)
    yield Delta(finish_reason=message.finish_reason, usage=message.usage)
