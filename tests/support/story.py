"""A host whose model leads the whole story of delegated tasks: three at once, of which one asks, one waits for a word, one hangs.

It answers by what it is asked, so that the order in which the tasks come does not matter.
"""

from __future__ import annotations

import threading
from typing import Any

from .sse_server import Request, Script, SSEServer, Wait, call_reply, text_reply

PROMPT = "Split it up."
ASKS, LISTENS, HANGS = "Ask, then write one.", "Write two, then listen.", "Think for ever."
TITLES = {ASKS: "asks first", LISTENS: "listens", HANGS: "hangs"}
SHARED = "notes.txt"
BASE = "the first line\nthe line of all\nthe last line\n"
COMMAND = f"sed -i 's/line of all/line of one/' {SHARED}"
WRITTEN = {"path": SHARED, "old": "the line of all", "new": "the line of two"}


class StoryTeller(SSEServer):
    """`listened` lets the task that listens go on; `heard` are the last words of the user that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.listened = threading.Event()
        self.heard: list[str] = []

    def take(self, request: Request) -> Script:
        messages: list[dict[str, Any]] = request.json["messages"]
        prompt = next(message["content"] for message in messages if message["role"] == "user")
        replies = sum(message["role"] == "assistant" for message in messages)
        if ASKS in prompt:
            return text_reply("One is written.") if replies else call_reply(("bash", {"cmd": COMMAND}))
        if LISTENS in prompt:
            return self._listen(messages, replies)
        if HANGS in prompt:
            return Script([Wait(threading.Event())], end="hang")
        if replies == 0:
            return call_reply(*(("delegate_task", {"prompt": each, "title": TITLES[each], "files": [SHARED]}) for each in TITLES))
        return text_reply("They are at work.")

    def _listen(self, messages: list[dict[str, Any]], replies: int) -> Script:
        if replies == 0:
            return call_reply(("edit_file", WRITTEN))
        if replies == 1:
            return Script([Wait(self.listened), *call_reply(("read_file", {"path": SHARED})).pieces])
        self.heard += [message["content"] for message in messages if message["role"] == "user"][1:]
        return text_reply("Two is written, as I was told.")
