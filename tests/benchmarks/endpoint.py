"""An OpenAI-compatible endpoint for the benchmarks of the app: what it answers depends on the last prompt.

A delegation and then text for minutes to `LOAD`, a whole book as fast as it is taken to `BOOK`, a page to all else.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from tests.support.sse_server import DONE, Pause, Piece, Request, Script, SSEServer, call_reply, finish, text_chunks, usage

from .pty_app import PtyApp
from .starts import PAINTED, ROOT, app_command, environment

TOKENS_PER_S = 100
LOAD = "go"
BOOK = "book"
TASK_PROMPT = "Print lines until you are stopped."
BOOK_CHARACTERS = 300_000
_BOOK_CHUNK = 12
_AHEAD = 16 * 1024
_SECONDS = 180

_PAGE = """## Page {0}

Some **words** about `page_{0}`, with a [link](https://example.com/{0}) and a list:

- the first point, which is a little longer than the others
- the second

```python
def page_{0}(lines: list[str]) -> str:
    # what the page says
    return "\\n".join(line.strip() for line in lines if line)
```

"""
_PAGE_BYTES = 1000
_PROSE = "The words of a page go on and on, as words do when nobody stops them, and *some* are in italics. "


class Endpoint(SSEServer):
    """`command` is what the task that `LOAD` delegates is told to run. `book_asked` and `book_sent` are of the last book."""

    def __init__(self, command: str = "true") -> None:
        super().__init__()
        self._command = command
        self._pages = itertools.count(1)
        self._book = text_chunks(_book(), _BOOK_CHUNK)
        self._books = itertools.count(1)
        self.book_asked = self.book_sent = 0.0
        # What was sent was nearly read, then: or the whole of a book would lie in the buffers of the connection at once.
        self._http.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _AHEAD)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @contextlib.contextmanager
    def app(self, *flags: str, **variables: str) -> Iterator[PtyApp]:
        """The installed app, painted, in a terminal and a home of its own; it asks this endpoint."""
        settings = {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": "sk-benchmark", "PYGENT_MODEL": "bench"} | variables
        with contextlib.ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pygent-bench.")))
            app = stack.enter_context(PtyApp(app_command(*flags), env=environment(home) | settings, cwd=ROOT))
            app.wait_for(PAINTED, 30.0)
            yield app

    def take(self, request: Request) -> Script:
        last = request.json["messages"][-1]
        if last["role"] != "user":
            return Script(_words())
        if TASK_PROMPT in last["content"]:
            return call_reply(("bash", {"cmd": self._command, "timeout": 2 * _SECONDS}))
        if last["content"] == LOAD:
            return call_reply(("delegate_task", {"prompt": TASK_PROMPT, "title": "printer"}))
        if last["content"] == BOOK:
            return Script(self._tell_book())
        return Script([*text_chunks(_page(next(self._pages)), 256), finish(), usage(11, 7), DONE])

    def _tell_book(self) -> Iterator[Piece]:
        self.book_asked = time.perf_counter()
        yield from self._book
        yield from [*text_chunks(f"\n\n{book_end(next(self._books))}", _BOOK_CHUNK), finish(), usage(11, 7), DONE]
        self.book_sent = time.perf_counter()


def page_end(number: int) -> str:
    """The last words of a page; nothing else on the screen is like them."""
    return f"end-of-page-{number}."


def book_end(number: int) -> str:
    """The last words of the book with this number."""
    return f"end-of-book-{number}."


def _page(number: int) -> str:
    """About a kilobyte of markdown that says its number."""
    text = _PAGE.format(number)
    return text + _PROSE * (-(-(_PAGE_BYTES - len(text)) // len(_PROSE))) + page_end(number)


def _book() -> str:
    """All the pages, with code, lists and prose."""
    pages, length = list[str](), 0
    while length < BOOK_CHARACTERS:
        pages.append(_page(len(pages) + 1))
        length += len(pages[-1]) + 2
    return "\n\n".join(pages)


def _words() -> list[Piece]:
    """A long answer: a word a token, a list item now and then, a paragraph now and then."""
    pieces: list[Piece] = []
    for number in range(1, _SECONDS * TOKENS_PER_S):
        ending = "\n\n" if number % 120 == 0 else "\n- " if number % 30 == 0 else " "
        pieces += [*text_chunks(f"word{ending}", size=8), Pause(1 / TOKENS_PER_S)]
    return pieces
