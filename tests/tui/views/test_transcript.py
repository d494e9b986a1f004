"""Laws of the conversation as a fold over envelopes."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    Event,
    FilesChanged,
    QuestionAnswered,
    QuestionAsked,
    ReasoningDelta,
    ReplyCompleted,
    RetryScheduled,
    SessionClosed,
    SessionOpened,
    Steered,
    StepEnded,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskStateChanged,
    TextDelta,
    TurnEnded,
    TurnStarted,
    Warned,
)
from pygent_engine.task_values import TaskState
from pygent_engine.untrusted import clean
from pygent_engine.values import (
    INCOMPLETE,
    INTERRUPTED,
    ApprovalRequest,
    Decision,
    FileDiff,
    Message,
    Question,
    ToolCall,
    ToolResult,
    Usage,
)
from pygent_tui.views.entries import Ask, Call, Closed, Ended, Notice, Opened, Permission, Prompt, Reply, Retry, TaskNote, Thinking
from pygent_tui.views.entry_list import EntryList
from pygent_tui.views.growing import Growing
from pygent_tui.views.transcript import EMPTY, Transcript, fold
from tests.support.envelopes import START, stream

BASH = ToolCall("c1", "bash", '{"cmd":"rm x"}')
REQUEST = ApprovalRequest("c1", "main", "bash", BASH.arguments, "rm x", "local")


def folded(*events: Event | tuple[str, Event]) -> Transcript:
    return reduce(fold, stream(events), EMPTY)


def reply(text: str, *calls: ToolCall, reasoning: str = "", finish: str = "stop") -> ReplyCompleted:
    return ReplyCompleted(Message("assistant", text, calls, reasoning, None, finish), None)


def refused(decision: Decision, status: CallEnded) -> Transcript:
    return folded(reply("", BASH), ApprovalAsked(REQUEST), ApprovalSettled("c1", decision, "not that file"), status)


# ------------------------------------------------------------ what goes wrong


def test_a_reply_that_was_cut_is_marked_with_the_reason() -> None:
    state = folded(TextDelta("half a"), reply("half a", finish=INCOMPLETE), reply("more", finish="length"))
    assert state.entries == (Reply("half a", INCOMPLETE), Reply("more", "length"))


def test_text_that_was_never_completed_stays_and_is_marked_when_the_turn_ends() -> None:
    state = folded(TurnStarted("go"), ReasoningDelta("hm"), TextDelta("I wi"), TurnEnded("interrupted", 1, Usage()))
    assert state == Transcript(entries=EntryList((Prompt("go"), Thinking("hm"), Reply("I wi", INTERRUPTED), Ended("interrupted", ""))))


def test_a_failed_turn_says_why_and_a_finished_one_says_nothing() -> None:
    assert folded(TurnEnded("failed", 1, Usage(), "no such host")).entries == (Ended("failed", "no such host"),)
    assert folded(TurnEnded("finished", 1, Usage())).entries == ()


def test_a_denied_call_is_one_line_with_the_note() -> None:
    state = refused("deny", CallEnded(ToolResult("c1", "denied by the user", "denied")))
    assert state.entries == (Permission("c1", "bash", "rm x", "local", "deny", "not that file"),)
    assert state.open == ()


def test_what_a_call_asks_in_its_middle_stays_beside_it_and_closes_with_it() -> None:
    fetch = ToolCall("c1", "fetch", "{}")
    asked = replace(REQUEST, call_id="c1.1", tool="fetch")
    running = (reply("", fetch), CallStarted(fetch, "page"), ApprovalAsked(asked), ApprovalSettled("c1.1", "once"))
    assert folded(*running).open == (("c1", 0), ("c1.1", 1))
    ended = folded(*running, FilesChanged(("x",)), CallEnded(ToolResult("c1", "done")))
    assert ended.entries == (
        Call("c1", "fetch", "page", "ok", result="done", files=("x",), arguments="{}", started_at=START + 1),
        Permission("c1.1", "fetch", "rm x", "local", "once"),
    )
    assert ended.open == ()


def test_a_call_that_was_allowed_and_never_started_still_shows_how_it_ended() -> None:
    state = refused("once", CallEnded(ToolResult("c1", "interrupted", "cancelled")))
    assert state.entries == (Call("c1", "bash", "rm x", "cancelled", result="interrupted", approved="once"),)


def test_a_call_of_the_user_ends_apart_from_the_one_that_the_model_waits_for() -> None:
    own = ToolCall("u1", "bash", '{"cmd":"ls"}')
    state = folded(
        reply("", BASH),
        ApprovalAsked(REQUEST),
        CallStarted(own, "ls", by="user"),
        CallEnded(ToolResult("u1", "a.txt")),
        ApprovalSettled("c1", "prefix"),
        CallStarted(BASH, "rm x"),
    )
    assert state.entries == (
        Call("c1", "bash", "rm x", approved="prefix", arguments=BASH.arguments, started_at=START + 5),
        Call("u1", "bash", "ls", "ok", result="a.txt", arguments=own.arguments, by="user", started_at=START + 2),
    )
    assert state.open == (("c1", 0),)


def test_a_change_belongs_to_the_call_that_names_the_file_and_is_told_once() -> None:
    write = ToolCall("w", "write_file", '{"path": "a.py"}')
    diff = FileDiff("a.py", "added", "@@ -0,0 +1,1 @@\n+x\n", 1, 0)
    state = folded(CallStarted(write, "a.py"), CallStarted(BASH, "ls", by="user"), FilesChanged(("a.py", "b.py"), (diff,)))
    assert [(entry.files, entry.diffs) for entry in state.entries if isinstance(entry, Call)] == [(("b.py",), (diff,)), ((), ())]


def test_a_call_refused_by_policy_is_named_and_shown_after_the_reply_that_asked_for_it() -> None:
    state = folded(reply("", BASH), CallEnded(ToolResult("c1", "rm is banned", "denied")))
    assert state.entries == (Call("c1", "bash", "rm x", "denied", result="rm is banned", arguments=BASH.arguments),)


def test_arguments_nested_without_end_are_survived() -> None:
    (entry,) = folded(reply("", replace(BASH, arguments="[" * 100_000)), CallEnded(ToolResult("c1", "no", "error"))).entries
    assert isinstance(entry, Call) and entry.summary == ""


@given(st.text() | st.recursive(st.none() | st.text(), lambda part: st.lists(part) | st.dictionaries(st.text(), part)).map(json.dumps))
def test_whatever_the_arguments_of_a_call_that_never_started_it_is_shown_clean(arguments: str) -> None:
    asked = ToolCall("c1", "bash", arguments)
    (entry,) = folded(reply("", asked), CallEnded(ToolResult("c1", "no", "error"))).entries
    assert isinstance(entry, Call) and entry.summary == clean(entry.summary)


def test_an_unknown_call_that_ends_is_shown_not_lost() -> None:
    state = folded(CallEnded(ToolResult("c9", "no such tool", "error")))
    assert state.entries == (Call("c9", "", "", "error", result="no such tool"),)


def test_an_answer_to_something_that_was_not_asked_changes_nothing() -> None:
    assert folded(ApprovalSettled("c1", "once"), QuestionAnswered("c2", "yes")) == EMPTY


def test_a_retry_stands_until_the_model_speaks_again() -> None:
    waiting = folded(TurnStarted("go"), RetryScheduled(3.0, "429", 1))
    assert waiting.retry == Retry("429", START + 1 + 3.0, 1)
    for event in (TextDelta("a"), ReasoningDelta("a"), reply("a"), TurnEnded("failed", 1, Usage())):
        assert folded(TurnStarted("go"), RetryScheduled(3.0, "429", 1), event).retry is None


# ------------------------------------------------------------ the ordinary turn


def test_a_turn_folds_to_its_entries_in_order() -> None:
    state = folded(
        SessionOpened("s", "/w", "local", "demo", "no Docker"),
        TurnStarted("go"),
        StepStarted(1),
        ReasoningDelta("so"),
        TextDelta("look"),
        reply("look", BASH, reasoning="so"),
        ApprovalAsked(REQUEST),
        ApprovalSettled("c1", "session"),
        CallStarted(BASH, "rm x"),
        FilesChanged(("x",)),
        CallEnded(ToolResult("c1", "[exit code 1]", "ok", 1, 0.5)),
        StepEnded(1),
        Steered("faster"),
        Warned("slow disk"),
        TurnEnded("limit", 1, Usage(), "1 step"),
        SessionClosed("bye"),
    )
    card = Call("c1", "bash", "rm x", "ok", 1, 0.5, "[exit code 1]", ("x",), "session", BASH.arguments, started_at=START + 8)
    assert state.entries == (
        Opened("local", "demo", "/w", "no Docker"),
        Prompt("go"),
        Thinking("so"),
        Reply("look"),
        card,
        Prompt("faster", steer=True),
        Notice("warning", "slow disk"),
        Ended("limit", "1 step"),
        Closed("bye"),
    )
    assert card.failed
    assert (state.open, state.text, state.thinking) == ((), Growing(), Growing())


def test_a_question_takes_the_place_of_its_call_and_keeps_the_answer() -> None:
    call = ToolCall("q", "ask_user", "{}")
    asked = (reply("", call), CallStarted(call, "which?"), QuestionAsked(Question("q", "main", "Which?", ("a", "b"))))
    assert folded(*asked).entries == (Ask("q", "Which?", ("a", "b")),)
    answered = folded(*asked, QuestionAnswered("q", "b"), CallEnded(ToolResult("q", "b")))
    assert answered.entries == (Ask("q", "Which?", ("a", "b"), "b"),)
    assert answered.open == ()


def test_delegated_tasks_appear_as_notes_and_their_turns_do_not() -> None:
    created = TaskCreated("Docs", "write docs", None, "demo", "main", "local")
    state = folded(
        ("t1", created),
        ("t1", TaskStateChanged(TaskState.running)),
        ("t1", TurnStarted("write docs")),
        ("t1", TextDelta("secretly")),
        ("t1", TaskEnded(TaskState.failed, "failed: no model", "no model", 1, Usage())),
        ("t9", TaskEnded(TaskState.finished, "finished", "", 1, Usage())),
    )
    assert state.entries == (TaskNote("t1", "Docs", TaskState.queued), TaskNote("t1", "Docs", TaskState.failed, "no model"))
    assert not state.text


def test_a_task_that_a_call_delegates_is_told_once_by_its_card_and_again_when_it_ends() -> None:
    wanted = ToolCall("d", "delegate_task", "{}")
    state = folded(
        CallStarted(wanted, "Docs"),
        ("task-1", TaskCreated("Docs", "write docs", None, "demo", "main", "local")),
        CallEnded(ToolResult("d", "Started task task-1.")),
        ("task-1", TaskEnded(TaskState.finished, "finished", "", 1, Usage())),
    )
    card = Call("d", "delegate_task", "Docs", status="ok", result="Started task task-1.", arguments="{}", started_at=START)
    assert state.entries == (card, TaskNote("task-1", "Docs", TaskState.finished))


def test_the_transcript_of_a_task_holds_that_task_only() -> None:
    events: list[Event | tuple[str, Event]] = [TurnStarted("root"), ("t1", TurnStarted("docs"))]
    assert reduce(fold, stream(events), Transcript("t1")).entries == (Prompt("docs"),)


def test_an_event_that_says_nothing_leaves_the_same_object() -> None:
    state = folded(TurnStarted("go"))
    for event in (StepEnded(1), StepStarted(2), ("t1", TextDelta("x")), ("t1", TaskStateChanged(TaskState.running))):
        assert fold(state, stream([event])[0]) is state


@given(st.lists(st.text(max_size=8), max_size=20))
def test_merged_deltas_fold_to_the_same_transcript(pieces: list[str]) -> None:
    apart = folded(TurnStarted("go"), *(TextDelta(piece) for piece in pieces))
    assert apart == folded(TurnStarted("go"), TextDelta("".join(pieces)))
