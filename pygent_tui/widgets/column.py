"""The units of a conversation below one another, with their heights: brought from one transcript to the next by what changed."""

from __future__ import annotations

from dataclasses import replace

from ..views.entries import Ask, Call, Entry, Prompt
from ..views.layout import Card, Greeting, Live, Mark, Paragraph, Progress, Speaker, Unit, speaker, units
from ..views.transcript import EMPTY, Transcript
from .cards import GUTTER, PREVIEW_LINES
from .heights import Heights


class Column:
    """Units and heights. Heights are estimates until whoever draws a unit sets them."""

    def __init__(self) -> None:
        self.greeting: tuple[str, ...] = ()
        self.units: list[Unit] = []
        self.heights = Heights()
        self.width = 0
        self._state = EMPTY
        self._greeted = False
        self._speaking: Speaker = "system"
        self._starts: list[int] = []
        """The first unit of each entry."""
        self._entries_end = 0
        self._closed = 0
        """So many units stay: those of entries, and the closed blocks of what streams."""
        self._live = Live("system")

    def rewidth(self, width: int) -> None:
        """Everything may have another height at another width."""
        self.width = width
        self.heights = Heights()
        self.heights.extend([estimate(unit, width) for unit in self.units])

    def update(self, state: Transcript, now: float) -> None:
        """Show `state`, which mostly is what was shown before and a little more."""
        greeted = not state.begun
        if greeted or self._greeted or not _continues(self._state, state):
            self._restart(greeted)
        old, self._state = self._state, state
        self._refresh_open(old, state)
        if len(state.entries) > len(old.entries) or not state.text.text.startswith(old.text.text):
            self._append_entries(old, state)
        self._truncate(self._closed)
        text = state.text.text
        self._extend(self._live.closed(text))
        self._closed = len(self.units)
        self._extend(self._live.rest(text, state.thinking.text, state.retry, now))
        if state.pull is not None:
            self._extend([Progress(state.pull)])

    def _restart(self, greeted: bool) -> None:
        self._truncate(0)
        self._state = EMPTY
        self._greeted = greeted
        self._speaking = "system"
        self._starts = []
        self._live = Live("system")
        if greeted and self.greeting:
            self._extend([Greeting(self.greeting)])
        self._entries_end = self._closed = len(self.units)

    def _refresh_open(self, old: Transcript, new: Transcript) -> None:
        """Entries that were open may have been replaced; nothing else was."""
        for _, index in old.open:
            entry = new.entries[index]
            if entry is old.entries[index]:
                continue
            place = self._starts[index]
            while not isinstance(card := self.units[place], Card):
                place += 1
            self.units[place] = replace(card, entry=entry)
            self.heights[place] = estimate(self.units[place], self.width)

    def _append_entries(self, old: Transcript, new: Transcript) -> None:
        self._truncate(self._entries_end)
        previous = old.entries[-1] if old.entries else None
        for entry in new.entries[len(old.entries) :]:
            self._starts.append(len(self.units))
            self._extend(list(units(entry, previous, self._speaking)))
            self._speaking = _spoken(entry, self._speaking)
            previous = entry
        self._entries_end = self._closed = len(self.units)
        self._live = Live(self._speaking)

    def _extend(self, units: list[Unit]) -> None:
        self.units += units
        self.heights.extend([estimate(unit, self.width) for unit in units])

    def _truncate(self, length: int) -> None:
        del self.units[length:]
        self.heights.truncate(length)


def _continues(old: Transcript, new: Transcript) -> bool:
    """Whether `new` grew out of `old`."""
    if old.task_id != new.task_id or len(new.entries) < len(old.entries):
        return False
    fixed = len(old.entries) - 1
    held = {index for _, index in old.open}
    while fixed in held:
        fixed -= 1
    return fixed < 0 or new.entries[fixed] is old.entries[fixed]


def _spoken(entry: Entry, before: Speaker) -> Speaker:
    who = speaker(entry)
    return before if who == "system" else who


def estimate(unit: Unit, width: int) -> int:
    """About how many lines `unit` needs; cheap, and exact where it is easy."""
    room = max(1, width - GUTTER - 1)
    match unit:
        case Paragraph(block):
            return _lines(block.text, room) + (not block.joined)
        case Card(Prompt(text), spaced):
            return _lines(text, room) + spaced
        case Card(Call() as call, spaced):
            shown = min(PREVIEW_LINES + 1, call.result.count("\n") + 1) if call.result else 0
            return 1 + shown + bool(call.files) + spaced
        case Card(Ask() as ask, spaced):
            return _lines(ask.prompt, room) + len(ask.options) + 1 + spaced
        case Card(_, spaced):
            return 1 + spaced
        case Greeting(lines):
            return len(lines) + 2
        case Mark():
            return 1
        case _:
            return 2


def _lines(text: str, room: int) -> int:
    return text.count("\n") + 1 + len(text) // (2 * room)
