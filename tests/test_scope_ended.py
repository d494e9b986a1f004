"""An ask inside a tool call that is ended while it waits: settled once, and silent after that."""

from __future__ import annotations

import threading

import pytest

from pygent_engine import Approval, ApprovalRequest, Limits, Runtime, ScriptedModel, Session, register_tool
from pygent_engine.approvals import Policy
from pygent_engine.events import (
    AnswerApproval,
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    ImagePullEnded,
    ImagePullProgress,
    ImagePullStarted,
    Interrupt,
    OutputDelta,
    SubmitPrompt,
    TurnEnded,
)
from pygent_engine.scope import current_scope
from tests.support.agents import DEADLINE_S, Recorder, bash, calls
from tests.support.laws import check_stream
from tests.support.strict import NO_ARGUMENTS, UNSURE, MakeStrict, results, runner


@pytest.mark.parametrize("in_the_middle", [True, False])
def test_an_interrupt_withdraws_an_ask_of_a_front_end_once(make_strict: MakeStrict, in_the_middle: bool) -> None:
    runner(UNSURE)
    wanted = calls(("runs", {})) if in_the_middle else bash(UNSURE)
    agent, _ = make_strict(ScriptedModel([wanted, "unused"]))
    recorder = Recorder()
    session = Session(agent, policy=Policy(confirm_bash=False), on_event=recorder)
    try:
        session.send(SubmitPrompt("go"))
        asked = recorder.wait_for(ApprovalAsked).request
        session.send(Interrupt())
        assert recorder.wait_for(TurnEnded).outcome == "interrupted"
        session.send(AnswerApproval(asked.call_id, "session"))  # too late
    finally:
        session.close()
    check_stream(recorder.envelopes)
    assert asked.call_id == ("c1.1" if in_the_middle else "c1")
    assert [settled.decision for settled in recorder.of(ApprovalSettled)] == ["deny"]
    assert "hello" not in results(recorder)[0].content


@pytest.mark.parametrize("in_the_middle", [True, False])
def test_an_approver_that_answers_after_the_deadline_changes_nothing(make_strict: MakeStrict, in_the_middle: bool) -> None:
    let_go, answered = threading.Event(), threading.Event()

    def slow(request: ApprovalRequest) -> Approval:
        agent.limit(Limits(seconds=0.01))  # only now, when it was asked
        let_go.wait(DEADLINE_S)
        answered.set()
        return Approval("session")

    runner(UNSURE)
    wanted = calls(("runs", {})) if in_the_middle else bash(UNSURE)
    agent, recorder = make_strict(ScriptedModel([wanted, "unused"]), approver=slow)
    assert agent.run("go").limit == "seconds"
    reported = list(recorder.envelopes)
    let_go.set()
    assert answered.wait(DEADLINE_S)
    agent.close()
    assert recorder.envelopes == reported
    assert [settled.decision for settled in recorder.of(ApprovalSettled)] == ["deny"]
    assert [need.permission for need in agent.gate.open(agent.runtime.needs(UNSURE))] == ["ban"]


def test_a_call_that_was_left_behind_reports_nothing_and_is_allowed_nothing(make_strict: MakeStrict) -> None:
    let_go, over = threading.Event(), threading.Event()
    refused: list[str] = []

    def stubborn(runtime: Runtime) -> str:
        scope = current_scope()
        assert scope is not None
        scope.post(ImagePullStarted("image"))
        agent.limit(Limits(seconds=0.01))  # only now, when it began
        let_go.wait(DEADLINE_S)
        scope.post(ImagePullProgress("image", 1, 2, 3, 4))
        scope.post(ImagePullEnded("image"))
        refused.append(runtime.execute(UNSURE).output)
        over.set()
        return "late"

    register_tool("stubborn", "Stubborn", NO_ARGUMENTS, stubborn)
    agent, recorder = make_strict(ScriptedModel([calls(("stubborn", {})), "unused"]), approver=lambda request: True)
    assert agent.run("go").limit == "seconds"
    reported = list(recorder.envelopes)
    let_go.set()
    assert over.wait(DEADLINE_S)
    assert recorder.envelopes == reported
    assert recorder.of(ImagePullStarted, ImagePullEnded, CallEnded)[:2] == [
        ImagePullStarted("image"),
        ImagePullEnded("image", "the call was ended meanwhile"),
    ]
    assert refused == ["[not run: the turn was ended before it was approved]"]


def test_an_ask_of_a_thread_that_outlives_its_call_is_withdrawn_with_it(make_strict: MakeStrict) -> None:
    asking, let_go = threading.Event(), threading.Event()
    said: list[str] = []
    helpers: list[threading.Thread] = []

    def approver(request: ApprovalRequest) -> bool:
        asking.set()
        return let_go.wait(DEADLINE_S)

    def hasty(runtime: Runtime) -> str:
        scope = current_scope()
        assert scope is not None
        helpers.append(threading.Thread(target=lambda: said.append(scope.permit(runtime.needs(UNSURE), UNSURE))))
        helpers[0].start()
        assert asking.wait(DEADLINE_S)
        return "back"

    register_tool("hasty", "Hasty", NO_ARGUMENTS, hasty)
    agent, recorder = make_strict(ScriptedModel([calls(("hasty", {})), "done"]), approver=approver)
    assert agent.run("go").outcome == "finished"
    let_go.set()
    helpers[0].join(DEADLINE_S)
    assert said == ["[not run: the turn was ended before it was approved]"]
    assert [type(event) for event in recorder.of(ApprovalAsked, ApprovalSettled, CallEnded)] == [ApprovalAsked, ApprovalSettled, CallEnded]


def test_output_that_comes_after_the_call_is_not_reported(make_strict: MakeStrict) -> None:
    late = "until [ -e go ]; do sleep 0.02; done; echo late; touch done"
    agent, recorder = make_strict(
        ScriptedModel([bash(f"({late}) & echo soon"), bash("touch go; until [ -e done ]; do sleep 0.02; done"), "done"])
    )
    agent.run("go")
    assert "".join(delta.text for delta in recorder.of(OutputDelta)) == "soon\n"
