"""OpenAIModel against a scripted server: what is not acted on, and what is no reply at all."""

from __future__ import annotations

import json
import threading

import pytest

from pygent_engine.errors import ModelError
from pygent_engine.models.openai import OpenAIModel
from pygent_engine.models.reply import ReplyBuilder
from pygent_engine.values import INCOMPLETE, Delta, Message
from tests.models.asking import ASK, CANARY, JSON, chat, failure, request_threads
from tests.support.sse_server import (
    DONE,
    Script,
    SSEServer,
    call_chunks,
    chunk,
    event,
    finish,
    text_chunks,
)

HTML = {"Content-Type": "text/html"}


def test_a_stream_that_ends_without_a_signal_is_incomplete(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(Script([*text_chunks("half a tho"), *call_chunks("bash", {"cmd": "rm -rf /"})]))
    assert chat(model) == Message("assistant", "half a tho", finish_reason=INCOMPLETE)


@pytest.mark.parametrize("end", ["cut", "reset"])
def test_a_connection_cut_inside_arguments_leaves_no_call(sse_server: SSEServer, model: OpenAIModel, end: str) -> None:
    script = Script([*text_chunks("so: "), *call_chunks("bash", {"cmd": "ls"})[:-1]], end="cut" if end == "cut" else "reset")
    sse_server.play(script)
    builder = ReplyBuilder()
    with pytest.raises(ModelError, match="broke off the reply: ") as caught:
        for delta in model.stream(ASK, "a-model", [], threading.Event()):
            builder.add(delta)
    assert caught.value.transient
    assert builder.message().tool_calls == ()


def test_a_cut_inside_a_chunk_is_incomplete(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(Script([*text_chunks("abcd"), b'data: {"choices": [{"del\n']))
    assert chat(model) == Message("assistant", "abcd", finish_reason=INCOMPLETE)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_a_reply_that_the_host_cut_has_no_calls(sse_server: SSEServer, model: OpenAIModel, reason: str) -> None:
    sse_server.play(Script([*text_chunks("so"), *call_chunks("bash", '{"cmd": "rm'), finish(reason), DONE]))
    assert chat(model) == Message("assistant", "so", finish_reason=reason)


def test_silence_after_the_first_token_is_an_error_and_the_text_stays(sse_server: SSEServer) -> None:
    sse_server.play(Script(text_chunks("abcd"), end="hang"))
    model = OpenAIModel(CANARY, sse_server.url, timeout_s=1.0)
    pieces: list[Delta] = []
    with pytest.raises(ModelError, match=r"sent nothing for 1 s") as caught:
        pieces.extend(model.stream(ASK, "a-model", [], threading.Event()))
    assert caught.value.transient
    assert pieces == [Delta(text="abcd")]
    sse_server.wait_until_gone()
    assert request_threads() == []


def test_silence_after_the_terminal_signal_is_no_error(sse_server: SSEServer) -> None:
    sse_server.play(Script([*text_chunks("all"), finish()], end="hang"))
    assert OpenAIModel(CANARY, sse_server.url, timeout_s=1.0).chat(ASK, "m", []) == Message("assistant", "all", finish_reason="stop")


@pytest.mark.parametrize(
    "script",
    [
        Script([b"<!DOCTYPE html><title>Sign in</title>"], headers=HTML),
        Script([b"Welcome to nginx"], headers={"Content-Type": "text/plain"}),
        Script([event({"choices": []}), event({"choices": []}), DONE]),
        Script([json.dumps({"choices": []}).encode()], headers=JSON),
        Script([b"{}"], headers=JSON),
        Script([b"data: {not json}\n\n", DONE]),
        Script([event(["a", "list"]), DONE]),
        Script([event({"choices": [None]}), DONE]),
        Script([chunk({"content": {"a": "dict"}}), DONE]),
    ],
    ids=["html", "text", "empty-choices", "empty-choices-json", "empty-object", "bad-json", "list", "null-choice", "odd-content"],
)
def test_what_is_no_completion_is_named_as_such(sse_server: SSEServer, model: OpenAIModel, script: Script) -> None:
    sse_server.play(script)
    error = failure(model)
    assert f"{sse_server.url} sent is not an OpenAI-compatible reply" in str(error)
    assert not error.transient
    assert "<" not in str(error)


def test_an_error_object_in_the_stream_is_told(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(Script([*text_chunks("so "), event({"error": {"message": f"out of memory \x1b[2J for {CANARY}"}})]))
    assert str(failure(model)) == f"{sse_server.url} ended the reply with an error. It says: out of memory ␛[2J for [api key]"
