"""An OpenAI-compatible endpoint for the load benchmark: one conversation delegates, then streams text for ever."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKENS_PER_S = 100
TASK_PROMPT = "print lines until you are stopped"


class Endpoint:
    """Listens on a free port of the loopback while its context is open.

    The first request of the main conversation is answered with a delegation of `TASK_PROMPT`, a request whose last user
    message is that prompt with a call of `command`, and everything else with words, `TOKENS_PER_S` of them a second.
    """

    def __init__(self, command: str) -> None:
        self.closing = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                try:
                    for chunk in endpoint.chunks(request["messages"]):
                        self.wfile.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
                except (BrokenPipeError, ConnectionResetError):
                    return  # the app was closed
                self.wfile.write(b"data: [DONE]\n\n")

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._command = command
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="bench-endpoint")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10.0)

    def chunks(self, messages: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The reply to `messages` as the chunks of a stream."""
        prompts = [message["content"] for message in messages if message["role"] == "user"]
        if TASK_PROMPT in str(prompts[-1]):
            yield from _call("bash", {"cmd": self._command, "timeout": 600})
        elif messages[-1]["role"] == "user":
            yield from _call("delegate_task", {"prompt": TASK_PROMPT, "title": "printer"})
        else:
            yield from self._words()

    def _words(self) -> Iterator[dict[str, Any]]:
        number = 0
        while not self.closing.wait(1 / TOKENS_PER_S):
            number += 1
            # A list item now and then, a paragraph now and then: what a long answer looks like.
            ending = "\n\n" if number % 120 == 0 else "\n- " if number % 30 == 0 else " "
            yield _chunk({"content": f"word{ending}"})


def _call(name: str, arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    function = {"name": name, "arguments": json.dumps(arguments)}
    yield _chunk({"tool_calls": [{"index": 0, "id": f"call_{name}", "type": "function", "function": function}]})
    yield _chunk({}, "tool_calls")


def _chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": {"role": "assistant"} | delta, "finish_reason": finish_reason}
    return {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 0, "model": "bench", "choices": [choice]}
