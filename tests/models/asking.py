"""How the tests of OpenAIModel ask, and what they hold against every failure."""

from __future__ import annotations

import threading
import time
import traceback

import pytest

from pygent_engine.errors import ModelError
from pygent_engine.models.openai import OpenAIModel
from pygent_engine.values import JsonDict, Message

CANARY = "sk-canary-7f3a9b2c4d5e"
MOMENT_S = 3.0  # sooner than a model gives a silent host up
ASK: list[JsonDict] = [{"role": "user", "content": "hi"}]
JSON = {"Content-Type": "application/json"}


def chat(model: OpenAIModel) -> Message:
    """One reply without tools."""
    return model.chat(ASK, "a-model", [])


def failure(model: OpenAIModel) -> ModelError:
    """The error of asking; nothing that Python would print of it holds the key."""
    with pytest.raises(ModelError) as caught:
        chat(model)
    told = "".join(traceback.format_exception(caught.value))
    assert CANARY not in told
    return caught.value


def request_threads() -> list[str]:
    """The threads of requests that go on; one whose connection is gone takes a moment to end."""
    threads = [thread for thread in threading.enumerate() if thread.name == "pygent-model-request"]
    deadline = time.monotonic() + MOMENT_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return [thread.name for thread in threads if thread.is_alive()]
