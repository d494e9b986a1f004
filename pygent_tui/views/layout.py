"""Turns transcript entries into units, the pieces that the conversation draws and caches one by one. Pure."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import Literal

from pygent_engine.frozen import frozen

from .blocks import Block, Splitter, split
from .entries import Ask, Call, Entry, Permission, Prompt, Reply, Retry, Thinking
from .pull import Pull

_SHOWN_THOUGHT = 400
_SENDERS = {"task": "The task", "agent": "Pygent, from the main conversation"}

Speaker = Literal["user", "agent", "system"]


@frozen
class Label:
    """The line that says who speaks from here on."""

    speaker: Speaker
    text: str


@frozen
class Paragraph:
    """One block of a reply's markdown."""

    block: Block


@frozen
class Mark:
    """A reply that is not whole, and why."""

    cut: str


@frozen
class Card:
    """An entry that is drawn whole; `spaced` when a blank line stands before it. `seconds`: how long the call runs by now."""

    entry: Entry
    spaced: bool
    seconds: int = 0


@frozen
class Countdown:
    """The model is asked again in so many seconds."""

    reason: str
    seconds: int
    attempt: int


@frozen
class Thought:
    """The newest words of a thinking that goes on."""

    text: str
    characters: int


@frozen
class Progress:
    """An image is being fetched."""

    pull: Pull


@frozen
class Greeting:
    """What an empty conversation says; the first line is its title."""

    lines: tuple[str, ...]


Unit = Label | Paragraph | Mark | Card | Countdown | Thought | Progress | Greeting


def units(entry: Entry, previous: Entry | None, speaking: Speaker) -> tuple[Unit, ...]:
    """The units of `entry`; `speaking` is who spoke last, not counting the system."""
    labels = label(entry, speaking)
    match entry:
        case Reply(text, cut):
            paragraphs = [Paragraph(block) for block in split(text)]
            return (*labels, *_after(labels, paragraphs), *((Mark(cut),) if cut else ()))
        case _:
            return (*labels, Card(entry, not labels and spaced(entry, previous)))


def spaced(entry: Entry, previous: Entry | None) -> bool:
    """Whether a blank line stands above `entry` when no label does."""
    match entry:
        case Reply() | Call(by="user"):
            return True
        case Call() | Permission() | Ask():
            return not isinstance(previous, Call | Permission | Ask)
        case _:
            return previous is not None and speaker(previous) != speaker(entry)


def label(entry: Entry, speaking: Speaker) -> tuple[Unit, ...]:
    """A label where the word passes between the user and the agent."""
    if isinstance(entry, Prompt):
        return (Label("agent" if entry.by == "agent" else "user", _said_by(entry)),)
    if isinstance(entry, Call) and entry.by == "user" and speaking != "user":
        return (Label("user", "You"),)
    return (Label("agent", "Pygent"),) if speaker(entry) == "agent" and speaking != "agent" else ()


def _said_by(prompt: Prompt) -> str:
    who = _SENDERS.get(prompt.by) or ("You, while it works" if prompt.steer else "You")
    return who if prompt.read else f"{who} · not read yet"


def speaker(entry: Entry) -> Speaker:
    match entry:
        case Prompt() | Call(by="user"):
            return "user"
        case Reply() | Thinking() | Call() | Permission() | Ask():
            return "agent"
        case _:
            return "system"


def _after(labels: tuple[Unit, ...], paragraphs: list[Paragraph]) -> list[Paragraph]:
    """No blank line stands between a label and the first paragraph."""
    if not labels or not paragraphs:
        return paragraphs
    return [Paragraph(replace(paragraphs[0].block, joined=True)), *paragraphs[1:]]


class Live:
    """The units of what streams after `speaking` spoke: closed blocks are handed out once, the rest anew each time."""

    def __init__(self, speaking: Speaker) -> None:
        self._splitter = Splitter()
        self._label = label(Reply(""), speaking)

    def closed(self, text: str) -> list[Unit]:
        """The units that were closed since the last call; `text` is the whole reply so far."""
        units = self._labelled([Paragraph(block) for block in self._splitter.closed(text)])
        self._label = () if units else self._label
        return units

    def rest(self, text: str, thinking: str, retry: Retry | None, now: float) -> list[Unit]:
        """The units that may look different next time."""
        units: list[Unit] = self._labelled([Paragraph(block) for block in self._splitter.rest(text)])
        if thinking and not text:
            units += [*self._label, Thought(thinking[-_SHOWN_THOUGHT:], len(thinking))]
        if retry is not None:
            units.append(Countdown(retry.reason, max(0, ceil(retry.due_at - now)), retry.attempt))
        return units

    def _labelled(self, paragraphs: list[Paragraph]) -> list[Unit]:
        return [*self._label, *_after(self._label, paragraphs)] if paragraphs else []
