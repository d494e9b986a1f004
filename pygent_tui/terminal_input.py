"""What the terminal sends, as events: a paste is text, whatever bytes are in it, and no bytes end the app.

Textual's own reader takes an escape within a paste for the begin of a key, and fails on what is no UTF-8.
"""

from __future__ import annotations

import os
import select
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable, Iterator
from threading import Event

from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.events import Paste
from textual.message import Message

_ESCAPE = "\x1b"
_STAND_IN = "\uf71b"  # for private use: nothing that is pasted means anything by it
_AT_ONCE = 1 << 14
_LOOK_UP_S = 0.1


class PasteParser(XTermParser):
    """Textual's parser, which sees no escape in a paste but the one that ends it."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pasting = False
        self._before = ""  # the end of what was handed on: the mark of a paste may begin in it
        self._held = ""  # the end of what came of a paste: the mark of its end may begin in it

    def feed(self, data: str) -> Iterable[Message]:
        shielded = "".join(self._shielded(data))
        if data and not shielded:
            return
        for message in super().feed(shielded):
            yield Paste(message.text.replace(_STAND_IN, _ESCAPE)) if isinstance(message, Paste) else message

    def _shielded(self, data: str) -> Iterator[str]:
        while data:
            part, data = self._of_paste(data) if self._pasting else self._of_keys(data)
            yield part

    def _of_keys(self, data: str) -> tuple[str, str]:
        """`data` up to where a paste begins, and what comes after that."""
        known = len(self._before)
        read = self._before + data
        begin = read.find(BRACKETED_PASTE_START)
        self._pasting = begin >= 0
        if not self._pasting:
            self._before = read[1 - len(BRACKETED_PASTE_START) :]
            return data, ""
        self._before = ""
        end = begin + len(BRACKETED_PASTE_START) - known
        return data[:end], data[end:]

    def _of_paste(self, data: str) -> tuple[str, str]:
        """`data` up to where the paste ends, and what comes after that."""
        text, end, after = (self._held + data).partition(BRACKETED_PASTE_END)
        self._pasting = not end
        held = 0 if end else next((n for n in range(len(BRACKETED_PASTE_END) - 1, 0, -1) if text.endswith(BRACKETED_PASTE_END[:n])), 0)
        self._held = text[len(text) - held :]
        return text[: len(text) - held].replace(_ESCAPE, _STAND_IN) + end, after


def read_events(descriptor: int, take: Callable[[Message], object], ended: Event, *, debug: bool = False) -> None:
    """Have `take` called with each event until `ended`. Raises OSError when the terminal is gone."""
    parser = PasteParser(debug)
    decoder = getincrementaldecoder("utf-8")("replace")
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    while not ended.is_set():
        if poll.poll(_LOOK_UP_S * 1000):
            data = os.read(descriptor, _AT_ONCE)
            if not data:
                raise OSError("the terminal ended")
            if text := decoder.decode(data):
                for event in parser.feed(text):
                    take(event)
        for event in parser.tick():
            take(event)
