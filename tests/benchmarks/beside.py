"""The start of container tasks, felt by who types: how long a key takes while five of them start, beside the same keys at rest.

In a real terminal, over an engine that makes real containers: the app, its connections to the engine and the engine itself share
the processors. What counts is the worst key, for one that hangs is what a person notices.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from tests.support.docker_engine import containers_of
from tests.support.sse_server import DONE, Request, Script, call_reply, finish, text_chunks, usage

from .endpoint import Endpoint
from .figures import Figure
from .pty_app import PtyApp, key_latencies

_TASKS = 5
_START = "start"
_TASK_PROMPT = "Wait for the others."
_READY = "they-are-all-started"
_KEYS = 40
_PAUSE_S = 0.03
_SETTLE_S = 3.0
_WAIT_S = 30.0
_CLEAR = b"\x15"  # Ctrl+U
# Letters that nothing else on the screen holds, so that the repaint of each can be told from every other.
_LETTERS = [chr(0x1E00 + offset) for offset in range(_KEYS)]


class _Delegating(Endpoint):
    """Delegates to `_START`, has each task run a command that lasts, and says a word to all else."""

    def take(self, request: Request) -> Script:
        last = request.json["messages"][-1]
        if last["role"] != "user":
            return Script([*text_chunks(_READY, 8), finish(), usage(11, 7), DONE])
        if last["content"] == _START:
            return call_reply(*(("delegate_task", {"prompt": _TASK_PROMPT, "title": f"waits {number}"}) for number in range(_TASKS)))
        return call_reply(("bash", {"cmd": "sleep 60", "timeout": 90}))


def figures(image: str, times: int) -> list[Figure]:
    """The worst key of so many starts of five tasks, each in an app of its own."""
    rest, meanwhile = list[float](), list[float]()
    for _ in range(times):
        at_rest, while_starting = _one(image)
        rest += at_rest
        meanwhile += while_starting
    return [Figure(f"worst key while {_TASKS} container tasks start", max(meanwhile), "ms", "worst at rest", max(rest), 10.0, 50.0)]


def _one(image: str) -> tuple[list[float], list[float]]:
    with _Delegating() as endpoint, endpoint.app("--docker", "--image", image, PYGENT_MAX_TASKS=str(_TASKS)) as app:
        app.read_for(_SETTLE_S)
        rest = _keys(app, _LETTERS)
        app.send(f"{_START}\r".encode())
        app.wait_for(_READY.encode(), 30.0)  # all are accepted, and start
        meanwhile = _keys(app, _LETTERS)
        _await_containers(app.pid)
        return rest, meanwhile


def _await_containers(pid: int) -> None:
    """Raises TimeoutError when not all of them are there in the end: then nothing was measured."""
    deadline = time.monotonic() + _WAIT_S
    while len(containers_of(pid)) < _TASKS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(containers_of(pid))} containers in place of {_TASKS} after {_WAIT_S:g} s")
        time.sleep(0.1)


def _keys(app: PtyApp, letters: Sequence[str]) -> list[float]:
    """Milliseconds that each key took; the composer is empty after them."""
    latencies = [1000 * latency for latency in key_latencies(app, letters, pause_s=_PAUSE_S)]
    app.send(_CLEAR)
    app.read_for(0.3)
    return latencies
