"""The frozen values that the rooms hand to each other. Standard library only, no behaviour beyond small sums."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Protocol

from .frozen import frozen

Mode = Literal["docker", "local"]
ChangeKind = Literal["added", "modified", "deleted"]
Outcome = Literal["finished", "failed", "limit", "interrupted"]
Role = Literal["system", "user", "assistant", "tool"]

INCOMPLETE = "incomplete"
INTERRUPTED = "interrupted"
ROOT_TASK = "main"
NEWS = "[News of delegated tasks. This is not from the user.]"
"""How a message begins that tells a model of its tasks."""


class Flag(Protocol):
    """What cancels: a `threading.Event`, or anything with these two methods."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool: ...


@frozen
class ToolCall:
    """One tool call of a reply. `arguments` is the JSON text exactly as the model sent it."""

    id: str
    name: str
    arguments: str


@frozen
class Usage:
    """Tokens of one or more replies; None where the server did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None

    @property
    def total(self) -> int:
        """Input and output tokens together; what is not known counts as none."""
        return (self.input_tokens or 0) + (self.output_tokens or 0)

    def __add__(self, other: Usage) -> Usage:
        return Usage(_sum(self.input_tokens, other.input_tokens), _sum(self.output_tokens, other.output_tokens))


def _sum(left: int | None, right: int | None) -> int | None:
    return right if left is None else left if right is None else left + right


@frozen
class Message:
    """One message of a conversation.

    `finish_reason` is the server's word ("stop", "tool_calls", "length" ...), or INCOMPLETE / INTERRUPTED
    for a partial reply that was kept but must not be acted on.
    """

    role: Role
    content: str | None
    tool_calls: tuple[ToolCall, ...]
    reasoning: str
    usage: Usage | None
    finish_reason: str | None

    def __init__(
        self,
        role: Role,
        content: str | None = None,
        tool_calls: Iterable[ToolCall] | None = None,
        reasoning: str = "",
        usage: Usage | None = None,
        finish_reason: str | None = None,
    ) -> None:
        put = object.__setattr__
        put(self, "role", role)
        put(self, "content", content)
        put(self, "tool_calls", tuple(tool_calls or ()))
        put(self, "reasoning", reasoning)
        put(self, "usage", usage)
        put(self, "finish_reason", finish_reason)


ResultStatus = Literal["ok", "error", "denied", "timeout", "cancelled"]


@frozen
class ToolResult:
    """What came of one tool call: `content` is the text that the model reads. A failing command is "ok":
    the tool worked; its `exit_code` says how the command ended. `full_output`: as in ExecResult."""

    call_id: str
    content: str
    status: ResultStatus = "ok"
    exit_code: int | None = None
    duration_s: float = 0.0
    full_output: str = ""


@frozen
class Delta:
    """One piece of a streamed reply; only what is new is set.

    A tool call arrives as pieces with the same `call_index`: id and name once, arguments in any number of parts.
    `finish_reason` is the terminal signal: a stream that never gave one is incomplete.
    """

    text: str = ""
    reasoning: str = ""
    call_index: int | None = None
    call_id: str = ""
    call_name: str = ""
    call_arguments: str = ""
    finish_reason: str | None = None
    usage: Usage | None = None


@frozen
class Persona:
    """Who an agent is: a name, and what its system prompt says of it."""

    name: str
    description: str = ""


@frozen
class Limits:
    """What a run may spend: model replies, tokens, seconds in all, seconds for each step. None: no limit."""

    steps: int | None = None
    tokens: int | None = None
    seconds: float | None = None
    step_seconds: float | None = None


UNLIMITED = Limits()


@frozen
class Resources:
    """What the commands of a runtime may use. Sizes in mebibytes; `file_mb` is the largest file that may be written.

    A container holds all of it. On this machine the system can hold `file_mb`, and `memory_mb` for each process alone.
    """

    memory_mb: int = 2048
    cpus: float = 2.0
    pids: int = 512
    tmp_mb: int = 512
    home_mb: int = 256
    file_mb: int = 4096


@frozen
class ExecResult:
    """How one command ended. `output` interleaves stdout and stderr, head and tail kept when `truncated`;
    `exit_code` is None when the command did not end by itself (timeout, cancel). `out_of_memory`: the memory limit of its
    container killed some of it. `full_output`: a file on this machine with what was cut, too, as long as the runtime lives."""

    output: str
    exit_code: int | None
    timed_out: bool = False
    truncated: bool = False
    duration_s: float = 0.0
    cancelled: bool = False
    out_of_memory: bool = False
    full_output: str = ""


@frozen
class RunResult:
    """How a run ended. `reply` is the last message of the model, None when there was none;
    `reason` says in a sentence why a run failed or which limit it met, `limit` names that field of Limits."""

    outcome: Outcome
    reply: Message | None
    steps: int
    usage: Usage
    reason: str = ""
    limit: str = ""


@frozen
class ApprovalRequest:
    """A call that waits for a yes. `arguments` and `command` are the exact text that would run; `permissions` are what a
    yes gives it (see `scope.Permission`), for the session if the answer says so. `prefix`: the first words of the command
    that a yes may be given to for the session, "" when there are none."""

    call_id: str
    task_id: str
    tool: str
    arguments: str
    command: str
    reason: str
    permissions: tuple[str, ...] = ()
    prefix: str = ""


Decision = Literal["once", "task", "session", "prefix", "deny"]
"""A yes holds for this call ("once"), for its task, for the session, or in it for commands with this prefix."""
NEVER_ANSWERED = "The call was withdrawn before anyone answered."
"""The note of an approval that nobody gave."""
ApprovalMode = Literal["auto", "ask", "never-write"]
"""What asks: "auto": local commands; "ask": every command and every write; "never-write": as "ask", and writes are refused."""


RetryMode = Literal["resume", "clean"]


@frozen
class Approval:
    """The answer to an ApprovalRequest. `note` is read by the model when the call was denied."""

    decision: Decision
    note: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the call may run."""
        return self.decision != "deny"


@frozen
class Question:
    """A question of the model to the user (`ask_user`); free text when there are no `options`."""

    call_id: str
    task_id: str
    prompt: str
    options: tuple[str, ...] = ()


@frozen
class FileDiff:
    """How one file was changed: `text` are the hunks of a unified diff, without its two header lines, "" when the file is too
    large or not text. `added` and `removed` count lines."""

    path: str
    kind: ChangeKind
    text: str = ""
    added: int = 0
    removed: int = 0


@frozen
class ToolOffer:
    """A tool that the root agent has; the model is offered it while it is `on`."""

    name: str
    description: str
    on: bool


@frozen
class Tuning:
    """What of a session can be changed while it lasts. `persona` is "" for the default one."""

    model: str
    approvals: ApprovalMode = "auto"
    confirm_bash: bool = True
    banned_commands: tuple[str, ...] = ()
    banned_apps: tuple[str, ...] = ()
    tools: tuple[ToolOffer, ...] = ()
    persona: str = ""
    personas: tuple[str, ...] = ()


JsonDict = dict[str, Any]
