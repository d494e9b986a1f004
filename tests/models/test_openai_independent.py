"""OpenAIModel against a server that nobody here wrote."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from pygent_engine.errors import ModelError
from pygent_engine.models.openai import OpenAIModel
from pygent_engine.models.reply import ReplyBuilder, message_to_dict
from pygent_engine.values import INCOMPLETE, Delta, JsonDict, Message, ToolCall, Usage

Start = Callable[[list[dict[str, Any]]], str]

LONG = "a-rather-long-name-so-that-the-arguments-are-split.txt"
FIXTURES: list[dict[str, Any]] = [
    {
        "match": {"userMessage": "hello"},
        "response": {
            "content": "Hello! How can I help you today, my friend?",
            "reasoning": "A greeting.",
            "usage": {"prompt_tokens": 21, "completion_tokens": 12, "total_tokens": 33},
        },
    },
    {"match": {"toolCallId": "call_b"}, "response": {"content": "Both are done."}},
    {
        "match": {"userMessage": "two"},
        "response": {
            "content": "Two.",
            "toolCalls": [
                {"id": "call_a", "name": "bash", "arguments": '{"cmd": "echo one"}'},
                {"id": "call_b", "name": "read_file", "arguments": f'{{"path": "{LONG}"}}'},
            ],
        },
    },
    {"match": {"userMessage": "limit"}, "response": {"error": {"message": "Slow down"}, "status": 429, "retryAfter": 7}},
    {"match": {"userMessage": "refuse"}, "response": {"error": {"message": "No such key"}, "status": 401}},
    {"match": {"userMessage": "cut"}, "response": {"content": "This is cut long before its end, in the middle."}, "truncateAfterChunks": 2},
    {"match": {"userMessage": "length"}, "response": {"content": "No more roo", "finishReason": "length"}},
]
TOOL: JsonDict = {"type": "function", "function": {"name": "bash", "parameters": {"type": "object", "properties": {}}}}


def asked(text: str) -> list[JsonDict]:
    return [{"role": "user", "content": text}]


def test_text_and_reasoning_stream_and_tokens_are_counted(aimock: Start) -> None:
    model = OpenAIModel("sk-independent-key", aimock(FIXTURES))
    builder = ReplyBuilder()
    for delta in model.stream(asked("hello"), "a-model", [], threading.Event()):
        builder.add(delta)
    model.close()
    assert builder.message() == Message(
        "assistant", "Hello! How can I help you today, my friend?", reasoning="A greeting.", usage=Usage(21, 12), finish_reason="stop"
    )


def test_parallel_calls_with_split_arguments_go_round(aimock: Start) -> None:
    model = OpenAIModel("sk-independent-key", aimock(FIXTURES))
    history = asked("two")
    reply = model.chat(history, "a-model", [TOOL])
    assert (reply.content, reply.tool_calls, reply.finish_reason) == (
        "Two.",
        (ToolCall("call_a", "bash", '{"cmd": "echo one"}'), ToolCall("call_b", "read_file", f'{{"path": "{LONG}"}}')),
        "tool_calls",
    )
    results = [{"role": "tool", "tool_call_id": call.id, "content": "done"} for call in reply.tool_calls]
    last = model.chat([*history, message_to_dict(reply), *results], "a-model", [TOOL])
    model.close()
    assert (last.content, last.finish_reason) == ("Both are done.", "stop")


def test_a_rate_limit_carries_its_delay_and_a_refusal_its_remedy(aimock: Start) -> None:
    model = OpenAIModel("sk-independent-key", aimock(FIXTURES))
    with pytest.raises(ModelError, match=r"asks to wait 7 s\. It says: Slow down") as limited:
        model.chat(asked("limit"), "a-model", [])
    with pytest.raises(ModelError, match=r"check OPENAI_API_KEY \(HTTP 401\)\. It says: No such key") as refused:
        model.chat(asked("refuse"), "a-model", [])
    model.close()
    assert (limited.value.transient, limited.value.retry_after_s) == (True, 7.0)
    assert (refused.value.transient, refused.value.retry_after_s) == (False, None)


def test_a_reply_that_was_cut_is_never_complete(aimock: Start) -> None:
    model = OpenAIModel("sk-independent-key", aimock(FIXTURES))
    builder = ReplyBuilder()
    pieces: list[Delta] = []
    with pytest.raises(ModelError) as caught:
        pieces.extend(model.stream(asked("cut"), "a-model", [], threading.Event()))
    for piece in pieces:
        builder.add(piece)
    assert caught.value.transient
    assert builder.message().finish_reason == INCOMPLETE
    assert model.chat(asked("length"), "a-model", []).finish_reason == "length"
    model.close()
