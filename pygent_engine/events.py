"""The whole vocabulary between the engine and its front ends: ops ask, events report.

Stream laws: `seq` is gapless as posted; whatever is Opened, Created, Started or Asked is Closed, Ended or Settled
exactly once, also on cancel, timeout, crash and shutdown; a task that is Retried has one Ended more; a prompt that was
Queued is so Taken or Withdrawn; a call that was refused gets its CallEnded without a CallStarted; deltas concatenate to the
completed text, may be merged for a slow reader, and nothing else is dropped. Who comes late gets the record first, which
lacks the deltas of completed replies. Text in events is cleaned: it holds no terminal escapes but SGR colours in OutputDelta.
"""

from __future__ import annotations

from typing import Literal

from .frozen import frozen
from .ops import *  # noqa: F403 - the vocabulary has one door: this module names the ops,
from .task_events import *  # noqa: F403 - and what is reported of tasks, too
from .task_events import TaskEvent
from .values import (
    ApprovalRequest,
    Decision,
    FileDiff,
    Message,
    Mode,
    Outcome,
    Question,
    ToolCall,
    ToolResult,
    Tuning,
    Usage,
)

# ---------------------------------------------------------------- events of a session


@frozen
class SessionOpened:
    """First event of a session. `fallback_reason` says why the mode is "local" when Docker was not ruled out."""

    session_id: str
    workspace: str
    mode: Mode
    model: str
    fallback_reason: str = ""


@frozen
class SessionClosed:
    """Last event of a session."""

    reason: str = ""


@frozen
class Warned:
    """Something the user should know; never needed to follow the stream. `key`: that of the StartTask which is refused."""

    text: str
    key: str = ""


@frozen
class Tuned:
    """What can be changed while the session lasts, as it stands: posted after SessionOpened and after each change."""

    tuning: Tuning


@frozen
class StartedOver:
    """A new conversation: the model knows nothing of what came before."""


@frozen
class PromptQueued:
    """A prompt was accepted and waits for its turn. It is Taken or Withdrawn exactly once."""

    prompt_id: str
    text: str


@frozen
class PromptTaken:
    """The turn of a queued prompt begins."""

    prompt_id: str


@frozen
class PromptWithdrawn:
    """A queued prompt will have no turn: it was taken back, or the session ends."""

    prompt_id: str


# ---------------------------------------------------------------- events of a runtime


@frozen
class ImagePullStarted:
    """The engine fetches a container image, because it was allowed to."""

    image: str


@frozen
class ImagePullProgress:
    """How far the pull is. Bytes count what is known of yet: `bytes_total` grows while layers are found."""

    image: str
    layers_done: int
    layers: int
    bytes_done: int
    bytes_total: int

    @property
    def share(self) -> float:
        """How much is done, 0 to 1. Layers and bytes count half each: by bytes alone a pull would seem done whenever the layers
        that began are."""
        layers = self.layers_done / self.layers if self.layers else 0.0
        amount = self.bytes_done / self.bytes_total if self.bytes_total else 0.0
        return min(1.0, (layers + amount) / 2)

    @property
    def counts(self) -> str:
        """Layers and megabytes in words, "" while nothing is known."""
        if not self.layers:
            return ""
        layers = f"{self.layers_done} of {self.layers} layer{'s' if self.layers > 1 else ''}"
        return f"{layers}, {self.bytes_done / 1e6:.1f} of {self.bytes_total / 1e6:.1f} MB" if self.bytes_total else layers


@frozen
class ImagePullEnded:
    """The image is there, or `error` says why it is not."""

    image: str
    error: str = ""


PullEvent = ImagePullStarted | ImagePullProgress | ImagePullEnded


@frozen
class ContainerStarted:
    """The container that commands run in was started, with the first of them."""

    container: str


@frozen
class ContainerReplaced:
    """A container was lost and another one took over: the workspace is the same, all else began anew."""

    container: str
    reason: str


# ---------------------------------------------------------------- events of a turn


@frozen
class TurnStarted:
    """The agent begins to work on `prompt`."""

    prompt: str


@frozen
class TurnEnded:
    """The agent is done with the prompt; `reason` says why it failed, or which limit it met."""

    outcome: Outcome
    steps: int
    usage: Usage
    reason: str = ""


@frozen
class MessageSent:
    """A message to a running task was accepted; its model reads it before its next step. `by` the model of the main conversation, or
    the user."""

    text: str
    by: Literal["user", "model"] = "user"


@frozen
class Told:
    """The model was told this of its tasks, before its next step."""

    text: str


@frozen
class Steered:
    """A steering message was put into the history, before the next step."""

    text: str


@frozen
class StepStarted:
    """The model is asked for the reply number `step` of the turn (1-based)."""

    step: int


@frozen
class StepEnded:
    """The reply and all its calls are done with."""

    step: int


@frozen
class TextDelta:
    """More text of the reply."""

    text: str


@frozen
class ReasoningDelta:
    """More of the model's thinking."""

    text: str


@frozen
class ReplyCompleted:
    """The reply as it stands in the history. A partial one has finish_reason INCOMPLETE or INTERRUPTED and no calls."""

    message: Message
    usage: Usage | None


@frozen
class RetryScheduled:
    """The model was not reached; the request goes out again after `delay_s` seconds."""

    delay_s: float
    reason: str
    attempt: int


# ---------------------------------------------------------------- events of a tool call


@frozen
class ApprovalAsked:
    """A call waits for a yes."""

    request: ApprovalRequest


@frozen
class ApprovalSettled:
    """The approval was answered, or its call went away ("deny" with a note that says so)."""

    call_id: str
    decision: Decision
    note: str = ""


@frozen
class QuestionAsked:
    """The model asks the user."""

    question: Question


@frozen
class QuestionAnswered:
    """The question was answered, or went away (`text` is then empty)."""

    call_id: str
    text: str


@frozen
class CallStarted:
    """A tool call runs. `summary` is one line for a person: what the tool is used on, without its name. A call `by` the user
    (RunShell, CopyIn) belongs to no turn and no reply."""

    call: ToolCall
    summary: str
    by: Literal["model", "user"] = "model"

    @property
    def action(self) -> str:
        """One line that says what is done: the command itself, for other tools their name first."""
        return self.summary if self.call.name == "bash" else f"{self.call.name} {self.summary}".strip()


@frozen
class OutputDelta:
    """More output of a running call. `skipped` characters before it were dropped for a reader that was too slow."""

    call_id: str
    text: str
    skipped: int = 0


@frozen
class CallEnded:
    """The one result of a call."""

    result: ToolResult


@frozen
class FilesChanged:
    """A tool wrote these workspace files (paths relative, POSIX). `diffs` say how, where that is known."""

    paths: tuple[str, ...]
    diffs: tuple[FileDiff, ...] = ()


Event = (
    SessionOpened
    | SessionClosed
    | Warned
    | Tuned
    | StartedOver
    | PromptQueued
    | PromptTaken
    | PromptWithdrawn
    | PullEvent
    | ContainerStarted
    | ContainerReplaced
    | TaskEvent
    | Told
    | MessageSent
    | TurnStarted
    | TurnEnded
    | Steered
    | StepStarted
    | StepEnded
    | TextDelta
    | ReasoningDelta
    | ReplyCompleted
    | RetryScheduled
    | ApprovalAsked
    | ApprovalSettled
    | QuestionAsked
    | QuestionAnswered
    | CallStarted
    | OutputDelta
    | CallEnded
    | FilesChanged
)


@frozen
class Envelope:
    """An event with its number in the session, its time (Unix seconds, UTC) and the task that it is about."""

    seq: int
    at: float
    task_id: str
    event: Event
