"""A conversation as it stands, and the two ways it grows: an entry more, or another one in the place of an open one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace

from pygent_engine.frozen import frozen
from pygent_engine.values import ROOT_TASK, ToolCall

from .entries import Call, Entry, Opened, Retry
from .entry_list import EntryList
from .growing import Growing
from .pull import Pull

NOTHING = Growing()


@frozen
class Transcript:
    """The conversation of the task `task_id` as it stands.

    `entries` only grows at its end; an entry that is named in `open` may still be replaced in place. What streams
    (`text`, `thinking`, `retry`, `pull`) stands apart, so that a delta costs the same whatever the length of the conversation.
    """

    task_id: str = ROOT_TASK
    entries: EntryList = field(default_factory=EntryList)
    thinking: Growing = NOTHING
    text: Growing = NOTHING
    retry: Retry | None = None
    pull: Pull | None = None
    open: tuple[tuple[str, int], ...] = ()
    """Call ids whose entry may still change, with the index of the entry."""
    calls: tuple[ToolCall, ...] = ()
    """The calls of the last reply, to name one that ends without having started."""
    titles: dict[str, str] = field(default_factory=dict)
    """Titles of the tasks that this task delegated."""

    @property
    def begun(self) -> bool:
        """Whether anything was said yet, beyond the opening of the session."""
        return len(self.entries) > 1 or any(not isinstance(entry, Opened) for entry in self.entries)

    @property
    def running(self) -> Iterator[tuple[int, Call]]:
        """The calls that run, each with its index, the newest first."""
        for _, index in reversed(self.open):
            entry = self.entries[index]
            if isinstance(entry, Call) and entry.status == "running":
                yield index, entry

    def append(self, *entries: Entry) -> Transcript:
        return replace(self, entries=self.entries.append(*entries))

    def opened(self, call_id: str) -> Entry | None:
        """The open entry of `call_id`."""
        return next((self.entries[index] for key, index in self.open if key == call_id), None)

    def put(self, call_id: str, entry: Entry) -> Transcript:
        """Replace the open entry of `call_id`, or append it as a new open one."""
        for key, index in self.open:
            if key == call_id:
                return replace(self, entries=self.entries.put(index, entry))
        return replace(self.append(entry), open=(*self.open, (call_id, len(self.entries))))

    def close(self, call_id: str) -> Transcript:
        """The entry of `call_id` changes no more, nor do those of what it asked."""
        return replace(self, open=tuple(pair for pair in self.open if pair[0] != call_id and not pair[0].startswith(f"{call_id}.")))


EMPTY = Transcript()
