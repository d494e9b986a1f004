"""What one call asks of the desk: to be allowed, before and while it runs, and the questions of its tool.

Each ask is announced and settled exactly once, also when the call is cancelled or left behind while it waits.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import count

from .approvals import Gate
from .cancel import Cancel
from .desks import WITHDRAWN
from .errors import described
from .events import ApprovalAsked, ApprovalSettled, QuestionAnswered, QuestionAsked
from .prefix import prefix_of
from .reports import Reports
from .scope import Need
from .untrusted import clean, clean_line, clean_text
from .values import Approval, ApprovalRequest, Question, ToolCall

UNAPPROVED = "[not run: the turn was ended before it was approved]"


class Asks:
    """The asks of `call`. `cancel` withdraws them, and so does `close`."""

    def __init__(self, call: ToolCall, task_id: str, gate: Gate, cancel: Cancel, reports: Reports) -> None:
        self._call = call
        self._task_id = task_id
        self._gate = gate
        self._turn_cancel = cancel
        self._reports = reports
        self._numbers = count(1)
        self._guard = threading.Lock()  # of _waiting
        self._waiting: list[Cancel] = []

    def before(self, needs: tuple[Need, ...], command: str, prefix: str) -> Approval:
        """Ask for what the call itself needs, under its own id."""
        return self._approval(self._request(self._call.id, command, needs, prefix))

    def permit(self, allowed: Collection[str]) -> Callable[[tuple[Need, ...], str], str]:
        """`Scope.permit` for a tool that has the permissions `allowed`; asks under ids of their own."""

        def permit(needs: tuple[Need, ...], command: str) -> str:
            if self._ended:
                return UNAPPROVED
            prefix = prefix_of(command)
            pending = self._gate.open((need for need in needs if need.permission not in allowed), prefix, self._task_id)
            if not pending:
                return ""
            if self._gate.desk is None:
                return remedies(pending)
            approval = self._approval(self._request(f"{self._call.id}.{next(self._numbers)}", command, pending, prefix))
            if self._ended:
                return UNAPPROVED
            return "" if approval.allowed else f"The user did not allow this command.{said_with(approval)}"

        return permit

    def question(self, prompt: str, options: tuple[str, ...]) -> str | None:
        """The user's answer, None when there is none."""
        if self._gate.desk is None or self._ended:
            return None
        question = Question(self._call.id, self._task_id, clean_text(prompt), tuple(map(clean_line, options)))
        key = ("question", question.call_id)
        answer: str | None = None

        def announce() -> None:
            self._reports.begin(key, QuestionAsked(question), QuestionAnswered(question.call_id, ""))

        with self._withdrawable() as cancel:
            try:
                answer = self._gate.desk.ask(question, cancel, announce)
            finally:
                self._reports.end(key, QuestionAnswered(question.call_id, clean_text(answer or "")))
        return answer

    def close(self) -> None:
        """Withdraw what still waits; the call reports nothing more."""
        self._reports.close()
        with self._guard:
            waiting = tuple(self._waiting)
        for cancel in waiting:
            cancel.set()

    @property
    def _ended(self) -> bool:
        return self._reports.closed or self._turn_cancel.is_set()

    def _request(self, asked_as: str, command: str, needs: tuple[Need, ...], prefix: str) -> ApprovalRequest:
        reason = "; it ".join(clean_line(need.reason, 1000).rstrip(".") for need in needs)
        permissions = tuple(dict.fromkeys(need.permission for need in needs))
        arguments = clean(self._call.arguments)
        return ApprovalRequest(asked_as, self._task_id, self._call.name, arguments, clean(command), reason, permissions, prefix)

    def _approval(self, request: ApprovalRequest) -> Approval:
        key = ("approval", request.call_id)

        def announce() -> None:
            self._reports.begin(key, ApprovalAsked(request), _settled(request, WITHDRAWN))

        with self._withdrawable() as cancel:
            try:
                approval = self._gate.approve(request, cancel, announce)
            except Exception as error:
                approval = Approval("deny", f"The approver failed: {described(error)}")
        return approval if self._reports.end(key, _settled(request, approval)) else WITHDRAWN

    @contextmanager
    def _withdrawable(self) -> Iterator[Cancel]:
        """A cancel that is set with the turn's, and when the call closes."""
        cancel = Cancel()
        with self._guard:
            self._waiting.append(cancel)
        self._turn_cancel.listen(cancel.set)
        if self._reports.closed:
            cancel.set()
        try:
            yield cancel
        finally:
            self._turn_cancel.unlisten(cancel.set)
            with self._guard:
                self._waiting.remove(cancel)


def remedies(needs: Iterable[Need]) -> str:
    """What a model reads when nobody is here to allow `needs`."""
    return "Not run: nobody is here to allow it. " + " ".join(need.remedy for need in needs)


def said_with(approval: Approval) -> str:
    """The note of an answer, as what follows a sentence."""
    return f" They say: {approval.note}" if approval.note else ""


def _settled(request: ApprovalRequest, approval: Approval) -> ApprovalSettled:
    return ApprovalSettled(request.call_id, approval.decision, clean_text(approval.note))
