"""OpenAIModel against a host that refuses or is not there, and where the key goes."""

from __future__ import annotations

import json
import socket
import time
from email.utils import formatdate

import pytest

from pygent_engine.models.openai import OpenAIModel
from tests.models.asking import CANARY, JSON, chat, failure
from tests.support.sse_server import (
    Script,
    SSEServer,
    error_reply,
    text_reply,
)

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


def test_a_redirect_that_repeats_the_key_is_told_without_it(sse_server: SSEServer, model: OpenAIModel) -> None:
    sse_server.play(error_reply(302, "", Location=f"https://elsewhere.example/{'x' * 150}?key={CANARY}"))
    assert "elsewhere.example" in str(failure(model))
    assert CANARY[:12] not in str(failure(model))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 529])
def test_what_may_pass_is_transient_and_is_asked_once(sse_server: SSEServer, model: OpenAIModel, status: int) -> None:
    sse_server.play(error_reply(status, "later"))
    error = failure(model)
    assert (error.transient, error.retry_after_s, len(sse_server.requests)) == (True, None, 1)
    assert "; ask again after a wait (HTTP " in str(error)  # who asks, and whether at all, the host's client cannot know


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
