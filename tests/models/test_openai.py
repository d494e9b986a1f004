"""OpenAIModel against a scripted server that sends exact bytes: what a reply is."""

from __future__ import annotations

import json
import threading

from pygent_engine.models.openai import OpenAIModel
from pygent_engine.values import Delta, JsonDict, Message, ToolCall, Usage
from tests.models.asking import ASK, JSON, chat
from tests.support.sse_server import (
    DONE,
    Script,
    SSEServer,
    Wait,
    call_chunks,
    call_reply,
    chunk,
    error_reply,
    finish,
    text_chunks,
    text_reply,
    usage,
)

TOOL: JsonDict = {"type": "function", "function": {"name": "bash", "parameters": {"type": "object", "properties": {}}}}


def test_text_streams_as_it_is_sent(sse_server: SSEServer, model: OpenAIModel) -> None:
    gates = [threading.Event() for _ in range(3)]
    pieces = text_chunks("hello wörld")
    sse_server.play(Script([pieces[0], Wait(gates[0]), pieces[1], Wait(gates[1]), pieces[2], Wait(gates[2]), finish(), usage(11, 7), DONE]))
    deltas = []
    for delta in model.stream(ASK, "a-model", [], threading.Event()):
        deltas.append(delta)
        gates[min(len(deltas), 3) - 1].set()
    assert deltas == [Delta(text="hell"), Delta(text="o wö"), Delta(text="rld"), Delta(finish_reason="stop"), Delta(usage=Usage(11, 7))]


def test_text_that_comes_faster_than_it_is_taken_is_handed_on_in_few_pieces(sse_server: SSEServer, model: OpenAIModel) -> None:
    text = "".join(f"{number} " for number in range(5000))
    sse_server.play(text_reply(text))
    deltas = list(model.stream(ASK, "a-model", [], threading.Event()))
    assert "".join(delta.text for delta in deltas) == text
    assert len(deltas) < 1000


def test_calls_are_assembled_from_interleaved_deltas(sse_server: SSEServer, model: OpenAIModel) -> None:
    first = call_chunks("bash", {"cmd": "ls -la"}, call_id="call_a", index=0)
    second = call_chunks("read_file", {"path": "ä.txt"}, call_id="call_b", index=1)
    mixed = [piece for pair in zip(first, second, strict=False) for piece in pair]
    rest = [*first[len(second) :], *second[len(first) :]]
    sse_server.play(Script([*mixed, *rest, finish("tool_calls"), DONE]))
    assert chat(model) == Message(
        "assistant",
        None,
        [ToolCall("call_a", "bash", '{"cmd": "ls -la"}'), ToolCall("call_b", "read_file", json.dumps({"path": "ä.txt"}))],
        finish_reason="tool_calls",
    )


def test_the_request_carries_the_conversation_and_asks_for_usage(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(text_reply("ok"))
    model.chat(ASK, "a-model", [TOOL])
    assert [(request.path, request.json) for request in sse_server.requests] == [
        (
            "/v1/chat/completions",
            {"model": "a-model", "messages": ASK, "tools": [TOOL], "stream": True, "stream_options": {"include_usage": True}},
        )
    ]


def test_without_tools_the_field_is_left_out(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(text_reply("ok"))
    chat(model)
    assert "tools" not in sse_server.requests[0].json


def test_a_lone_surrogate_in_the_conversation_does_not_stop_the_request(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(text_reply("ok"))
    model.chat([{"role": "user", "content": "caf\udce9"}], "a-model", [])
    assert sse_server.requests[0].json["messages"] == [{"role": "user", "content": "caf\ufffd"}]


def test_a_host_that_rejects_stream_options_is_asked_without_from_then_on(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(error_reply(400, "Unrecognized request argument supplied: stream_options"), text_reply("ok"))
    assert [chat(model).content, chat(model).content] == ["ok", "ok"]
    assert ["stream_options" in request.json for request in sse_server.requests] == [True, False, False]


def test_null_content_reasoning_and_no_usage_are_a_reply(sse_server: SSEServer, model: OpenAIModel) -> None:
    pieces = [
        chunk({"role": None, "content": None, "reasoning_content": "let me "}),
        chunk({"reasoning": "think"}),
        chunk({"content": "42"}),
        chunk({"content": None}, "stop"),
    ]
    sse_server.play(Script([*pieces, DONE]))
    assert chat(model) == Message("assistant", "42", reasoning="let me think", finish_reason="stop")


def test_a_host_that_repeats_the_id_and_adds_the_legacy_call_makes_one_call(sse_server: SSEServer, model: OpenAIModel) -> None:
    def piece(arguments: str) -> bytes:
        function = {"name": "bash", "arguments": arguments}
        return chunk({"role": None, "function_call": function, "tool_calls": [{"index": 0, "id": "call_9", "function": function}]})

    sse_server.play(Script([piece(""), piece('{"cmd":'), piece('"ls"}'), finish("tool_calls"), DONE]))
    assert chat(model).tool_calls == (ToolCall("call_9", "bash", '{"cmd":"ls"}'),)


def test_calls_that_all_claim_the_same_index_stay_apart(sse_server: SSEServer, model: OpenAIModel) -> None:
    calls = [{"index": 0, "id": f"call_{n}", "function": {"name": "bash", "arguments": f'{{"cmd":"{n}"}}'}} for n in (1, 2)]
    sse_server.play(Script([*[chunk({"tool_calls": [call]}) for call in calls], finish("tool_calls"), DONE]))
    assert chat(model).tool_calls == (ToolCall("call_1", "bash", '{"cmd":"1"}'), ToolCall("call_2", "bash", '{"cmd":"2"}'))


def test_a_host_that_only_says_done_has_ended(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(Script([*text_chunks("fine"), DONE]))
    assert chat(model) == Message("assistant", "fine", finish_reason="stop")


def test_a_host_that_answers_in_one_piece_is_understood(sse_server: SSEServer, model: OpenAIModel) -> None:
    message = {"role": "assistant", "content": "whole"}
    whole = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}
    sse_server.play(Script([json.dumps(whole).encode()], headers=JSON))
    assert chat(model) == Message("assistant", "whole", usage=Usage(1, 2), finish_reason="stop")


def test_keep_alives_and_line_endings_are_not_content(sse_server: SSEServer, model: OpenAIModel) -> None:
    pieces = [b": OPENROUTER PROCESSING\n\n", *[piece.replace(b"\n", b"\r\n") for piece in text_chunks("steady")], b":\n\n", finish(), DONE]
    sse_server.play(Script(pieces))
    assert chat(model).content == "steady"


def test_a_call_reply_survives_the_round_trip(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "ls"}), ("stop", {}), text="Looking."))
    assert chat(model) == Message(
        "assistant",
        "Looking.",
        [ToolCall("call_0", "bash", '{"cmd": "ls"}'), ToolCall("call_1", "stop", "{}")],
        usage=Usage(13, 5),
        finish_reason="tool_calls",
    )


def test_many_replies_at_once_do_not_mix(sse_server: SSEServer, model: OpenAIModel) -> None:
    gate = threading.Event()
    sse_server.play(*[Script([Wait(gate), *text_chunks(f"reply {n}"), finish(), usage(n, n), DONE]) for n in range(12)])
    replies: list[Message] = []
    threads = [threading.Thread(target=lambda: replies.append(chat(model))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for _ in threads:
        sse_server.wait_for_request()
    gate.set()
    for thread in threads:
        thread.join(20)
    expected = [Message("assistant", f"reply {n}", usage=Usage(n, n), finish_reason="stop") for n in range(12)]
    assert sorted(replies, key=lambda reply: reply.usage.total if reply.usage else -1) == expected
