"""The loop: one turn from prompt to end, with everything that can end it."""

from __future__ import annotations

import signal
import threading

import pytest

from pygent_engine import Limits, Message, ModelError, PygentError, Runtime, ScriptedModel, ToolCall, Usage, tool
from pygent_engine.events import (
    CallEnded,
    CallStarted,
    OutputDelta,
    ReplyCompleted,
    Steered,
    StepEnded,
    StepStarted,
    TextDelta,
    TurnEnded,
    TurnStarted,
)
from pygent_engine.values import INTERRUPTED, Delta, JsonDict
from tests.support.agents import DEADLINE_S, MakeAgent, bash, calls


class Blocked:
    """A model that answers only when it is let go; it knows nothing of cancelling."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.let_go = threading.Event()

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        self.asked.set()
        self.let_go.wait(DEADLINE_S)
        return Message("assistant", "too late")


def test_a_turn_is_reported_from_prompt_to_answer(make_agent: MakeAgent) -> None:
    reply = Message("assistant", "Hi there.", usage=Usage(7, 3), finish_reason="stop")
    agent, recorder = make_agent(ScriptedModel([reply]))
    result = agent.run("hello")
    assert (result.outcome, result.reply, result.steps, result.usage) == ("finished", reply, 1, Usage(7, 3))
    assert recorder.events() == [
        TurnStarted("hello"),
        StepStarted(1),
        TextDelta("Hi there."),
        ReplyCompleted(reply, Usage(7, 3)),
        StepEnded(1),
        TurnEnded("finished", 1, Usage(7, 3)),
    ]
    assert agent.history[1:] == [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "Hi there."}]


def test_calls_run_in_order_and_each_is_answered_under_the_models_own_id(make_agent: MakeAgent) -> None:
    many = calls(*[("bash", {"cmd": f"echo {number} >> log; cat log | wc -l"}) for number in range(50)])
    agent, recorder = make_agent(ScriptedModel([many, "done"]))
    assert agent.run("go").outcome == "finished"
    answers = [entry for entry in agent.history if entry["role"] == "tool"]
    assert [entry["tool_call_id"] for entry in answers] == [f"c{number}" for number in range(1, 51)]
    assert [int(entry["content"]) for entry in answers] == list(range(1, 51))
    assert len(recorder.of(CallStarted)) == len(recorder.of(CallEnded)) == 50


def test_stop_ends_the_run_after_the_other_calls_of_its_step(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([calls(("stop", {}), ("bash", {"cmd": "echo ran"}))]))
    result = agent.run("go")
    assert (result.outcome, result.steps) == ("finished", 1)
    assert [ended.result.content for ended in recorder.of(CallEnded)] == ["The run ends after this step.", "ran\n"]


@pytest.mark.parametrize(
    ("limits", "reason", "limit"),
    [
        (Limits(steps=3), "The limit of 3 steps is reached.", "steps"),
        (Limits(tokens=25), "The limit of 25 tokens is reached.", "tokens"),
    ],
)
def test_a_model_that_calls_for_ever_stops_at_a_limit_and_says_which(
    make_agent: MakeAgent, limits: Limits, reason: str, limit: str
) -> None:
    forever = Message("assistant", None, [ToolCall("same", "bash", '{"cmd": "true"}')], usage=Usage(8, 2))
    agent, recorder = make_agent(ScriptedModel([forever] * 20), limits=limits)
    result = agent.run("go")
    assert (result.outcome, result.steps, result.reason, result.limit) == ("limit", 3, reason, limit)
    assert recorder.of(TurnEnded) == [TurnEnded("limit", 3, Usage(24, 6), reason)]


@pytest.mark.parametrize(("limits", "limit"), [(Limits(seconds=0.2), "seconds"), (Limits(seconds=60, step_seconds=0.2), "step_seconds")])
def test_a_deadline_fires_while_the_model_blocks(make_agent: MakeAgent, limits: Limits, limit: str) -> None:
    model = Blocked()
    agent, _ = make_agent(model, limits=limits)
    result = agent.run("go")
    assert (result.outcome, result.limit, result.reply) == ("limit", limit, None)
    assert not model.let_go.is_set()
    model.let_go.set()


def test_a_deadline_ends_a_running_command_and_the_rest_of_its_step(make_agent: MakeAgent) -> None:
    slow = calls(("bash", {"cmd": "echo begun; sleep 60"}), ("bash", {"cmd": "touch never"}))
    agent, recorder = make_agent(ScriptedModel([slow]))
    recorder.then(OutputDelta, lambda event: agent.limit(Limits(step_seconds=0.01)))
    assert agent.run("go").limit == "step_seconds"
    results = [ended.result for ended in recorder.of(CallEnded)]
    assert [(result.content, result.status) for result in results] == [
        ("begun\n[cancelled]", "cancelled"),
        ("[not run: the turn was ended before it]", "cancelled"),
    ]
    assert not (agent.runtime.base_dir / "never").exists()


def test_interrupt_ends_the_running_call_exactly_once_and_the_agent_can_go_on(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([bash("echo begun; sleep 60"), "after"]))
    turn = threading.Thread(target=agent.run, args=("go",))
    turn.start()
    recorder.wait_for(CallStarted)
    agent.interrupt()
    turn.join(DEADLINE_S)
    assert [ended.result.status for ended in recorder.of(CallEnded)] == ["cancelled"]
    assert recorder.of(TurnEnded)[0].outcome == INTERRUPTED
    assert [entry["role"] for entry in agent.history] == ["system", "user", "assistant", "tool"]
    reply = agent.run("and now?").reply
    assert reply is not None
    assert reply.content == "after"


def test_interrupt_leaves_a_blocked_model_behind(make_agent: MakeAgent) -> None:
    model = Blocked()
    agent, recorder = make_agent(model)
    turn = threading.Thread(target=agent.run, args=("go",))
    turn.start()
    assert model.asked.wait(DEADLINE_S)
    agent.interrupt()
    turn.join(DEADLINE_S)
    assert not turn.is_alive()
    assert recorder.of(TurnEnded)[0].outcome == INTERRUPTED
    seen = len(recorder.envelopes)
    model.let_go.set()
    assert len(recorder.envelopes) == seen


def test_interrupt_without_a_turn_does_nothing(make_agent: MakeAgent) -> None:
    agent, _ = make_agent(ScriptedModel(["fine"]))
    agent.interrupt()
    assert agent.run("go").outcome == "finished"


def test_partial_text_of_an_interrupted_reply_is_kept_and_marked(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel(["one two three four five six seven eight nine ten"] * 2, chunk=4, delay_s=0.05))
    recorder.then(TextDelta, lambda event: agent.interrupt())
    agent.run("go")
    message = recorder.of(ReplyCompleted)[0].message
    assert message.finish_reason == INTERRUPTED
    assert message.content
    assert "one two three four five six seven eight nine ten".startswith(message.content)
    assert agent.history[-1] == {"role": "assistant", "content": message.content}


@pytest.mark.parametrize(
    ("finish", "reason"),
    [
        (None, "The reply broke off before its end; nothing of it was run."),
        ("length", "The reply met the model's length limit; nothing of it was run."),
        ("content_filter", "The model's content filter ended the reply; nothing of it was run."),
    ],
)
def test_nothing_of_a_cut_reply_is_run(make_agent: MakeAgent, finish: str | None, reason: str) -> None:
    cut = [
        Delta(text="I will now"),
        Delta(call_index=0, call_id="c1", call_name="bash", call_arguments='{"cmd": "touch ran"}', finish_reason=finish),
    ]
    agent, recorder = make_agent(ScriptedModel([cut]))
    result = agent.run("go")
    assert (result.outcome, result.reason) == ("failed", reason)
    assert recorder.of(CallStarted, CallEnded) == []
    assert not (agent.runtime.base_dir / "ran").exists()
    assert agent.history[-1] == {"role": "assistant", "content": "I will now"}


def test_a_steering_message_is_read_at_the_next_step_and_keeps_the_turn_going(make_agent: MakeAgent) -> None:
    def interrupted_by_advice(messages: list[JsonDict]) -> str:
        agent.steer("use tabs")
        return "first answer"

    def advised(messages: list[JsonDict]) -> str:
        return f"heard: {messages[-1]['content']}"

    agent, recorder = make_agent(ScriptedModel([interrupted_by_advice, advised]))
    result = agent.run("go")
    assert (result.outcome, result.steps) == ("finished", 2)
    assert result.reply is not None
    assert result.reply.content == "heard: use tabs"
    assert recorder.of(Steered) == [Steered("use tabs")]


def test_step_asks_once_and_runs_what_the_reply_calls_for(make_agent: MakeAgent) -> None:
    agent, _ = make_agent(ScriptedModel([bash("echo one > file"), "unused"]))
    message = agent.step("go")
    assert [call.name for call in message.tool_calls] == ["bash"]
    assert agent.runtime.read_file("file") == "one\n"
    assert agent.history[-1] == {"role": "tool", "tool_call_id": "c1", "content": ""}


def test_step_raises_what_the_model_failed_with_and_run_reports_it(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([ModelError("no such model"), ValueError("bad day")]))
    with pytest.raises(ModelError, match="no such model"):
        agent.step("go")
    result = agent.run("go")
    assert (result.outcome, result.reason) == ("failed", "The model failed: ValueError: bad day")
    assert [ended.outcome for ended in recorder.of(TurnEnded)] == ["failed", "failed"]


@pytest.mark.parametrize("crash", [SystemExit(3), KeyboardInterrupt(), MemoryError("full")])
def test_a_crashing_model_fails_the_turn_and_nothing_else(make_agent: MakeAgent, crash: BaseException) -> None:
    class Crashing:
        def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
            raise crash

    agent, _ = make_agent(Crashing())
    result = agent.run("go")
    assert result.outcome == "failed"
    assert type(crash).__name__ in result.reason


def test_a_second_turn_at_the_same_time_is_refused(make_agent: MakeAgent) -> None:
    model = Blocked()
    agent, _ = make_agent(model)
    turn = threading.Thread(target=agent.run, args=("go",))
    turn.start()
    assert model.asked.wait(DEADLINE_S)
    with pytest.raises(PygentError, match="busy"):
        agent.run("me too")
    model.let_go.set()
    turn.join(DEADLINE_S)


def test_an_agent_that_gets_no_thread_says_so_and_can_work_later(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel(["fine"]))
    before = threading.stack_size(1 << 46)  # more than there is
    try:
        with pytest.raises(RuntimeError, match="thread"):
            agent.run("go")
    finally:
        threading.stack_size(before)
    assert (recorder.envelopes, len(agent.history)) == ([], 1)
    assert agent.run("go").outcome == "finished"


def test_a_repeated_call_id_is_told_apart_in_events_and_kept_in_the_history(make_agent: MakeAgent) -> None:
    agent, recorder = make_agent(ScriptedModel([bash("echo a"), bash("echo b"), bash("echo c"), "done"]))
    agent.run("go")
    assert [ended.result.call_id for ended in recorder.of(CallEnded)] == ["c1", "c1#2", "c1#3"]
    assert [entry["tool_call_id"] for entry in agent.history if entry["role"] == "tool"] == ["c1", "c1", "c1"]


def test_ids_of_calls_are_cleaned_and_never_meet(make_agent: MakeAgent) -> None:
    ids = ["a#2", "a", "a", "task-1/a", "x\x1b]52;c;aGk=\x07"]
    replies = [Message("assistant", None, [ToolCall(call_id, "bash", '{"cmd": "true"}')]) for call_id in ids]
    agent, recorder = make_agent(ScriptedModel([*replies, "done"]))
    agent.run("go")
    assert [ended.result.call_id for ended in recorder.of(CallEnded)] == ["a#2", "a", "a#3", "task-1_a", "x\u241b]52;c;aGk=\u2407"]
    assert [entry["tool_call_id"] for entry in agent.history if entry["role"] == "tool"] == ids


def test_ctrl_c_while_a_tool_runs_closes_every_call_and_goes_on_up(make_agent: MakeAgent, own_tools: None) -> None:
    let_go = threading.Event()

    @tool
    def strike(runtime: Runtime) -> str:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        let_go.wait(DEADLINE_S)
        return "too late"

    agent, recorder = make_agent(ScriptedModel([calls(("strike", {}), ("bash", {"cmd": "echo two"}))]))
    with pytest.raises(KeyboardInterrupt):
        agent.run("go")
    let_go.set()
    assert [ended.result.status for ended in recorder.of(CallEnded)] == ["cancelled", "cancelled"]
    assert [entry["role"] for entry in agent.history] == ["system", "user", "assistant", "tool", "tool"]
    assert recorder.of(TurnEnded)[0].outcome == INTERRUPTED
