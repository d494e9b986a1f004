"""The status folds: what the bar knows after each event."""

from __future__ import annotations

from dataclasses import replace

from pygent_engine.events import (
    CallStarted,
    Envelope,
    PromptQueued,
    PromptTaken,
    PromptWithdrawn,
    ReplyCompleted,
    RetryScheduled,
    SessionClosed,
    SessionOpened,
    TextDelta,
)
from pygent_engine.values import Message, ToolCall, Usage
from pygent_tui.views import status
from pygent_tui.views.status import Status, fold, submitted
from tests.scripts import ended_tasks, running, start, tasks
from tests.support.script import START, Script


def folded(script: Script, state: Status = status.EMPTY) -> Status:
    for envelope in script.envelopes:
        state = fold(state, envelope)
    return state


def test_a_reply_without_usage_leaves_the_tokens_as_they_were() -> None:
    state = Status(usage=Usage(10, 2))
    assert fold(state, Envelope(1, START, "main", ReplyCompleted(Message("assistant", "x"), None))) == state


def test_of_two_prompts_with_one_text_the_one_that_is_taken_leaves_the_queue() -> None:
    state = submitted(submitted(status.EMPTY, "p1", "run"), "p2", "run")
    queued = Script().post(PromptQueued("p1", "run")).post(PromptQueued("p2", "run"))
    assert folded(queued, state).queued == (("p1", "run"), ("p2", "run"))
    assert folded(queued.post(PromptTaken("p1")).turn("run"), state).queued == (("p2", "run"),)


def test_a_prompt_that_is_withdrawn_leaves_the_queue() -> None:
    queued = Script().post(PromptQueued("p1", "run")).post(PromptQueued("p2", "lint"))
    assert folded(queued.post(PromptWithdrawn("p1"))).queued == (("p2", "lint"),)


def test_a_prompt_is_shown_before_the_engine_has_it_and_then_as_the_engine_says() -> None:
    state = submitted(submitted(status.EMPTY, "p1", "a\rb"), "p2", "later")
    assert folded(Script().post(PromptQueued("p1", "ab")), state).queued == (("p1", "ab"), ("p2", "later"))


def test_a_prompt_of_another_front_end_waits_behind() -> None:
    assert folded(Script().post(PromptQueued("x", "theirs")), submitted(status.EMPTY, "p1", "ours")).queued == (
        ("p1", "ours"),
        ("x", "theirs"),
    )


def test_what_the_user_runs_outlives_the_turn_and_can_be_interrupted() -> None:
    script = Script().turn("x").post(CallStarted(ToolCall("user-1", "bash", "{}"), "make", "user")).end_turn()
    state = folded(script)
    assert (state.running, state.by_user, state.interruptible) == ((("user-1", "make"),), ("user-1",), True)
    ended = folded(script.end("user-1", "ok"))
    assert (ended.running, ended.by_user, ended.interruptible) == ((), (), False)


def test_a_running_call_is_known_until_it_ends() -> None:
    script = running()
    during = folded(script)
    after = folded(script.end("c1", "done"))
    assert during.running == (("c1", "python -m pytest tests"),)
    assert after == replace(during, running=())


def test_a_retry_is_told_until_the_model_answers() -> None:
    script = Script().turn("x").post(RetryScheduled(4.2, "rate limit", 1))
    waiting = folded(script)
    assert waiting.retry == "retrying in 4 s: rate limit"
    assert folded(script.post(TextDelta("a"))) == replace(waiting, retry="")


def test_delegated_tasks_live_until_they_end_and_their_tokens_count() -> None:
    assert folded(tasks()).live_tasks == ("task-1", "task-2", "task-3")
    ended = folded(ended_tasks())
    assert (ended.live_tasks, ended.usage) == (("task-3",), Usage(3600, 540))


def test_an_open_session_with_nothing_to_do_is_not_busy() -> None:
    state = folded(start())
    assert (state.busy, folded(running()).busy, folded(ended_tasks()).busy) == (False, True, True)
    assert state == Status(opened=SessionOpened("s-1", "/home/user/project", "docker", "demo"))


def test_a_session_that_closes_in_a_turn_ends_all_of_it() -> None:
    script = tasks().post(SessionClosed("the engine was lost"))
    state = folded(script)
    assert state == Status(opened=state.opened, closed="the engine was lost", usage=state.usage)
