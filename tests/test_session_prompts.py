"""What is said to a session that is busy: prompts wait, are taken back, steer; and a new conversation begins."""

from __future__ import annotations

from pygent_engine import Settings
from pygent_engine.events import (
    AnswerApproval,
    AnswerQuestion,
    ApprovalAsked,
    Interrupt,
    PromptQueued,
    PromptTaken,
    PromptWithdrawn,
    QuestionAsked,
    SessionClosed,
    Shutdown,
    StartedOver,
    StartOver,
    Steer,
    Steered,
    SubmitPrompt,
    TurnEnded,
    TurnStarted,
    Warned,
    WithdrawPrompt,
)
from tests.support.agents import bash, calls
from tests.support.sessions import Sessions

# ---------------------------------------------------------------- prompts that wait


def test_a_prompt_is_queued_under_its_id_and_taken_right_before_its_turn(sessions: Sessions) -> None:
    session, recorder = sessions.open(["one", "two"])
    session.send(SubmitPrompt("first", "a"))
    session.send(SubmitPrompt("second"))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 2)
    queued = [(event.prompt_id, event.text) for event in recorder.of(PromptQueued)]
    assert queued == [("a", "first"), ("prompt-2", "second")]
    assert [type(event) for event in recorder.of(PromptTaken, TurnStarted, TurnEnded)] == [PromptTaken, TurnStarted, TurnEnded] * 2


def test_a_prompt_that_is_taken_back_gets_no_turn_and_the_running_one_is_not_touched(sessions: Sessions) -> None:
    session, recorder = sessions.open([calls(("ask_user", {"prompt": "well?"})), "one", "three"])
    session.send(SubmitPrompt("first", "a"))
    recorder.wait_for(QuestionAsked)
    for text, prompt_id in (("second", "b"), ("third", "c")):
        session.send(SubmitPrompt(text, prompt_id))
    for prompt_id in ("b", "a", "unknown"):
        session.send(WithdrawPrompt(prompt_id))
    session.send(AnswerQuestion("c1", "yes"))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 2)
    assert recorder.of(PromptTaken, PromptWithdrawn) == [PromptTaken("a"), PromptWithdrawn("b"), PromptTaken("c")]
    assert [event.prompt for event in recorder.of(TurnStarted)] == ["first", "third"]


def test_what_waits_when_the_session_ends_is_withdrawn(sessions: Sessions) -> None:
    session, recorder = sessions.open([calls(("ask_user", {"prompt": "well?"}))])
    session.send(SubmitPrompt("first", "a"))
    recorder.wait_for(QuestionAsked)
    session.send(SubmitPrompt("second", "b"))
    session.close()
    session.send(SubmitPrompt("third", "c"))
    assert recorder.of(PromptQueued, PromptTaken, PromptWithdrawn) == [
        PromptQueued("a", "first"),
        PromptTaken("a"),
        PromptQueued("b", "second"),
        PromptWithdrawn("b"),
    ]


def test_a_session_that_is_shut_as_a_turn_begins_ends_that_turn(sessions: Sessions) -> None:
    session, recorder = sessions.open([bash("sleep 60")], settings=Settings(use_docker=False, confirm_bash=False))
    recorder.then(PromptTaken, lambda event: session.send(Shutdown()))
    session.send(SubmitPrompt("go"))
    assert recorder.wait_for(TurnEnded).outcome == "interrupted"
    recorder.wait_for(SessionClosed)


def test_an_interrupt_as_a_turn_begins_ends_that_turn_and_no_other(sessions: Sessions) -> None:
    session, recorder = sessions.open(["one", "two"])
    recorder.then(PromptTaken, lambda event: session.send(Interrupt()) if event.prompt_id == "a" else None)
    session.send(SubmitPrompt("go", "a"))
    session.send(SubmitPrompt("again", "b"))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 2)
    assert [event.outcome for event in recorder.of(TurnEnded)] == ["interrupted", "finished"]


def test_a_steering_message_that_no_step_has_read_is_a_prompt(sessions: Sessions) -> None:
    session, recorder = sessions.open(["one", "two"])
    agent = session._agent  # as if the session had steered it before it heard of the end
    recorder.then(TurnEnded, lambda event: agent.steer("and this") if len(recorder.of(TurnEnded)) == 1 else None)
    session.send(SubmitPrompt("go"))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 2)
    assert recorder.of(TurnStarted, Steered) == [TurnStarted("go"), TurnStarted("and this")]
    assert [event.text for event in recorder.of(PromptQueued)] == ["go", "and this"]


def test_an_interrupt_leaves_a_steering_message_for_the_next_turn(sessions: Sessions) -> None:
    session, recorder = sessions.open([calls(("ask_user", {"prompt": "well?"})), "two"])
    session.send(SubmitPrompt("go"))
    recorder.wait_for(QuestionAsked)
    session.send(Steer("and this"))
    session.send(Interrupt())
    recorder.wait_for(TurnEnded)
    session.send(SubmitPrompt("again"))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 2)
    assert recorder.of(TurnStarted, Steered) == [TurnStarted("go"), TurnStarted("again"), Steered("and this")]


# ---------------------------------------------------------------- a new conversation


def test_a_new_conversation_knows_the_system_message_and_nothing_else(sessions: Sessions) -> None:
    session, recorder = sessions.open([bash("echo 1"), "one", bash("echo 2"), "two"])
    session.send(SubmitPrompt("first"))
    recorder.wait_for(ApprovalAsked)
    session.send(AnswerApproval("c1", "session"))
    recorder.wait_for(TurnEnded)
    session.send(StartOver())
    recorder.wait_for(StartedOver)
    session.send(SubmitPrompt("second"))
    # asked again, under an id that the session never had
    recorder.wait_for(ApprovalAsked, lambda event: event.request.call_id == "c1#2")
    session.send(AnswerApproval("c1#2", "once"))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 2)
    assert [message["role"] for message in sessions.model.calls[2]] == ["system", "user"]
    assert sessions.model.calls[2][0] == sessions.model.calls[0][0]


def test_no_conversation_begins_while_a_turn_runs_or_a_prompt_waits(sessions: Sessions) -> None:
    session, recorder = sessions.open([calls(("ask_user", {"prompt": "well?"})), "one"])
    session.send(SubmitPrompt("first"))
    recorder.wait_for(QuestionAsked)
    session.send(StartOver())
    assert [event.text.split(";")[0] for event in recorder.of(Warned)] == [
        "A new conversation begins when no turn runs and no prompt waits"
    ]
    session.send(AnswerQuestion("c1", "yes"))
    recorder.wait_for(TurnEnded)
    assert recorder.of(StartedOver) == []
    assert [message["role"] for message in sessions.model.calls[1]] == ["system", "user", "assistant", "tool"]


def test_a_prompt_sent_right_after_is_the_first_of_the_new_conversation(sessions: Sessions) -> None:
    session, recorder = sessions.open(["one", "two"])
    session.send(SubmitPrompt("first"))
    recorder.wait_for(TurnEnded)
    session.send(StartOver())
    session.send(SubmitPrompt("second"))
    recorder.wait_for(TurnEnded, lambda event: len(recorder.of(TurnEnded)) == 2)
    assert [message["content"] for message in sessions.model.calls[1] if message["role"] == "user"] == ["second"]
