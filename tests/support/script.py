"""Writes scripted sessions: deterministic streams of envelopes that obey the stream laws, with fixed times."""

from __future__ import annotations

import json
from typing import Self

from pygent_engine.events import (
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    Envelope,
    Event,
    ImagePullEnded,
    ImagePullStarted,
    OutputDelta,
    QuestionAnswered,
    QuestionAsked,
    ReplyCompleted,
    SessionClosed,
    SessionOpened,
    StepEnded,
    StepStarted,
    TaskCreated,
    TaskEnded,
    TaskRetried,
    TaskStateChanged,
    TextDelta,
    TurnEnded,
    TurnStarted,
)
from pygent_engine.prefix import prefix_of
from pygent_engine.task_values import TaskState
from pygent_engine.values import (
    INCOMPLETE,
    INTERRUPTED,
    ROOT_TASK,
    ApprovalRequest,
    Message,
    Mode,
    Outcome,
    Persona,
    Question,
    ToolCall,
    ToolResult,
    Usage,
)

START = 1_790_000_000.0
_USAGE = Usage(1200, 180)


class Script:
    """Each method posts what an engine would; `at` is the time of the last envelope. Calls are named by their id."""

    def __init__(self, mode: Mode = "docker", model: str = "demo", fallback: str = "") -> None:
        self.envelopes: list[Envelope] = []
        self.at = START
        self._open: list[tuple[str, Event]] = []
        self._said = ""
        self._tools: dict[str, ToolCall] = {}
        self.post(SessionOpened("s-1", "/home/user/project", mode, model, fallback))

    def post(self, event: Event, task: str = ROOT_TASK, after: float = 0.25) -> Self:
        """`event`, `after` seconds later."""
        self.at += after
        self.envelopes.append(Envelope(len(self.envelopes) + 1, self.at, task, event))
        self._track(task, event)
        return self

    def turn(self, prompt: str, task: str = ROOT_TASK) -> Self:
        """A turn, up to the model's first word."""
        return self.post(TurnStarted(prompt), task).post(StepStarted(1), task)

    def next_step(self, step: int, task: str = ROOT_TASK) -> Self:
        return self.post(StepEnded(step - 1), task).post(StepStarted(step), task)

    def stream(self, text: str, task: str = ROOT_TASK) -> Self:
        """The beginning of a reply, in two pieces."""
        middle = len(text) // 2
        for piece in (text[:middle], text[middle:]):
            self.post(TextDelta(piece), task)
        return self

    def reply(self, text: str, *calls: ToolCall, task: str = ROOT_TASK) -> Self:
        """A whole reply, streamed."""
        self.stream(text, task)
        self._tools.update({call.id: call for call in calls})
        return self.post(ReplyCompleted(Message("assistant", text, calls, usage=_USAGE, finish_reason="stop"), _USAGE), task)

    def cut(self, task: str = ROOT_TASK) -> Self:
        """The reply that streams breaks off."""
        return self.post(ReplyCompleted(Message("assistant", self._said, finish_reason=INCOMPLETE), None), task)

    def start(self, call_id: str, task: str = ROOT_TASK) -> Self:
        """The call of the last reply begins to run."""
        call = self._tools[call_id]
        arguments = json.loads(call.arguments)
        return self.post(CallStarted(call, str(arguments.get("cmd") or arguments.get("title") or call.name)), task)

    def output(self, call_id: str, text: str, task: str = ROOT_TASK, after: float = 0.25) -> Self:
        return self.post(OutputDelta(call_id, text), task, after)

    def end(
        self, call_id: str, content: str, exit_code: int | None = 0, task: str = ROOT_TASK, duration_s: float = 1.5, full_output: str = ""
    ) -> Self:
        return self.post(CallEnded(ToolResult(call_id, content, "ok", exit_code, duration_s, full_output)), task)

    def ask(self, call_id: str, reason: str, task: str = ROOT_TASK, permissions: tuple[str, ...] = ("local",)) -> Self:
        """The approval of a call of the last reply is asked for."""
        call = self._tools[call_id]
        command = json.loads(call.arguments).get("cmd", call.arguments)
        request = ApprovalRequest(call_id, task, call.name, call.arguments, command, reason, permissions, prefix_of(command))
        return self.post(ApprovalAsked(request), task)

    def question(self, call_id: str, prompt: str, *options: str, task: str = ROOT_TASK) -> Self:
        return self.post(QuestionAsked(Question(call_id, task, prompt, options)), task)

    def task(self, task_id: str, title: str, prompt: str = "", persona: str = "") -> Self:
        """A delegated task, queued."""
        who = Persona(persona) if persona else None
        return self.post(TaskCreated(title, prompt or title, who, "demo", ROOT_TASK, "docker"), task_id)

    def run(self, task_id: str) -> Self:
        """A queued task gets its container and its turn."""
        self.post(TaskStateChanged(TaskState.starting), task_id).post(TaskStateChanged(TaskState.running, f"pygent-{task_id}"), task_id)
        return self.turn(f"Work on {task_id}", task_id)

    def done(self, task_id: str, state: TaskState = TaskState.finished, error: str = "") -> Self:
        """A running task ends, its turn first."""
        outcome: Outcome = "finished" if state is TaskState.finished else "failed"
        self.post(StepEnded(1), task_id).post(TurnEnded(outcome, 1, _USAGE, error), task_id)
        status = f"{state}: {error}" if error else str(state)
        return self.post(TaskEnded(state, status, error, 1, _USAGE), task_id)

    def end_turn(self, outcome: Outcome = "finished", reason: str = "", step: int = 1) -> Self:
        return self.post(StepEnded(step)).post(TurnEnded(outcome, step, _USAGE, reason))

    def closed(self) -> list[Envelope]:
        """The whole stream, with everything that is still open ended as a shutdown would; the script stays as it is."""
        rest = Script.__new__(Script)
        rest.envelopes, rest.at, rest._open, rest._said, rest._tools = [*self.envelopes], self.at, [*self._open], self._said, {}
        if rest._said:
            rest.post(ReplyCompleted(Message("assistant", rest._said, finish_reason=INTERRUPTED), None), rest._speaker())
        while rest._open:
            task, event = rest._open[-1]
            rest.post(_ending(event), task)
        return rest.envelopes

    def _speaker(self) -> str:
        return next(envelope.task_id for envelope in reversed(self.envelopes) if isinstance(envelope.event, TextDelta))

    def _track(self, task: str, event: Event) -> None:
        match event:
            case TextDelta(text):
                self._said += text
            case ReplyCompleted(message):
                self._said = ""  # each call of a reply gets its one result, started or not
                self._open.extend((task, CallStarted(asked, "")) for asked in message.tool_calls)
            case (
                SessionOpened()
                | TaskCreated()
                | TaskRetried()
                | TurnStarted()
                | StepStarted()
                | ApprovalAsked()
                | QuestionAsked()
                | ImagePullStarted()
            ):
                self._open.append((task, event))
            case _:
                self._open = [item for item in self._open if not (item[0] == task and _ends(event, item[1]))]


def call(call_id: str, name: str = "bash", **arguments: object) -> ToolCall:
    """A tool call with `arguments` as a model would send them."""
    return ToolCall(call_id, name, json.dumps(arguments))


def _ends(event: Event, opened: Event) -> bool:
    """Whether `event` ends what `opened` began (in the same task)."""
    ending = _ending(opened)
    return type(ending) is type(event) and _call_id(ending) == _call_id(event)


def _call_id(event: Event) -> str:
    return event.result.call_id if isinstance(event, CallEnded) else getattr(event, "call_id", "")


def _ending(opened: Event) -> Event:
    """How a shutdown ends what `opened` began."""
    match opened:
        case SessionOpened():
            return SessionClosed()
        case TaskCreated() | TaskRetried():
            return TaskEnded(TaskState.cancelled, "cancelled", "", 1, Usage())
        case TurnStarted():
            return TurnEnded("interrupted", 1, Usage())
        case StepStarted(step):
            return StepEnded(step)
        case ApprovalAsked(request):
            return ApprovalSettled(request.call_id, "deny", "the session was closed")
        case QuestionAsked(question):
            return QuestionAnswered(question.call_id, "")
        case ImagePullStarted(image):
            return ImagePullEnded(image, "cancelled")
        case CallStarted(started):
            return CallEnded(ToolResult(started.id, "cancelled", "cancelled"))
        case _:
            raise ValueError(opened)
