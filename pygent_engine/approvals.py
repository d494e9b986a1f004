"""Approvals: the policy (what must be asked), the gate every call passes, and the desk where asks wait for an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol, TypeVar

from .cancel import Cancel
from .values import Approval, ApprovalRequest, Mode, Question

Approver = Callable[[ApprovalRequest], Approval | bool]
A = TypeVar("A")
WITHDRAWN = Approval("deny", "The call was withdrawn before anyone answered.")


@dataclass(frozen=True, slots=True)
class Policy:
    """What asks first: locally every `bash`, unless `confirm_bash` is off; in a container nothing (ARCHITECTURE, "What asks")."""

    confirm_bash: bool = True

    def reason(self, tool: str, mode: Mode) -> str:
        """Why a call of `tool` must be approved; empty when it need not."""
        if tool == "bash" and mode == "local" and self.confirm_bash:
            return "runs on this machine, outside any container"
        return ""


class Desk(Protocol):
    """Somebody who can be asked. Both calls announce the ask once an answer can be taken, then block until it comes
    or the cancel is set."""

    def approve(self, request: ApprovalRequest, cancel: Cancel, announce: Callable[[], None]) -> Approval: ...

    def ask(self, question: Question, cancel: Cancel, announce: Callable[[], None]) -> str | None:
        """The answer, None when there is nobody to answer."""
        ...


class CallbackDesk:
    """The approver of an embedding program; it answers no questions."""

    def __init__(self, approver: Approver) -> None:
        self._approver = approver

    def approve(self, request: ApprovalRequest, cancel: Cancel, announce: Callable[[], None]) -> Approval:
        announce()
        answer = self._approver(request)
        if isinstance(answer, Approval):
            return answer
        return Approval("once" if answer else "deny")

    def ask(self, question: Question, cancel: Cancel, announce: Callable[[], None]) -> str | None:
        return None


class WaitingDesk:
    """Keeps asks until a front end answers them by the id of their call."""

    def __init__(self) -> None:
        self._guard = threading.Lock()  # of both tables
        self._approvals: dict[str, SimpleQueue[Approval]] = {}
        self._questions: dict[str, SimpleQueue[str | None]] = {}

    def approve(self, request: ApprovalRequest, cancel: Cancel, announce: Callable[[], None]) -> Approval:
        return self._wait(self._approvals, request.call_id, WITHDRAWN, cancel, announce)

    def ask(self, question: Question, cancel: Cancel, announce: Callable[[], None]) -> str | None:
        return self._wait(self._questions, question.call_id, None, cancel, announce)

    def settle(self, call_id: str, approval: Approval) -> bool:
        """Answer the approval of `call_id`; False when none waits under that id."""
        with self._guard:
            answers = self._approvals.pop(call_id, None)
        if answers is None:
            return False
        answers.put(approval)
        return True

    def answer(self, call_id: str, text: str) -> bool:
        """Answer the question of `call_id`; False when none waits under that id."""
        with self._guard:
            answers = self._questions.pop(call_id, None)
        if answers is None:
            return False
        answers.put(text)
        return True

    def _wait(self, table: dict[str, SimpleQueue[A]], call_id: str, withdrawn: A, cancel: Cancel, announce: Callable[[], None]) -> A:
        answers: SimpleQueue[A] = SimpleQueue()

        def withdraw() -> None:
            answers.put(withdrawn)

        with self._guard:
            table[call_id] = answers
        try:
            announce()
            cancel.listen(withdraw)
            return answers.get()
        finally:
            cancel.unlisten(withdraw)
            with self._guard:
                if table.get(call_id) is answers:
                    del table[call_id]


class Gate:
    """What every call passes: the policy, then the desk; remembers what was allowed for the session.

    `now` is the policy and the desk that hold at this moment; without a desk nothing asks.
    """

    def __init__(self, policy: Policy, desk: Desk | None) -> None:
        self.now: tuple[Policy, Desk | None] = (policy, desk)
        self._allowed: set[str] = set()  # tools; only ever added to

    @property
    def desk(self) -> Desk | None:
        return self.now[1]

    def reason(self, tool: str, mode: Mode) -> str:
        """Why this call must be approved now; empty when it may just run."""
        policy, desk = self.now
        if desk is None or tool in self._allowed:
            return ""
        return policy.reason(tool, mode)

    def approve(self, request: ApprovalRequest, cancel: Cancel, announce: Callable[[], None]) -> Approval:
        """Ask the desk, and remember an answer for the session, unless it came after the cancel."""
        desk = self.desk
        if desk is None:
            return Approval("once")
        approval = desk.approve(request, cancel, announce)
        if approval.decision == "session" and not cancel.is_set():
            self._allowed.add(request.tool)
        return approval
