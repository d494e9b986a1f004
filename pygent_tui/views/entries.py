"""What a transcript is made of: one frozen value for each thing that was said or done."""

from __future__ import annotations

from typing import Literal

from pygent_engine.frozen import frozen
from pygent_engine.task_values import TaskState
from pygent_engine.values import Decision, FileDiff, Mode, Outcome, ResultStatus

Level = Literal["info", "warning", "error"]
CallStatus = Literal["running"] | ResultStatus


@frozen
class Opened:
    """The session began."""

    mode: Mode
    model: str
    workspace: str
    fallback_reason: str


@frozen
class Closed:
    """The session ended."""

    reason: str


@frozen
class Prompt:
    """What the user asked, or (`steer`) put before the model while a turn ran. `by` is "task" for the prompt of a delegated task, and
    "agent" for what the main conversation's model said to it; `read` is false until the model has read it."""

    text: str
    steer: bool = False
    by: Literal["user", "task", "agent"] = "user"
    read: bool = True


@frozen
class Told:
    """What the model was told of the tasks that it delegated."""

    text: str


@frozen
class Thinking:
    """The model's reasoning before a reply."""

    text: str


@frozen
class Reply:
    """Text of the model. `cut` is the finish reason of a reply that is not whole, else empty."""

    text: str
    cut: str = ""


@frozen
class Call:
    """A tool call; `approved` tells how the user allowed it, None when nobody was asked. `arguments` is the JSON text,
    `files` are what it wrote and is not in `diffs`, `started_at` is in Unix seconds. `mark`: a text and its role in place of
    the outcome, where a change is shown as the call that it may have come from."""

    call_id: str
    name: str
    summary: str
    status: CallStatus = "running"
    exit_code: int | None = None
    duration_s: float = 0.0
    result: str = ""
    files: tuple[str, ...] = ()
    approved: Decision | None = None
    arguments: str = ""
    by: Literal["model", "user"] = "model"
    started_at: float = 0.0
    diffs: tuple[FileDiff, ...] = ()
    mark: tuple[str, str] | None = None

    @property
    def failed(self) -> bool:
        return self.status not in ("running", "ok") or self.exit_code not in (None, 0)


@frozen
class Permission:
    """A call that waits for a yes (`decision` is None), or got its answer and has not started."""

    call_id: str
    tool: str
    command: str
    reason: str
    decision: Decision | None = None
    note: str = ""


@frozen
class Ask:
    """A question of the model; `answer` is None while it waits, empty when the question went away."""

    call_id: str
    prompt: str
    options: tuple[str, ...]
    answer: str | None = None


@frozen
class Notice:
    """Something that the user should know."""

    level: Level
    text: str


@frozen
class TaskNote:
    """A delegated task was created or, with a `detail`, tried again (`state` is queued), paused, or reached its final state."""

    task_id: str
    title: str
    state: TaskState
    detail: str = ""


@frozen
class Ended:
    """A turn ended in another way than finished."""

    outcome: Outcome
    reason: str


@frozen
class Retry:
    """The model was not reached; `due_at` (Unix seconds) is when it is asked again."""

    reason: str
    due_at: float
    attempt: int


Entry = Opened | Closed | Prompt | Thinking | Reply | Call | Permission | Ask | Notice | TaskNote | Told | Ended
