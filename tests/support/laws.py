"""The stream laws of `pygent_engine.events`, as one check for every recorded stream."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pygent_engine import events as ev
from pygent_engine.events import Envelope
from pygent_engine.task_values import TaskState


def check_stream(envelopes: Iterable[Envelope], *, complete: bool = True) -> None:
    """Assert that a recorded stream keeps the laws; `complete` says that it goes to the end of everything in it."""
    checker = _Checker()
    first = None
    for number, envelope in enumerate(envelopes):
        first = envelope.seq if first is None else first
        assert envelope.seq == first + number, f"seq {envelope.seq} follows {first + number - 1}"
        checker.see(envelope)
    if complete:
        assert not checker.open, f"never ended: {sorted(checker.open)}"


@dataclass
class _Checker:
    open: set[tuple[str, ...]] = field(default_factory=set)
    prompts: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    text: dict[str, str] = field(default_factory=dict)
    reasoning: dict[str, str] = field(default_factory=dict)

    def see(self, envelope: Envelope) -> None:  # noqa: C901 - one short case an event
        task = envelope.task_id
        assert task not in self.removed or isinstance(envelope.event, ev.Warned), f"{envelope.event} of a task that was removed"
        match envelope.event:
            case ev.SessionOpened():
                self._begin("session")
            case ev.SessionClosed():
                self._end("session")
            case ev.TaskCreated():
                self._begin("task", task)
            case ev.TaskEnded(state=state):
                assert state.ended
                self._end("task", task)
                if state is TaskState.lost:  # what became of what it began nobody knows
                    self.open = {what for what in self.open if len(what) < 2 or (task != what[1] and not what[1].startswith(f"{task}/"))}
            case ev.TaskRetried():
                self._begin("task", task)
            case ev.TaskRemoved():
                assert ("task", task) not in self.open, "removed before its end"
                self.removed.add(task)
            case ev.TaskStateChanged(state=state):
                assert not state.ended and ("task", task) in self.open
            case ev.TurnStarted():
                self._begin("turn", task)
            case ev.TurnEnded():
                self._end("turn", task)
            case ev.StepStarted(step=step):
                assert ("turn", task) in self.open
                self.text[task] = self.reasoning[task] = ""
                self._begin("step", task, str(step))
            case ev.StepEnded(step=step):
                self._end("step", task, str(step))
            case ev.TextDelta(text=text):
                self.text[task] += text
            case ev.ReasoningDelta(text=text):
                self.reasoning[task] += text
            case ev.ReplyCompleted(message=message):
                assert (message.content or "", message.reasoning) == (self.text[task], self.reasoning[task])
                for call in message.tool_calls:
                    self._begin("result", call.id)
            case _:
                self._see_call(envelope.event, task)

    def _see_call(self, event: ev.Event, task: str) -> None:  # noqa: C901 - as above
        match event:
            case ev.ImagePullStarted(image=image):
                self._begin("pull", task, image)
            case ev.ImagePullProgress(image=image):
                assert ("pull", task, image) in self.open
            case ev.ImagePullEnded(image=image):
                self._end("pull", task, image)
            case ev.ApprovalAsked(request=request):
                self._begin("approval", request.call_id)
            case ev.ApprovalSettled(call_id=call_id):
                self._end("approval", call_id)
            case ev.QuestionAsked(question=question):
                self._begin("question", question.call_id)
            case ev.QuestionAnswered(call_id=call_id):
                self._end("question", call_id)
            case ev.PromptQueued(prompt_id=prompt_id):
                assert prompt_id not in self.prompts, "two prompts have one id"
                self.prompts.add(prompt_id)
                self._begin("prompt", prompt_id)
            case ev.PromptTaken(prompt_id=prompt_id):
                assert ("turn", task) not in self.open, "taken while another turn runs"
                self._end("prompt", prompt_id)
            case ev.PromptWithdrawn(prompt_id=prompt_id):
                self._end("prompt", prompt_id)
            case ev.StartedOver():
                assert ("turn", task) not in self.open, "started over in a turn"
            case ev.CallStarted(call=call, by="user"):
                self._begin("result", call.id)
                self._begin("call", call.id)
            case ev.CallStarted(call=call):
                assert ("approval", call.id) not in self.open, "started before its approval was settled"
                assert ("result", call.id) in self.open, "started without a reply that asks for it"
                self._begin("call", call.id)
            case ev.OutputDelta(call_id=call_id):
                assert ("call", call_id) in self.open, "output of a call that does not run"
            case ev.CallEnded(result=result):
                self._end("result", result.call_id)
                self.open.discard(("call", result.call_id))
            case _:
                pass

    def _begin(self, *what: str) -> None:
        assert what not in self.open, f"{what} began twice"
        self.open.add(what)

    def _end(self, *what: str) -> None:
        assert what in self.open, f"{what} ended without a beginning, or twice"
        self.open.remove(what)
