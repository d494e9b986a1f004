"""The desks where asks wait for an answer: of a program that approves by itself, and of a front end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Protocol, TypeVar

from .cancel import Cancel
from .values import NEVER_ANSWERED, Approval, ApprovalRequest, Question

Approver = Callable[[ApprovalRequest], Approval | bool]
A = TypeVar("A")
WITHDRAWN = Approval("deny", NEVER_ANSWERED)


class Desk(Protocol):
    """Somebody who can be asked. Both calls announce the ask once an answer can be taken, then block until it comes
    or the cancel is set."""

    def approve(self, request: ApprovalRequest, cancel: Cancel, announce: Callable[[], None]) -> Approval: ...

    def ask(self, question: Question, cancel: Cancel, announce: Callable[[], None]) -> str | None:
        """The answer, None when there is nobody to answer."""
        ...

    def settle(self, call_id: str, approval: Approval) -> bool:
        """Answer the approval of `call_id` in somebody's place; False when that cannot be, or none waits under that id."""
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

    def settle(self, call_id: str, approval: Approval) -> bool:
        return False


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
