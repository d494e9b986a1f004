"""OpenAIModel against a scripted server that sends exact bytes: what is understood, refused, and never told."""

from __future__ import annotations

import json
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from email.utils import formatdate

import pytest

from pygent_engine.errors import ModelError
from pygent_engine.models.openai import OpenAIModel
from pygent_engine.models.reply import ReplyBuilder
from pygent_engine.values import INCOMPLETE, Delta, JsonDict, Message, ToolCall, Usage
from tests.support.sse_server import (
    DONE,
    Drip,
    Script,
    SSEServer,
    Wait,
    call_chunks,
    call_reply,
    chunk,
    error_reply,
    event,
    finish,
    text_chunks,
    text_reply,
    usage,
)

CANARY = "sk-canary-7f3a9b2c4d5e"
ASK: list[JsonDict] = [{"role": "user", "content": "hi"}]
TOOL: JsonDict = {"type": "function", "function": {"name": "bash", "parameters": {"type": "object", "properties": {}}}}
HTML = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def model(sse_server: SSEServer) -> Iterator[OpenAIModel]:
    made = OpenAIModel(CANARY, sse_server.url, timeout_s=5.0)
    yield made
    made.close()


def chat(model: OpenAIModel) -> Message:
    return model.chat(ASK, "a-model", [])


def failure(model: OpenAIModel) -> ModelError:
    with pytest.raises(ModelError) as caught:
        chat(model)
    told = "".join(traceback.format_exception(caught.value))
    assert CANARY not in told
    return caught.value


def request_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "pygent-model-request"]


# ---------------------------------------------------------------- what a reply is


def test_text_streams_in_the_pieces_that_were_sent(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(text_reply("hello wörld"))
    deltas = list(model.stream(ASK, "a-model", [], threading.Event()))
    assert deltas == [Delta(text="hell"), Delta(text="o wö"), Delta(text="rld"), Delta(finish_reason="stop"), Delta(usage=Usage(11, 7))]


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


# ---------------------------------------------------------------- what is not acted on


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
    model = OpenAIModel(CANARY, sse_server.url, timeout_s=0.2)
    pieces: list[Delta] = []
    with pytest.raises(ModelError, match=r"sent nothing for 0\.2 s") as caught:
        pieces.extend(model.stream(ASK, "a-model", [], threading.Event()))
    assert caught.value.transient
    assert pieces == [Delta(text="abcd")]
    sse_server.wait_until_gone()
    assert request_threads() == []


def test_silence_after_the_terminal_signal_is_no_error(sse_server: SSEServer) -> None:
    sse_server.play(Script([*text_chunks("all"), finish()], end="hang"))
    assert OpenAIModel(CANARY, sse_server.url, timeout_s=0.2).chat(ASK, "m", []) == Message("assistant", "all", finish_reason="stop")


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
    assert str(failure(model)) == f"{sse_server.url} ended the reply with an error. It says: out of memory ␛[2J for [API key]"


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("status", "said", "remedy"),
    [
        (401, "Incorrect API key provided: " + CANARY, "check OPENAI_API_KEY"),
        (402, "Insufficient credits", "add credit"),
        (403, "Country not supported", "choose another model"),
        (404, "The model `a-model` does not exist", "the name of the model"),
        (400, "This model's maximum context length is 8192 tokens", "start a new session"),
        (400, "Unknown parameter: x", "did not accept the request"),
        (307, "", "redirects to https://elsewhere.example/v1"),
    ],
)
def test_a_refusal_is_one_sentence_with_a_remedy_and_is_final(
    sse_server: SSEServer, model: OpenAIModel, status: int, said: str, remedy: str
) -> None:
    sse_server.play(error_reply(status, said, Location="https://elsewhere.example/v1"))
    error = failure(model)
    assert remedy in str(error)
    assert f"(HTTP {status})" in str(error)
    assert (error.transient, error.retry_after_s, len(sse_server.requests)) == (False, None, 1)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_what_may_pass_is_transient_and_is_asked_once(sse_server: SSEServer, model: OpenAIModel, status: int) -> None:
    sse_server.play(error_reply(status, "later"))
    error = failure(model)
    assert (error.transient, error.retry_after_s, len(sse_server.requests)) == (True, None, 1)


@pytest.mark.parametrize(("value", "seconds"), [("1", 1.0), ("300", 300.0), ("1.5", 1.5), ("soon", None), ("-3", None), ("1e9", None)])
def test_the_delay_that_a_host_asks_for_is_kept_and_told(
    sse_server: SSEServer, model: OpenAIModel, value: str, seconds: float | None
) -> None:
    sse_server.play(error_reply(429, "slow down", Retry_After=value))
    error = failure(model)
    assert error.retry_after_s == seconds
    assert (f"asks to wait {value} s" in str(error)) == (seconds is not None)


def test_a_delay_may_be_a_date(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(error_reply(503, "later", Retry_After=formatdate(time.time() + 120, usegmt=True)))
    delay = failure(model).retry_after_s
    assert delay is not None
    assert 110 <= delay <= 121


def test_a_spent_quota_is_not_tried_again(sse_server: SSEServer, model: OpenAIModel) -> None:
    body = json.dumps({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}).encode()
    sse_server.play(Script([body], 429, {**JSON, "Content-Length": str(len(body)), "Retry-After": "1"}))
    error = failure(model)
    assert (error.transient, error.retry_after_s) == (False, None)


def test_a_dead_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        error = failure(OpenAIModel(CANARY, url))
    assert str(error) == f"{url} cannot be reached: [Errno 111] Connection refused. Check OPENAI_BASE_URL and that the server is up."
    assert error.transient


def test_a_name_that_does_not_resolve_is_named() -> None:
    error = failure(OpenAIModel(CANARY, "http://nowhere.invalid/v1"))
    assert str(error).startswith("http://nowhere.invalid/v1 cannot be reached: ")
    assert error.transient


def test_without_key_and_address_the_error_says_what_to_set() -> None:
    assert "OPENAI_API_KEY" in str(failure(OpenAIModel()))
    assert "demo" in str(failure(OpenAIModel()))


@pytest.mark.parametrize("url", ["localhost:8000/v1", "ftp://host/v1", "http://", "http://[::1/v1", "http://host:port/v1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    assert "OPENAI_BASE_URL must begin with http" in str(failure(OpenAIModel(CANARY, url)))


def test_a_key_that_no_header_can_carry_is_refused_unseen() -> None:
    assert "OPENAI_API_KEY holds characters" in str(failure(OpenAIModel(CANARY + "\nX-Evil: 1", "http://127.0.0.1:9/v1")))


# ---------------------------------------------------------------- where the key goes


def test_the_key_is_in_the_authorization_header_and_nowhere_else(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(text_reply("ok"))
    chat(model)
    request = sse_server.requests[0]
    assert {name for name, value in request.headers.items() if CANARY in value} == {"authorization"}
    assert CANARY.encode() not in request.body
    assert CANARY not in request.path + repr(model)


def test_without_a_key_no_authorization_is_sent(sse_server: SSEServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, CANARY)
    sse_server.play(text_reply("ok"))
    model = OpenAIModel(None, sse_server.url)
    assert chat(model).content == "ok"
    model.close()
    assert CANARY not in str(sse_server.requests[0].headers)
    assert {"authorization", "openai-organization", "openai-project"}.isdisjoint(sse_server.requests[0].headers)


def test_credentials_in_the_address_are_not_told(sse_server: SSEServer) -> None:
    sse_server.play(error_reply(404, "no"))
    url = sse_server.url.replace("http://", f"http://user:{CANARY}@")
    assert f"{sse_server.url} knows no such path" in str(failure(OpenAIModel(None, url)))


# ---------------------------------------------------------------- cancel


def ends_within_a_second(model: OpenAIModel, cancel: threading.Event, ready: threading.Event, pieces: list[Delta]) -> None:
    """Read a reply on a thread; once `ready`, cancel: the stream ends within a second and leaves no thread."""
    reader = threading.Thread(target=lambda: pieces.extend(model.stream(ASK, "a-model", [], cancel)))
    reader.start()
    assert ready.wait(10)
    began = time.monotonic()
    cancel.set()
    reader.join(10)
    assert time.monotonic() - began < 1.0


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
    ends_within_a_second(model, threading.Event(), arrived(sse_server), pieces)
    assert all(delta.finish_reason is None for delta in pieces)
    sse_server.wait_until_gone()
    assert request_threads() == []


def test_cancel_ends_a_read_on_a_connection_that_is_used_again(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(text_reply("first"), Script(headers={}, end="hang"))
    chat(model)
    sse_server.wait_for_request()
    ends_within_a_second(model, threading.Event(), arrived(sse_server), [])
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
        ends_within_a_second(model, threading.Event(), ready, [])
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


def test_a_call_reply_survives_the_round_trip(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(call_reply(("bash", {"cmd": "ls"}), ("stop", {}), text="Looking."))
    assert chat(model) == Message(
        "assistant",
        "Looking.",
        [ToolCall("call_0", "bash", '{"cmd": "ls"}'), ToolCall("call_1", "stop", "{}")],
        usage=Usage(13, 5),
        finish_reason="tool_calls",
    )
