"""What the terminal sends: a paste is one text, whatever is in it and however it is cut, and keys are keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from threading import Event

import pytest
from textual.events import Key, Paste
from textual.message import Message

from pygent_tui.terminal_input import PasteParser, read_events

BEGIN, END = "\x1b[200~", "\x1b[201~"
TEXTS = [
    "plain",
    "\x1b",
    "\x1b\x07",
    "\x1b]0;title\x07 rm -rf ~\r",
    "\x1b[31mred\x1b[0m",
    "a\x1b[200~b",
    "\x1b\x1b\x1b[2",
    "\x1b[201",
    f"{'x' * 40}\x1b{'y' * 40}\r",
    "ü\uf71c\x1b",
]


def seen(*parts: str) -> list[tuple[str, str]]:
    """The pastes and keys that a terminal's data is."""
    parser = PasteParser()
    return [told for part in parts for event in parser.feed(part) for told in _told(event)]


def _told(event: Message) -> Iterator[tuple[str, str]]:
    if isinstance(event, Paste):
        yield "paste", event.text
    elif isinstance(event, Key):
        yield "key", event.key


@pytest.mark.parametrize("text", TEXTS)
def test_a_paste_is_one_text_with_every_escape_in_it_and_gives_no_key(text: str) -> None:
    assert seen(f"a{BEGIN}{text}{END}b") == [("key", "a"), ("paste", text), ("key", "b")]


@pytest.mark.parametrize("text", TEXTS)
def test_a_paste_is_the_same_wherever_the_terminal_cuts_it(text: str) -> None:
    sent = f"a{BEGIN}{text}{END}b{BEGIN}2{END}\x1b[A"
    whole = [("key", "a"), ("paste", text), ("key", "b"), ("paste", "2"), ("key", "up")]
    assert seen(*sent) == whole
    for cut in range(1, len(sent)):
        assert seen(sent[:cut], sent[cut:]) == whole


def test_bytes_that_are_no_text_end_nothing() -> None:
    reading, writing = os.pipe()
    ended, taken = Event(), list[str]()

    def take(event: Message) -> None:
        if isinstance(event, Key) and event.character:
            taken.append(event.character)
            if event.character == "b":
                ended.set()

    os.write(writing, b"a\xff\xc3b")
    read_events(reading, take, ended)
    os.close(writing)
    os.close(reading)
    assert taken == ["a", "�", "�", "b"]


def test_a_terminal_that_ends_is_an_error_and_no_endless_loop() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    with pytest.raises(OSError, match="ended"):
        read_events(reading, lambda event: None, Event())
    os.close(reading)
