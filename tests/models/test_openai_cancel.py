"""OpenAIModel when nobody wants the reply any more: it ends at once and leaves nothing behind."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from pygent_engine.models.openai import OpenAIModel
from pygent_engine.values import Delta
from tests.models.asking import ASK, CANARY, chat, request_threads
from tests.support.sse_server import (
    Drip,
    Script,
    SSEServer,
    text_chunks,
    text_reply,
)


def ends_at_once(model: OpenAIModel, cancel: threading.Event, ready: threading.Event, pieces: list[Delta]) -> None:
    """Read a reply on a thread; once `ready`, cancel: the stream ends at once, and leaves no thread."""
    reader = threading.Thread(target=lambda: pieces.extend(model.stream(ASK, "a-model", [], cancel)))
    reader.start()
    assert ready.wait(10)
    began = time.monotonic()
    cancel.set()
    reader.join(20)
    assert time.monotonic() - began < 10
    assert not reader.is_alive()


def arrived(server: SSEServer) -> threading.Event:
    ready = threading.Event()

    def wait() -> None:
        server.wait_for_request()
        ready.set()

    threading.Thread(target=wait).start()
    return ready


@pytest.mark.parametrize(
    "script",
    [Script(headers={}, end="hang"), Script(text_chunks("abcd"), end="hang"), Script([Drip(b": ping\n\n", 0.02)])],
    ids=["waiting-for-headers", "mid-stream", "keep-alive-drip"],
)
def test_cancel_ends_a_blocked_read_and_its_thread(sse_server: SSEServer, model: OpenAIModel, script: Script) -> None:
    sse_server.play(script)
    pieces: list[Delta] = []
    ends_at_once(model, threading.Event(), arrived(sse_server), pieces)
    assert all(delta.finish_reason is None for delta in pieces)
    sse_server.wait_until_gone()
    assert request_threads() == []


def test_cancel_ends_a_read_on_a_connection_that_is_used_again(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(text_reply("first"), Script(headers={}, end="hang"))
    chat(model)
    sse_server.wait_for_request()
    ends_at_once(model, threading.Event(), arrived(sse_server), [])
    sse_server.wait_until_gone()
    assert request_threads() == []


def test_cancel_during_connect_returns_at_once_and_the_thread_ends_at_its_timeout() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.create_connection(full.getsockname())]  # the backlog: later connections are not accepted
        model = OpenAIModel(CANARY, f"http://127.0.0.1:{full.getsockname()[1]}/v1", connect_timeout_s=2.0)
        model.warm_up()
        ready = threading.Event()
        ready.set()
        ends_at_once(model, threading.Event(), ready, [])
        for connection in waiting:
            connection.close()
    for thread in threading.enumerate():
        if thread.name == "pygent-model-request":
            thread.join(10)
    assert request_threads() == []


def test_a_reader_that_leaves_ends_the_request(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(Script(text_chunks("abcd"), end="hang"))
    stream = model.stream(ASK, "a-model", [], threading.Event())
    assert next(stream) == Delta(text="abcd")
    del stream
    sse_server.wait_until_gone()
    assert request_threads() == []
