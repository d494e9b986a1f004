"""What a session has posted so far, for readers who come late: folding it gives the screen of one who saw all of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from .deltas import MOST_OUTPUT, GrowingDelta, OutputBudget
from .events import (
    CallEnded,
    ChangesCompared,
    ChangesListed,
    Envelope,
    Event,
    ImagePullEnded,
    ImagePullProgress,
    OutputDelta,
    ReasoningDelta,
    ReplyCompleted,
    StepStarted,
    TaskRemoved,
    TextDelta,
    TurnEnded,
    TurnStarted,
)


class Record:
    """Every envelope in order, but what a later one says again.

    The deltas of a completed reply are not kept, those of another are merged. The output of a call is one OutputDelta, its end
    when it is long, and without text when `most_output` characters came after it (`skipped` counts). Of a running pull the
    furthest and the last progress are kept, of what a task was found to have changed the last list. What is merged has the number of
    its first; the others are missing.
    It grows with what was said and done, not with the pieces in which that came. Not safe for threads by itself.
    """

    def __init__(self, most_output: int = MOST_OUTPUT) -> None:
        self._kept: dict[int, Envelope | GrowingDelta] = {}  # by number, in order
        self._replies: dict[str, _Reply] = {}  # by task: what streams
        self._outputs: dict[str, GrowingDelta] = {}  # by call: what may still grow
        self._pulls: dict[str, list[Envelope]] = {}  # by task: the furthest progress, and the last if it is another
        self._listed: dict[tuple[str, type], int] = {}  # by task: the number of the last list of its changes, and of the last comparison
        self._budget = OutputBudget(most_output)

    def put(self, envelope: Envelope) -> None:
        """Keep an envelope, as far as nothing later will say it again."""
        match envelope.event:
            case TextDelta() | ReasoningDelta() as delta:
                self._put_said(envelope, delta)
            case OutputDelta() as delta:
                self._put_output(envelope, delta)
            case ImagePullProgress() as progress:
                self._put_progress(envelope, progress)
            case event:
                self._relist(envelope)
                self._settle(envelope.task_id, event)
                self._kept[envelope.seq] = envelope

    def envelopes(self) -> list[Envelope]:
        """All that is kept, numbers ascending."""
        return [entry if isinstance(entry, Envelope) else entry.envelope() for entry in self._kept.values()]

    def _put_said(self, envelope: Envelope, delta: TextDelta | ReasoningDelta) -> None:
        reply = self._replies.setdefault(envelope.task_id, _Reply())
        growing = reply.growing.get(type(delta))
        if growing is not None:
            growing.merge(delta, envelope.at)
            return
        reply.parts.append(envelope.seq)
        self._kept[envelope.seq] = reply.growing[type(delta)] = GrowingDelta(envelope, delta)

    def _put_output(self, envelope: Envelope, delta: OutputDelta) -> None:
        growing = self._outputs.get(delta.call_id)
        if growing is None:
            growing = self._outputs[delta.call_id] = GrowingDelta(envelope, delta)
            self._kept[envelope.seq] = growing
        else:
            growing.merge(delta, envelope.at)
        self._budget.grew(growing)

    def _put_progress(self, envelope: Envelope, progress: ImagePullProgress) -> None:
        before = self._pulls.get(envelope.task_id, [])
        furthest = before[:1] if before and _share(before[0]) > progress.share else []
        for passed in before[len(furthest) :]:
            del self._kept[passed.seq]
        self._pulls[envelope.task_id] = [*furthest, envelope]
        self._kept[envelope.seq] = envelope

    def _relist(self, envelope: Envelope) -> None:
        """Drop the list of a task's changes for a newer one, and with the task."""
        task, event = envelope.task_id, envelope.event
        for kind in (ChangesListed, ChangesCompared):
            if isinstance(event, kind | TaskRemoved) and (before := self._listed.pop((task, kind), None)) is not None:
                del self._kept[before]
            if isinstance(event, kind):
                self._listed[task, kind] = envelope.seq

    def _settle(self, task_id: str, event: Event) -> None:
        """End what `event` ends: a reply, an output, a pull; no delta merges past another event of its task."""
        match event:
            case ReplyCompleted():
                for seq in self._take_reply(task_id).parts:
                    del self._kept[seq]
            case StepStarted() | TurnStarted() | TurnEnded():
                self._take_reply(task_id)
            case CallEnded(result) if result.call_id in self._outputs:
                self._outputs.pop(result.call_id).settle()
            case ImagePullEnded():
                for passed in self._pulls.pop(task_id, ()):
                    del self._kept[passed.seq]
        if task_id in self._replies:
            self._replies[task_id].settle()

    def _take_reply(self, task_id: str) -> _Reply:
        reply = self._replies.pop(task_id, _Reply())
        reply.settle()
        return reply


@dataclass(slots=True)
class _Reply:
    """A reply that streams: the numbers of its parts, and which of them take more."""

    parts: list[int] = field(default_factory=list)
    growing: dict[type, GrowingDelta] = field(default_factory=dict)

    def settle(self) -> None:
        for part in self.growing.values():
            part.settle()
        self.growing.clear()


def _share(envelope: Envelope) -> float:
    return envelope.event.share if isinstance(envelope.event, ImagePullProgress) else 0.0
