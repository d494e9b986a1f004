"""Ops: what a front end asks of a session. One half of the vocabulary; the other, `events`, has the names of both."""

from __future__ import annotations

from .frozen import frozen
from .values import UNLIMITED, ApprovalMode, Decision, Limits, RetryMode

__all__ = [
    "AnswerApproval",
    "AnswerQuestion",
    "ApplyTask",
    "CancelTask",
    "CompareTasks",
    "CopyIn",
    "DiffTask",
    "Interrupt",
    "LimitTask",
    "MessageTask",
    "Op",
    "PauseTask",
    "RemoveTask",
    "ResumeTask",
    "RetryTask",
    "RunShell",
    "SetApprovals",
    "SetBans",
    "SetConfirmBash",
    "SetModel",
    "SetPersona",
    "SetTool",
    "Shutdown",
    "StartOver",
    "StartTask",
    "Steer",
    "SubmitPrompt",
    "TaskOp",
    "UnapplyTask",
    "WithdrawPrompt",
]


@frozen
class SubmitPrompt:
    """Start a turn of the root agent, after those already waiting. `prompt_id` names it while it waits; the session
    makes one when it is empty."""

    text: str
    prompt_id: str = ""


@frozen
class WithdrawPrompt:
    """Take back a prompt whose turn has not begun; without effect once it has."""

    prompt_id: str


@frozen
class RunShell:
    """Run a command of the user in the root agent's runtime, also while a turn runs; the model reads of it with the next prompt."""

    cmd: str


@frozen
class CopyIn:
    """Copy a file or folder of this machine into the workspace, under `dest` or its own name."""

    path: str
    dest: str = ""


@frozen
class StartOver:
    """Begin a new conversation: the model forgets, the workspace and the tasks stay. Refused while a turn runs."""


@frozen
class Steer:
    """Put `text` before the model at the next step of the running turn."""

    text: str


@frozen
class Interrupt:
    """End the running turn of the root agent; delegated tasks go on."""


@frozen
class AnswerApproval:
    """Settle the approval of one call."""

    call_id: str
    decision: Decision
    note: str = ""


@frozen
class AnswerQuestion:
    """Answer the question of one call."""

    call_id: str
    text: str


@frozen
class StartTask:
    """Start a delegated task, as the user. `files` are paths of the workspace, "." all of it but what .gitignore names; `persona`
    and `model` are names, "" to inherit; copies of one prompt have a `group` in common. A refusal bears the `key`."""

    prompt: str
    files: tuple[str, ...] = ()
    persona: str = ""
    model: str = ""
    title: str = ""
    limits: Limits = UNLIMITED
    group: str = ""
    key: str = ""


@frozen
class CancelTask:
    """Cancel one delegated task."""

    task_id: str


@frozen
class PauseTask:
    """Have a task stop before its next step."""

    task_id: str


@frozen
class ResumeTask:
    """Have a paused task go on."""

    task_id: str


@frozen
class RetryTask:
    """Queue a task that is over again: "resume" with its history and files, "clean" with neither. What is "" stays as it was;
    a `prompt` is what a resumed task is told."""

    task_id: str
    mode: RetryMode = "resume"
    prompt: str = ""
    model: str = ""
    persona: str = ""


@frozen
class MessageTask:
    """Put `text` before the model of a task at its next step."""

    task_id: str
    text: str


@frozen
class LimitTask:
    """Change what a task may spend, in all."""

    task_id: str
    limits: Limits


@frozen
class DiffTask:
    """List what a task changed; the answer is ChangesListed."""

    task_id: str


@frozen
class CompareTasks:
    """List how what the task `other` made differs from what the task made; the answer is ChangesCompared."""

    task_id: str
    other: str


@frozen
class ApplyTask:
    """Take changes of a task over into the workspace, all but what is ignored when no `paths` are named; the answer is
    ChangesApplied."""

    task_id: str
    paths: tuple[str, ...] = ()


@frozen
class UnapplyTask:
    """Take back what was last applied of a task; the answer is ChangesTakenBack."""

    task_id: str


@frozen
class RemoveTask:
    """Forget a task that is over, and delete its files."""

    task_id: str


@frozen
class SetModel:
    """Ask this model from the next step on."""

    name: str


@frozen
class SetPersona:
    """Be this one of the configured personas from the next turn on."""

    name: str


@frozen
class SetApprovals:
    """What asks from the next call on, of every task."""

    mode: ApprovalMode


@frozen
class SetConfirmBash:
    """Whether commands on this machine are asked for, from the next call on."""

    on: bool


@frozen
class SetBans:
    """What is banned from the next command on, in place of what was."""

    commands: tuple[str, ...]
    apps: tuple[str, ...]


@frozen
class SetTool:
    """Offer a tool to the model, or withhold it, from the next step on."""

    name: str
    on: bool


@frozen
class Shutdown:
    """End the session: its turn, its tasks, its runtime."""


TaskOp = (
    CancelTask
    | PauseTask
    | ResumeTask
    | RetryTask
    | MessageTask
    | LimitTask
    | DiffTask
    | CompareTasks
    | ApplyTask
    | UnapplyTask
    | RemoveTask
)
"""What is asked of one task that there is, by its `task_id`. A refusal is a Warned under the task's id."""

Op = (
    SubmitPrompt
    | WithdrawPrompt
    | Steer
    | Interrupt
    | AnswerApproval
    | AnswerQuestion
    | StartTask
    | TaskOp
    | RunShell
    | CopyIn
    | StartOver
    | SetModel
    | SetPersona
    | SetApprovals
    | SetConfirmBash
    | SetBans
    | SetTool
    | Shutdown
)
