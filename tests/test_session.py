"""Session: ops in, events out, whatever the front end and the model do."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pygent_engine import Settings
from pygent_engine.events import (
    AnswerApproval,
    AnswerQuestion,
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    CancelTask,
    Envelope,
    Interrupt,
    OutputDelta,
    QuestionAnswered,
    QuestionAsked,
    SessionClosed,
    SessionOpened,
    Steer,
    Steered,
    SubmitPrompt,
    TaskEnded,
    TextDelta,
    TurnEnded,
    TurnStarted,
    Warned,
)
from pygent_engine.values import ROOT_TASK, JsonDict, Question
from tests.support.agents import DEADLINE_S, bash, calls
from tests.support.sessions import Sessions


def test_it_opens_with_where_and_how_it_works(sessions: Sessions) -> None:
    session, recorder = sessions.open([], settings=Settings(use_docker=False, model="tiny"))
    assert recorder.envelopes[0] == Envelope(
        1, recorder.envelopes[0].at, ROOT_TASK, SessionOpened(session.id, str(sessions.folder), "local", "tiny")
    )


def test_prompts_wait_for_each_other_in_order(sessions: Sessions) -> None:
    session, recorder = sessions.open([f"answer {number}" for number in range(5)])
    for number in range(5):
        session.send(SubmitPrompt(f"prompt {number}"))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 5)
    assert [event.prompt for event in recorder.of(TurnStarted)] == [f"prompt {number}" for number in range(5)]


def test_a_local_command_waits_for_its_yes(sessions: Sessions) -> None:
    session, recorder = sessions.open([bash("echo ran > file"), "done"])
    session.send(SubmitPrompt("go"))
    recorder.wait_for(ApprovalAsked)
    assert recorder.of(CallStarted) == []
    session.send(AnswerApproval("c1", "once"))
    recorder.wait_for(TurnEnded)
    assert recorder.of(ApprovalSettled) == [ApprovalSettled("c1", "once")]
    assert (sessions.folder / "file").read_text() == "ran\n"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("write_file", {"path": ".git/config", "content": "[core]\nfsmonitor = touch ran\n"}),
        ("edit_file", {"path": "link/config", "old": "[core]", "new": "[core]\nfsmonitor = touch ran"}),
        ("collect_file", {"task_id": "task-1", "path": "x", "dest": ".git/hooks"}),
    ],
)
def test_what_git_would_run_on_this_machine_is_not_written_without_a_yes(sessions: Sessions, tool: str, arguments: JsonDict) -> None:
    session, recorder = sessions.open([calls((tool, arguments)), "done"])
    (sessions.folder / ".git").mkdir()
    (sessions.folder / ".git/config").write_text("[core]\n")
    (sessions.folder / "link").symlink_to(".git")
    session.send(SubmitPrompt("go"))
    request = recorder.wait_for(ApprovalAsked).request
    assert (request.permissions, request.reason) == (("write",), "changes what git runs by itself on this machine")
    session.send(AnswerApproval("c1", "deny"))
    recorder.wait_for(TurnEnded)
    assert (sessions.folder / ".git/config").read_text() == "[core]\n"


def test_a_no_with_a_reason_is_read_by_the_model(sessions: Sessions) -> None:
    session, recorder = sessions.open([bash("touch ran"), lambda messages: messages[-1]["content"]])
    session.send(SubmitPrompt("go"))
    recorder.wait_for(ApprovalAsked)
    session.send(AnswerApproval("c1", "deny", "use make"))
    recorder.wait_for(TurnEnded)
    assert recorder.of(CallEnded)[0].result.status == "denied"
    assert not (sessions.folder / "ran").exists()


def test_an_answer_to_nothing_is_no_answer_to_what_comes_next(sessions: Sessions) -> None:
    session, recorder = sessions.open([bash("touch ran"), "done"])
    session.send(AnswerApproval("c1", "once"))
    session.send(SubmitPrompt("go"))
    recorder.wait_for(ApprovalAsked)
    session.send(AnswerApproval("other", "once"))
    session.send(Interrupt())
    recorder.wait_for(TurnEnded)
    assert recorder.of(ApprovalSettled)[0].decision == "deny"
    assert not (sessions.folder / "ran").exists()


@pytest.mark.parametrize("settings", [Settings(use_docker=False, confirm_bash=False)])
def test_nothing_asks_when_confirming_is_off(sessions: Sessions, settings: Settings) -> None:
    session, recorder = sessions.open([bash("echo ran"), "done"], settings=settings)
    session.send(SubmitPrompt("go"))
    recorder.wait_for(TurnEnded)
    assert recorder.of(ApprovalAsked) == []


def test_a_question_waits_for_its_answer(sessions: Sessions) -> None:
    ask = calls(("ask_user", {"prompt": "Tabs or spaces?", "options": ["tabs", "spaces"]}))
    session, recorder = sessions.open([ask, lambda messages: f"so {messages[-1]['content']}"])
    session.send(SubmitPrompt("go"))
    recorder.wait_for(QuestionAsked)
    session.send(AnswerQuestion("c1", "tabs"))
    recorder.wait_for(TurnEnded)
    assert recorder.of(QuestionAsked, QuestionAnswered) == [
        QuestionAsked(Question("c1", ROOT_TASK, "Tabs or spaces?", ("tabs", "spaces"))),
        QuestionAnswered("c1", "tabs"),
    ]


def test_without_a_front_end_nothing_asks_and_nobody_answers(sessions: Sessions) -> None:
    ask = calls(("ask_user", {"prompt": "Tabs or spaces?"}), ("bash", {"cmd": "echo ran"}))
    session, recorder = sessions.open([ask, "done"], interactive=False)
    session.send(SubmitPrompt("go"))
    recorder.wait_for(TurnEnded)
    assert [ended.result.content for ended in recorder.of(CallEnded)] == [
        "Nobody is here to answer. Go on with your best judgement.",
        "ran\n",
    ]
    assert recorder.of(ApprovalAsked, QuestionAsked) == []


def test_an_interrupt_ends_the_turn_and_not_the_tasks(sessions: Sessions) -> None:
    session, recorder = sessions.open(
        [calls(("delegate_task", {"prompt": "long"}), ("ask_user", {"prompt": "well?"})), bash("sleep 60")],
    )
    session.send(SubmitPrompt("go"))
    recorder.wait_for(QuestionAsked)
    recorder.wait_for(ApprovalAsked, lambda event: event.request.task_id == "task-1")
    session.send(Interrupt())
    recorder.wait_for(TurnEnded)
    assert recorder.of(TaskEnded) == []
    session.send(CancelTask("task-1"))
    assert recorder.wait_for(TaskEnded).status == "cancelled"


def test_cancelling_a_task_that_is_not_there_is_said(sessions: Sessions) -> None:
    session, recorder = sessions.open([])
    session.send(CancelTask("task-9"))
    assert recorder.wait_for(Warned) == Warned("There is no task task-9; tasks: none.")
    assert recorder.events("task-9") == recorder.of(Warned)


def test_steering_an_idle_session_starts_a_turn(sessions: Sessions) -> None:
    session, recorder = sessions.open(["hello"])
    session.send(Steer("hi"))
    recorder.wait_for(TurnEnded)
    assert recorder.of(TurnStarted, Steered) == [TurnStarted("hi")]


def test_every_subscriber_reads_from_the_beginning_to_the_end_whenever_it_comes(sessions: Sessions) -> None:
    session, recorder = sessions.open(["hello"])
    early = session.subscribe()
    session.send(SubmitPrompt("hi"))
    recorder.wait_for(TurnEnded)
    middle = session.subscribe()
    session.close()
    late = session.subscribe()
    # A reply that is complete says all that its pieces said.
    without_pieces = [envelope for envelope in recorder.envelopes if not isinstance(envelope.event, TextDelta)]
    assert early.drain(DEADLINE_S) == recorder.envelopes
    assert middle.drain(DEADLINE_S) == late.drain(DEADLINE_S) == without_pieces
    for subscription in (early, middle, late):
        assert subscription.closed
        assert subscription.drain(None) == []


def test_who_wants_to_know_of_the_end_is_told_after_the_last_event(sessions: Sessions) -> None:
    session, recorder = sessions.open([])
    told: list[object] = []
    session.when_closed(lambda: told.append(recorder.envelopes[-1].event))
    session.close()
    session.when_closed(lambda: told.append("at once"))
    assert told == [SessionClosed(), "at once"]


def test_closing_in_the_middle_of_a_command_ends_it_in_bounded_time(sessions: Sessions) -> None:
    session, recorder = sessions.open([bash("echo $$; sleep 60")], settings=Settings(use_docker=False, confirm_bash=False))
    session.send(SubmitPrompt("go"))
    session.send(SubmitPrompt("never begun"))
    pid = recorder.wait_for(OutputDelta).text.strip()
    began = time.monotonic()
    session.close()
    assert time.monotonic() - began < 15
    assert [event.prompt for event in recorder.of(TurnStarted)] == ["go"]
    assert not Path(f"/proc/{pid}").exists()


def test_closing_twice_is_closing_once(sessions: Sessions) -> None:
    session, recorder = sessions.open([])
    session.close()
    session.close()
    assert len(recorder.of(SessionClosed)) == 1
