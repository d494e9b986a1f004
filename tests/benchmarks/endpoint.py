"""An OpenAI-compatible endpoint for the load benchmark: one conversation delegates, then streams text for minutes."""

from __future__ import annotations

from typing import Self

from tests.support.sse_server import Pause, Piece, Request, Script, SSEServer, call_reply, text_chunks

TOKENS_PER_S = 100
TASK_PROMPT = "Print lines until you are stopped."
_SECONDS = 120


class Endpoint(SSEServer):
    """Answers by what the conversation needs: a delegation first, `command` to the task, then text to the rest."""

    def __init__(self, command: str) -> None:
        super().__init__()
        self._command = command

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def take(self, request: Request) -> Script:
        last = request.json["messages"][-1]
        if last["role"] == "user" and TASK_PROMPT in last["content"]:
            return call_reply(("bash", {"cmd": self._command, "timeout": 2 * _SECONDS}))
        if last["role"] == "user":
            return call_reply(("delegate_task", {"prompt": TASK_PROMPT, "title": "printer"}))
        return Script(_words())


def _words() -> list[Piece]:
    """A long answer: a word a token, a list item now and then, a paragraph now and then."""
    pieces: list[Piece] = []
    for number in range(1, _SECONDS * TOKENS_PER_S):
        ending = "\n\n" if number % 120 == 0 else "\n- " if number % 30 == 0 else " "
        pieces += [*text_chunks(f"word{ending}", size=8), Pause(1 / TOKENS_PER_S)]
    return pieces
