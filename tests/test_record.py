"""What a late reader gets of a session: the same screen as one who saw all of it, in memory that its pieces do not cost."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine import DemoModel, Settings, open_session
from pygent_engine.deltas import LONGEST_OUTPUT
from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    ChangesApplied,
    ChangesCompared,
    ChangesListed,
    Envelope,
    Event,
    ImagePullEnded,
    ImagePullProgress,
    ImagePullStarted,
    OutputDelta,
    ReasoningDelta,
    ReplyCompleted,
    RetryScheduled,
    StepStarted,
    SubmitPrompt,
    TaskCreated,
    TaskRemoved,
    TextDelta,
    TurnEnded,
    TurnStarted,
    Warned,
)
from pygent_engine.record import Record
from pygent_engine.task_values import ApplyReport, FileChange
from pygent_engine.values import ROOT_TASK, ApprovalRequest, Message, ToolCall, ToolResult, Usage
from tests.scenes import SCENES, Scene
from tests.support.agents import Recorder
from tests.support.envelopes import START, stream
from tests.support.sameness import shown

OPENED = ToolResult("c1", "done")
CALL = ToolCall("c1", "bash", "{}")


def recorded(envelopes: list[Envelope], most_output: int = 1 << 20) -> list[Envelope]:
    record = Record(most_output)
    for envelope in envelopes:
        record.put(envelope)
    return record.envelopes()


def assert_same_for_every_late_reader(envelopes: list[Envelope], step: int = 1) -> None:
    """At every moment the record shows what the stream showed, and it goes on alike."""
    whole = shown(envelopes)
    for moment in [*range(0, len(envelopes), step), len(envelopes)]:
        kept = recorded(envelopes[:moment])
        assert shown(kept) == shown(envelopes[:moment])
        assert shown([*kept, *envelopes[moment:]]) == whole
        numbers = [envelope.seq for envelope in kept]
        assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene.script], ids=lambda scene: scene.name)
def test_a_late_reader_of_any_scene_sees_the_same_screen(scene: Scene) -> None:
    envelopes = scene.envelopes()
    assert_same_for_every_late_reader(envelopes, max(1, len(envelopes) // 40, len(envelopes) ** 2 // 40_000))  # each moment folds all


def test_a_late_reader_of_a_recorded_session_sees_the_same_screen(tmp_path: Path) -> None:
    recorder = Recorder()
    settings = Settings(use_docker=False, confirm_bash=False, model="demo")
    session = open_session(settings, workspace=tmp_path, model=DemoModel(delay_s=0.0), interactive=False, on_event=recorder)
    session.send(SubmitPrompt("give me the tour"))
    recorder.wait_for(TurnEnded)
    session.close()
    assert_same_for_every_late_reader(recorder.envelopes, max(1, len(recorder.envelopes) // 40))


def test_what_a_reply_says_as_a_whole_is_not_kept_in_pieces() -> None:
    whole = Message("assistant", "hello", reasoning="hm")
    envelopes = stream(
        [TurnStarted("p"), StepStarted(1), ReasoningDelta("hm"), TextDelta("hel"), TextDelta("lo"), ReplyCompleted(whole, None)]
    )
    assert recorded(envelopes) == [envelopes[0], envelopes[1], envelopes[5]]


def test_a_reply_that_still_streams_is_one_piece_of_each_kind() -> None:
    envelopes = stream([StepStarted(1), ReasoningDelta("h"), TextDelta("a"), ReasoningDelta("m"), TextDelta("b")])
    assert recorded(envelopes) == [
        envelopes[0],
        Envelope(1, START + 3, ROOT_TASK, ReasoningDelta("hm")),
        Envelope(2, START + 4, ROOT_TASK, TextDelta("ab")),
    ]


def test_a_reply_that_was_never_completed_keeps_what_it_said() -> None:
    envelopes = stream([StepStarted(1), TextDelta("a"), TextDelta("b"), TurnEnded("failed", 1, Usage()), StepStarted(1), TextDelta("c")])
    assert [envelope.event for envelope in recorded(envelopes) if isinstance(envelope.event, TextDelta)] == [
        TextDelta("ab"),
        TextDelta("c"),
    ]


def test_the_output_of_a_call_is_one_piece_whatever_came_in_between() -> None:
    envelopes = stream([CallStarted(CALL, "x"), OutputDelta("c1", "a"), Warned("w"), OutputDelta("c1", "b"), CallEnded(OPENED)])
    assert [envelope.event for envelope in recorded(envelopes)] == [
        CallStarted(CALL, "x"),
        OutputDelta("c1", "ab"),
        Warned("w"),
        CallEnded(OPENED),
    ]


def test_of_a_long_output_the_end_is_kept_and_the_rest_counted() -> None:
    pieces = [OutputDelta("c1", f"{number:07}\n" * 1000) for number in range(100)]
    kept = recorded(stream([CallStarted(CALL, "x"), *pieces]))[1].event
    whole = "".join(piece.text for piece in pieces)
    assert kept == OutputDelta("c1", whole[-LONGEST_OUTPUT:], skipped=len(whole) - LONGEST_OUTPUT)


def test_an_output_without_end_takes_a_byte_for_a_character() -> None:
    record, took = Record(), 0
    envelopes = stream([CallStarted(CALL, ""), *(OutputDelta("c1", f"{number:05}" * 10_000) for number in range(40))])
    tracemalloc.start()
    for envelope in envelopes:
        record.put(envelope)
        took = max(took, tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert took < 2.5 * LONGEST_OUTPUT


def test_the_outputs_that_grew_longest_ago_give_way_to_later_ones() -> None:
    events: list[Event] = []
    for number in range(4):
        events += [CallStarted(CALL, "x"), OutputDelta(f"c{number}", "x" * 400), CallEnded(ToolResult(f"c{number}", ""))]
    kept = [envelope.event for envelope in recorded(stream(events), most_output=1000) if isinstance(envelope.event, OutputDelta)]
    assert kept == [OutputDelta(f"c{number}", "", 400) for number in (0, 1)] + [OutputDelta(f"c{number}", "x" * 400) for number in (2, 3)]


def test_an_output_that_was_forgotten_while_it_ran_goes_on_with_what_comes() -> None:
    events: list[Event] = [OutputDelta("old", "x" * 600), OutputDelta("new", "y" * 600), OutputDelta("old", "z" * 10)]
    kept = [envelope.event for envelope in recorded(stream(events), most_output=1000)]
    assert kept == [OutputDelta("old", "z" * 10, 600), OutputDelta("new", "y" * 600)]


def test_of_a_pull_the_furthest_and_the_last_are_kept_until_it_ends() -> None:
    far, back, on = (ImagePullProgress("i", 1, layers, 0, 0) for layers in (2, 8, 4))
    pull: list[Event] = [ImagePullStarted("i"), *[ImagePullProgress("i", 0, 2, 0, 0)] * 3, far, back, on]
    assert [envelope.event for envelope in recorded(stream(pull))] == [ImagePullStarted("i"), far, on]
    assert [envelope.event for envelope in recorded(stream([*pull, ImagePullEnded("i")]))] == [ImagePullStarted("i"), ImagePullEnded("i")]


def test_of_a_tasks_changes_the_last_list_is_kept_until_the_task_is_gone() -> None:
    old, new = (ChangesListed((FileChange(path, "added"),)) for path in ("a", "b"))
    applied = ChangesApplied(ApplyReport(("a",)))
    lists: list[Event | tuple[str, Event]] = [("task-1", old), ("task-2", old), ("task-1", applied), ("task-1", new)]
    assert [(each.task_id, each.event) for each in recorded(stream(lists))] == [("task-2", old), ("task-1", applied), ("task-1", new)]
    gone = recorded(stream([*lists, ("task-1", TaskRemoved())]))
    assert [(each.task_id, each.event) for each in gone] == [("task-2", old), ("task-1", applied), ("task-1", TaskRemoved())]


def test_of_a_tasks_comparisons_the_last_is_kept_beside_its_list() -> None:
    listed, old, new = ChangesListed(()), ChangesCompared("task-2", ()), ChangesCompared("task-3", ())
    told: list[Event | tuple[str, Event]] = [("task-1", event) for event in (old, listed, new)]
    assert [each.event for each in recorded(stream(told))] == [listed, new]
    assert [each.event for each in recorded(stream([*told, ("task-1", TaskRemoved())]))] == [TaskRemoved()]


def test_ten_thousand_streamed_messages_cost_what_they_say_and_not_their_pieces() -> None:
    record, said = Record(), "x" * 1000
    seq = 0
    tracemalloc.start()
    try:
        for number in range(2000):
            pieces: list[Event] = [TextDelta("x" * 10) for _ in range(100)]
            for event in (StepStarted(1), *pieces, ReplyCompleted(Message("assistant", f"{said}{number}"), None)):
                seq += 1
                record.put(Envelope(seq, 0.0, ROOT_TASK, event))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(record.envelopes()) == 4000
    assert used < 2 * 2000 * len(said)


# ---------------------------------------------------------------- any stream that keeps the laws

TEXTS = st.sampled_from(["a", "b\n", "cd\re", "\r\n", "\x1b[31mf", "…" * 5])


class _Playing:
    """Turns any choices into a stream that keeps the laws."""

    def __init__(self) -> None:
        self.events: list[Event | tuple[str, Event]] = [("task-1", TaskCreated("t", "p", None, "m", ROOT_TASK, "local"))]
        self.calls = 0
        self.running: dict[str, str | None] = {}
        self.pulling = False

    def play(self, task: str, move: str, text: str) -> None:
        moves: dict[str, Callable[[str, str], list[Event]]] = {
            "text": lambda task, text: [TextDelta(text)],
            "think": lambda task, text: [ReasoningDelta(text)],
            "complete": lambda task, text: [ReplyCompleted(Message("assistant", text, reasoning=text), Usage(1, 1))],
            "step": lambda task, text: [StepStarted(1)],
            "turn": lambda task, text: [TurnStarted(text)],
            "end": lambda task, text: [TurnEnded("failed", 1, Usage(), text)],
            "retry": lambda task, text: [RetryScheduled(1.0, text, 1)],
            "warn": lambda task, text: [Warned(text)],
            "list": lambda task, text: [ChangesListed((FileChange(text, "added"),))],
            "call": self._call,
            "output": self._output,
            "pull": self._pull,
            "progress": self._progress,
        }
        self.events += [(task, event) for event in moves[move](task, text)]

    def _call(self, task: str, text: str) -> list[Event]:
        running = self.running.get(task)
        if running is not None:
            self.running[task] = None
            return [CallEnded(ToolResult(running, text))]
        self.calls += 1
        call = f"{task}/c{self.calls}"
        self.running[task] = call
        asked = ApprovalRequest(call, task, "bash", "{}", text, text, ("local",))
        return [ApprovalAsked(asked), ApprovalSettled(call, "once"), CallStarted(ToolCall(call, "bash", "{}"), text)]

    def _output(self, task: str, text: str) -> list[Event]:
        running = self.running.get(task)
        return [] if running is None else [OutputDelta(running, text)]

    def _pull(self, task: str, text: str) -> list[Event]:
        self.pulling = not self.pulling
        return [ImagePullStarted("i") if self.pulling else ImagePullEnded("i")]

    def _progress(self, task: str, text: str) -> list[Event]:
        return [ImagePullProgress("i", len(text) % 3, 3, 0, 0)] if self.pulling else []


MOVES = st.tuples(
    st.sampled_from([ROOT_TASK, "task-1"]),
    st.sampled_from(
        ["text", "think", "complete", "step", "turn", "end", "retry", "warn", "list", "call", "output", "output", "pull", "progress"]
    ),
    TEXTS,
)


@given(st.lists(MOVES, max_size=40))
def test_a_late_reader_of_any_stream_sees_the_same_screen(moves: list[tuple[str, str, str]]) -> None:
    playing = _Playing()
    for task, move, text in moves:
        # A pull is of one runtime; the views tell no two of them apart.
        playing.play(ROOT_TASK if move in ("pull", "progress") else task, move, text)
    assert_same_for_every_late_reader(stream(playing.events), step=7)
