"""Gets one reply from the model: with the turn's deadline and cancel, with retries, reported as it streams."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

from .errors import ModelError, PygentError, described
from .events import ReasoningDelta, RetryScheduled, TextDelta
from .frozen import frozen
from .models.protocol import Model, StreamingModel
from .models.reply import ReplyBuilder, message_from
from .outbox import Post
from .turn import Turn
from .untrusted import clean_line, clean_text
from .values import Delta, JsonDict, Message
from .worker import Blocking, LeftBehind, Work

ATTEMPTS = 3
LONGEST_WAIT_S = 30.0  # a server that asks for more is not waited for: the user decides


@frozen
class Reply:
    """What came of asking: a message (partial when there is an error too, or the turn was cut short), or an error."""

    message: Message | None
    error: ModelError | None = None


class Replies:
    """Asks one model, under one name, for one agent."""

    def __init__(self, model: Model, model_name: str, post: Post) -> None:
        self.model = model
        self.model_name = model_name
        self._streams = isinstance(model, StreamingModel)
        self._post = post

    def next(self, history: list[JsonDict], tools: list[JsonDict], turn: Turn) -> Work[Reply]:
        """Ask until there is a reply, an error that will not pass, or the turn ends."""
        attempt = 1
        while not turn.cancel.is_set():
            stream = _Stream(self._post)
            try:
                return Reply((yield Blocking(self._job(stream, history, tools, turn), turn)))
            except LeftBehind:
                return Reply(stream.close(interrupted=True))
            except Exception as error:
                failure = _as_model_error(error)
            partial = stream.close(interrupted=turn.cancel.is_set())
            if partial is not None or turn.cancel.is_set() or not (yield from self._wait(failure, attempt, turn)):
                return Reply(partial, failure)
            attempt += 1
        return Reply(None)

    def _job(self, stream: _Stream, history: list[JsonDict], tools: list[JsonDict], turn: Turn) -> Callable[[], Message]:
        name = self.model_name
        if not self._streams:
            messages = list(history)  # a simple model may keep or change what it is given
            return lambda: stream.whole(message_from(self.model.chat(messages, name, tools)))
        model = cast(StreamingModel, self.model)

        def read() -> Message:
            for delta in model.stream(history, name, tools, turn.cancel):
                if not stream.add(delta):
                    break
            return stream.message(interrupted=turn.cancel.is_set())

        return read

    def _wait(self, error: ModelError, attempt: int, turn: Turn) -> Work[bool]:
        """Wait before the next attempt; False when there is to be none."""
        delay = 0.5 * 2 ** (attempt - 1) if error.retry_after_s is None else error.retry_after_s
        if not error.transient or attempt >= ATTEMPTS or delay > LONGEST_WAIT_S:
            return False
        self._post(RetryScheduled(delay, clean_line(str(error), 500), attempt))
        yield Blocking(lambda: turn.cancel.wait(delay), turn, grace_s=LONGEST_WAIT_S)  # a cancel ends it at once
        return not turn.cancel.is_set()


class _Stream:
    """The reply as it grows. Once it is closed, a model that was left behind can report nothing more."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._builder = ReplyBuilder()
        self._guard = threading.Lock()  # of _builder, _open and the order of events
        self._open = True

    def add(self, delta: Delta) -> bool:
        """Take a piece; False when nobody listens any more."""
        with self._guard:
            if self._open:
                self._builder.add(delta)
                if delta.reasoning:
                    self._post(ReasoningDelta(clean_text(delta.reasoning)))
                if delta.text:
                    self._post(TextDelta(clean_text(delta.text)))
            return self._open

    def whole(self, message: Message) -> Message:
        """Report a reply that came in one piece."""
        self.add(Delta(text=message.content or "", reasoning=message.reasoning))
        return message

    def message(self, *, interrupted: bool = False) -> Message:
        with self._guard:
            self._open = False
            return self._builder.message(interrupted=interrupted)

    def close(self, *, interrupted: bool = False) -> Message | None:
        """What there is of a reply that did not end, None when there is nothing."""
        try:
            message = self.message(interrupted=interrupted)
        except Exception:  # pieces that are no text: the failure that ended the reply says so
            return None
        return message if message.content or message.reasoning else None


def _as_model_error(error: Exception) -> ModelError:
    if isinstance(error, ModelError):
        return error
    if isinstance(error, PygentError):
        return ModelError(str(error))
    return ModelError(f"The model failed: {described(error)}")
