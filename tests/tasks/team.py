"""A model for a root agent and its tasks: each answers from a script of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from pygent_engine import Message
from pygent_engine.values import JsonDict, Usage

Reply = str | Message | Callable[[], Any]


class Team:
    """Replies to the root agent with `own`, one after the other, and to a task with the script of its first prompt.

    A callable is called, to act in mid-turn, and its value is the reply. `heard` is what the root agent was sent with each request.
    """

    def __init__(self, own: Sequence[Reply], **theirs: Sequence[Reply]) -> None:
        self._own = iter(own)
        self._theirs = {prompt: iter(replies) for prompt, replies in theirs.items()}
        self._guard = threading.Lock()  # of the scripts
        self.heard: list[list[JsonDict]] = []

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Any:
        with self._guard:
            if any(tool["function"]["name"] == "delegate_task" for tool in tools):
                self.heard.append(list(messages))
                reply = next(self._own)
            else:
                reply = next(self._theirs[messages[1]["content"]])
        reply = reply() if callable(reply) else reply
        return Message("assistant", reply, finish_reason="stop", usage=Usage(10, 1)) if isinstance(reply, str) else reply
