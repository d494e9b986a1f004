"""A scripted HTTP server on loopback that sends exact bytes, and the bytes of OpenAI-shaped replies.

Each request takes the next script of `SSEServer.scripts` (the last one answers for ever); what was asked is in
`requests`. A script decides every byte, when it is sent, and how the connection ends.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, cast

import pytest

DEADLINE_S = 20.0
End = Literal["close", "cut", "reset", "hang"]


@dataclass(frozen=True)
class Wait:
    """Before the next bytes: until the event is set, or the client has gone."""

    event: threading.Event


@dataclass(frozen=True)
class Pause:
    """Before the next bytes: this long, or until the client has gone."""

    seconds: float


@dataclass(frozen=True)
class Drip:
    """Send `data` every `seconds` until the client has gone."""

    data: bytes
    seconds: float


Piece = bytes | Wait | Pause | Drip


@dataclass(frozen=True)
class Script:
    """One response. `end`: complete, cut before it is complete, reset, or silent until the client goes away.

    Without headers and pieces nothing is sent at all, not even a status.
    """

    pieces: Iterable[Piece] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "text/event-stream"})
    end: End = "close"


@dataclass(frozen=True)
class Request:
    """What one request asked. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return cast(dict[str, Any], json.loads(self.body))


class SSEServer:
    """The server and what it has seen. `reached` is released once for every request that arrived."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.requests: list[Request] = []
        self.reached = threading.Semaphore(0)
        self._guard = threading.Lock()  # of scripts, requests and _gone
        self._closing = threading.Event()
        self._gone = 0
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, name="sse-server", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The base URL for a client, ending in /v1."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def play(self, *scripts: Script) -> None:
        """Answer the next requests with these, and all later ones with the last."""
        with self._guard:
            self.scripts = list(scripts)

    def wait_for_request(self) -> None:
        """Block until one more request has arrived."""
        assert self.reached.acquire(timeout=DEADLINE_S), "no request came"

    def wait_until_gone(self, count: int = 1) -> None:
        """Block until `count` responses met a client that had gone away."""
        limit = time.monotonic() + DEADLINE_S
        while self._gone < count:
            assert time.monotonic() < limit, "the client is still there"
            self._closing.wait(0.01)

    def close(self) -> None:
        """Stop serving and end every open response."""
        self._closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(DEADLINE_S)

    def take(self, request: Request) -> Script:
        with self._guard:
            self.requests.append(request)
            script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        self.reached.release()
        return script

    def went(self) -> None:
        with self._guard:
            self._gone += 1

    @property
    def closing(self) -> bool:
        return self._closing.is_set()


class _Http(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them
    owner: SSEServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is part of many scripts."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        server = cast(_Http, self.server).owner
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        script = server.take(Request(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        try:
            self._play(script, server)
        except _Gone:
            self.close_connection = True
            server.went()
        except OSError:
            self.close_connection = True

    def _play(self, script: Script, server: SSEServer) -> None:
        chunked = "Content-Length" not in script.headers
        if script.headers or script.pieces:
            self._send_head(script, chunked)
        for piece in script.pieces:
            for data in self._bytes_of(piece, server):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
        match script.end:
            case "close":
                self.wfile.write(b"0\r\n\r\n" if chunked else b"")
            case "cut":
                self.close_connection = True
            case "reset":
                self._reset()
            case "hang":
                self._until_gone(server)

    def _send_head(self, script: Script, chunked: bool) -> None:
        self.send_response(script.status)
        for name, value in script.headers.items():
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _bytes_of(self, piece: Piece, server: SSEServer) -> Iterator[bytes]:
        match piece:
            case bytes():
                yield piece
            case Wait(event):
                while not event.is_set():
                    self._check(server, 0.02)
            case Pause(seconds):
                self._check(server, seconds)
            case Drip(data, seconds):
                while True:
                    yield data
                    self._check(server, seconds)

    def _until_gone(self, server: SSEServer) -> None:
        while True:
            self._check(server, 0.02)

    def _check(self, server: SSEServer, seconds: float) -> None:
        """Wait for `seconds`; raises _Gone when the client has gone, or the server closes."""
        limit = time.monotonic() + seconds
        while not server.closing:
            left = limit - time.monotonic()
            self.connection.settimeout(max(0.001, min(left, 0.05)))
            with contextlib.suppress(TimeoutError):
                if self.connection.recv(1, socket.MSG_PEEK) == b"":
                    raise _Gone
            if left <= 0:
                self.connection.settimeout(None)
                return
        raise _Gone

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class _Gone(OSError):
    """The client closed the connection, or the server is closing."""


@pytest.fixture
def sse_server() -> Iterator[SSEServer]:
    """A scripted server of its own for one test."""
    server = SSEServer()
    yield server
    server.close()


# ---------------------------------------------------------------- bytes of replies


def event(data: object) -> bytes:
    """One server-sent event holding `data` as JSON."""
    return b"data: " + json.dumps(data, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"


def chunk(delta: Mapping[str, Any], finish_reason: str | None = None) -> bytes:
    """One chunk of a reply."""
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish_reason}
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "scripted", "choices": [choice]})


def text_chunks(text: str, size: int = 4) -> list[bytes]:
    """The text of a reply in pieces of `size` characters."""
    return [chunk({"role": "assistant", "content": text[at : at + size]}) for at in range(0, len(text), size)]


def call_chunks(name: str, arguments: Mapping[str, Any] | str, *, call_id: str = "call_1", index: int = 0, size: int = 7) -> list[bytes]:
    """A tool call: its name, then its arguments in pieces of `size` characters."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    head = {"index": index, "id": call_id, "type": "function", "function": {"name": name, "arguments": ""}}
    rest = [{"index": index, "function": {"arguments": text[at : at + size]}} for at in range(0, len(text), size)]
    return [chunk({"tool_calls": [call]}) for call in [head, *rest]]


def finish(reason: str = "stop") -> bytes:
    """The chunk with the terminal signal."""
    return chunk({}, reason)


def usage(prompt: int, completion: int) -> bytes:
    """The chunk that counts the tokens, which comes after the terminal signal."""
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "scripted", "choices": [], "usage": counts})


def text_reply(text: str) -> Script:
    """A whole reply of text."""
    return Script([*text_chunks(text), finish("stop"), usage(11, 7), DONE])


def call_reply(*calls: tuple[str, Mapping[str, Any]], text: str = "") -> Script:
    """A whole reply that calls tools."""
    made = [piece for at, (name, arguments) in enumerate(calls) for piece in call_chunks(name, arguments, call_id=f"call_{at}", index=at)]
    return Script([*text_chunks(text), *made, finish("tool_calls"), usage(13, 5), DONE])


def error_reply(status: int, message: str, **headers: str) -> Script:
    """A refusal in OpenAI's shape; header names are given with underscores."""
    body = json.dumps({"error": {"message": message, "type": "error", "code": None}}).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Script([body], status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **named})
