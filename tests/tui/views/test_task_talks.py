"""Laws of the conversations of delegated tasks."""

from __future__ import annotations

from dataclasses import replace

from pygent_engine.events import (
    ChangesApplied,
    Envelope,
    Event,
    MessageSent,
    Steered,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskLimited,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
    TextDelta,
    Told,
    TurnEnded,
    TurnStarted,
    Warned,
)
from pygent_engine.task_values import ApplyReport, TaskState
from pygent_engine.values import INTERRUPTED, ROOT_TASK, Limits, Persona, Usage
from pygent_tui.views import transcript
from pygent_tui.views.entries import Entry, Notice, Prompt, Reply, TaskNote
from pygent_tui.views.entries import Told as ToldEntry
from pygent_tui.views.task_talk import MOST_ENTRIES
from pygent_tui.views.task_talks import EMPTY, Talks, fold

CREATED = TaskCreated("Docs", "Write the docs", None, "demo", ROOT_TASK, "docker")
ENDED = TaskEnded(TaskState.failed, "failed: no model", "no model", 1, Usage())


def stream(*events: Event, task: str = "task-1", first: int = 1) -> list[Envelope]:
    return [Envelope(number, float(number), task, event) for number, event in enumerate(events, first)]


def told(*events: Event) -> tuple[Entry, ...]:
    """The conversation of one task after `events`, the first of which created it."""
    return tuple(fold(EMPTY, stream(CREATED, *events)).of["task-1"].entries)


def test_events_of_a_task_that_nobody_knows_are_dropped() -> None:
    assert fold(EMPTY, stream(TurnStarted("x"), TextDelta("y"))) is EMPTY


def test_a_batch_that_is_about_no_task_leaves_all_as_it_is() -> None:
    state = fold(EMPTY, stream(CREATED))
    assert fold(state, stream(TurnStarted("x"), Told("y"), task=ROOT_TASK)) is state


def test_a_conversation_that_a_batch_does_not_touch_stays_the_same_object() -> None:
    state = fold(EMPTY, [*stream(CREATED), *stream(CREATED, task="task-2", first=2)])
    after = fold(state, stream(TextDelta("a"), task="task-2"))
    assert after.of["task-1"] is state.of["task-1"]
    assert after.of["task-2"].text.text == "a"


def test_a_task_that_was_removed_is_forgotten_also_when_more_of_it_comes() -> None:
    state = fold(EMPTY, stream(CREATED, ENDED, TaskRemoved(), TextDelta("late")))
    assert state == Talks({})
    assert fold(state, stream(TextDelta("later"))).of == {}


def test_the_prompt_is_unread_until_its_turn_begins_and_is_said_once() -> None:
    assert told() == (Prompt("Write the docs", by="task", read=False),)
    assert told(TurnStarted("Write the docs")) == (Prompt("Write the docs", by="task"),)
    assert told(TurnStarted("With a preface: write the docs")) == (Prompt("With a preface: write the docs", by="task"),)


def test_a_message_is_unread_until_it_is_put_before_the_model() -> None:
    sent = (TurnStarted("Write the docs"), MessageSent("in English"), MessageSent("short"))
    prompt = Prompt("Write the docs", by="task")
    assert told(*sent) == (prompt, Prompt("in English", steer=True, read=False), Prompt("short", steer=True, read=False))
    assert told(*sent, Steered("in English")) == (prompt, Prompt("in English", steer=True), Prompt("short", steer=True, read=False))
    by_model = told(TurnStarted("Write the docs"), MessageSent("in English", "model"), Steered("in English"))
    assert by_model == (prompt, Prompt("in English", steer=True, by="agent"))
    assert told(TurnStarted("Write the docs"), Steered("from elsewhere")) == (prompt, Prompt("from elsewhere", steer=True))


def test_a_message_that_came_too_late_for_the_last_step_is_read_by_another_turn() -> None:
    said = told(
        TurnStarted("Write the docs"), MessageSent("and the index"), TurnEnded("finished", 1, Usage()), TurnStarted("and the index")
    )
    assert said == (Prompt("Write the docs", by="task"), Prompt("and the index", steer=True))


def test_messages_that_came_too_late_together_are_read_by_one_turn() -> None:
    late = (MessageSent("and the index"), MessageSent("in English", "model"))
    said = told(TurnStarted("Write the docs"), *late, TurnStarted("and the index\n\nin English"))
    assert said[1:] == (Prompt("and the index", steer=True), Prompt("in English", steer=True, by="agent"))


def test_a_pause_and_what_follows_it_are_told() -> None:
    paused = TaskStateChanged(TaskState.paused, reason="the limit of 20 steps is reached")
    said = told(
        TurnStarted("Write the docs"), TaskPausing(), paused, TaskLimited(Limits(steps=40, tokens=9)), TaskStateChanged(TaskState.running)
    )
    assert said[1:] == (
        Notice("info", "Pauses before its next step."),
        TaskNote("task-1", "Docs", TaskState.paused, "the limit of 20 steps is reached"),
        Notice("info", "It may spend now: 40 steps, 9 tokens."),
        Notice("info", "Goes on."),
    )


def test_the_end_keeps_what_streamed_and_names_the_fault() -> None:
    said = told(TurnStarted("Write the docs"), StepStarted(1), TextDelta("I beg"), TurnEnded("failed", 1, Usage(), "no model"), ENDED)
    assert said[1:] == (Reply("I beg", INTERRUPTED), TaskNote("task-1", "Docs", TaskState.failed, "no model"))


def test_a_retry_opens_the_conversation_again() -> None:
    again = TaskRetried("Go on where you stopped.", Persona("writer"), "big", Limits())
    said = told(TurnStarted("Write the docs"), ENDED, again, TurnStarted("Go on where you stopped."))
    assert said[2:] == (
        Notice("info", "Tried again with its history, by big as writer."),
        Prompt("Go on where you stopped.", by="task"),
    )
    assert told(ENDED, replace(again, clean=True))[2] == Notice(
        "info", "Tried again from the beginning, without its history, by big as writer."
    )


def test_what_was_taken_over_is_told_and_conflicts_say_that_nothing_was() -> None:
    assert told(ChangesApplied(ApplyReport(("a.py",))))[-1] == Notice("info", "Applied to the workspace: a.py")
    clash = told(ChangesApplied(ApplyReport((), ("a.py", "b.py"))))[-1]
    assert clash == Notice("warning", "Nothing was applied, for there are conflicts in a.py, b.py")


def test_the_last_warning_of_a_task_is_kept_with_its_number() -> None:
    assert fold(EMPTY, stream(CREATED, Warned("first"), Warned("second"))).warned == (3, "task-1", "second")


def test_a_long_conversation_loses_its_beginning_and_what_is_open_stays() -> None:
    state = fold(EMPTY, stream(CREATED, TurnStarted("Write the docs")))
    number = 3
    for _ in range(4):
        state = fold(state, stream(*[event for n in range(200) for event in (Warned(f"{number + n}"),)], first=number))
        number += 200
    entries = state.of["task-1"].entries
    assert len(entries) <= MOST_ENTRIES
    assert entries[0] == Notice("info", "What stood above is no longer kept.")
    assert entries[-1] == Notice("warning", f"{number - 1}")
    waits = fold(state, stream(MessageSent("wait"), first=number))
    grown = fold(waits, stream(*[Warned("x")] * MOST_ENTRIES, first=number + 1))
    assert Prompt("wait", steer=True, read=False) in grown.of["task-1"].entries


def test_the_main_conversation_says_in_one_line_each_that_a_task_paused_or_was_tried_again_and_what_the_model_was_told() -> None:
    state = transcript.EMPTY
    paused = TaskStateChanged(TaskState.paused, reason="the limit of 20 steps is reached")
    events = stream(CREATED, paused, TaskStateChanged(TaskState.running), ENDED, TaskRetried("p", None, "demo", Limits()))
    for envelope in [*events, *stream(Told("task-1 failed"), task=ROOT_TASK)]:
        state = transcript.fold(state, envelope)
    assert tuple(state.entries) == (
        TaskNote("task-1", "Docs", TaskState.queued),
        TaskNote("task-1", "Docs", TaskState.paused, "the limit of 20 steps is reached"),
        TaskNote("task-1", "Docs", TaskState.failed, "no model"),
        TaskNote("task-1", "Docs", TaskState.queued, "tried again"),
        ToldEntry("task-1 failed"),
    )
