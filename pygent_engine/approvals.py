"""Approvals: the policy (what must be asked), and the gate that every call passes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from .cancel import Cancel
from .desks import Desk
from .frozen import frozen
from .scope import Need
from .values import Approval, ApprovalMode, ApprovalRequest, Mode

NOBODY = Approval("deny", "Nobody is here to be asked.")
NO_WRITES = "Not run: the user allows no writes now; only they can change that, with /approvals auto."
_ASKED = "Every such call is to be asked for; approvals = auto leaves that out."
Grant = tuple[str, str, str]
"""What was allowed for the session: a permission, the prefix of the commands that have it, the task; "" for every one of them."""


@frozen
class Policy:
    """What asks first (ARCHITECTURE, "What asks"), as `approvals` says.

    "auto": locally every `bash`, and what writes into a repository's own folder, unless `confirm_bash` is off. "ask": every `bash`
    and every tool that writes. "never-write": every `bash`; what writes is refused.
    """

    confirm_bash: bool = True
    approvals: ApprovalMode = "auto"

    def needs(self, tool: str, mode: Mode, *, writes: bool = False) -> tuple[Need, ...]:
        """The permissions that every call of `tool` needs, whatever its arguments; `writes` says that it changes the workspace."""
        strict = self.approvals != "auto"
        if tool == "bash" and mode == "local" and (self.confirm_bash or strict):
            return (Need("local", "runs on this machine, outside any container", _ASKED if strict else ""),)
        if tool == "bash" and strict:
            return (Need("command", "runs in the container", _ASKED),)
        if writes and strict:
            return (Need("write", "changes the workspace", _ASKED),)
        return ()

    def refusal(self, *, writes: bool) -> str:
        """Why a tool that `writes` may not run at all, in one sentence with the way out; "" when it may."""
        return NO_WRITES if writes and self.approvals == "never-write" else ""


class Gate:
    """What every call passes: the policy, then the desk; remembers what was allowed for the session.

    `now` is the policy and the desk that hold at this moment. Without a desk nothing is asked: the policy asks for nothing,
    but where no writes are allowed what it would ask is refused; and so is what a command itself needs beyond its runtime. A
    write that needs a yes by itself needs one where commands do.
    """

    def __init__(self, policy: Policy, desk: Desk | None) -> None:
        self.now: tuple[Policy, Desk | None] = (policy, desk)
        self._guard = threading.Lock()  # of the two below; what is allowed is replaced whole, and read without it
        self._allowed: frozenset[Grant] = frozenset()
        self._waiting: dict[str, tuple[ApprovalRequest, Desk]] = {}

    @property
    def desk(self) -> Desk | None:
        return self.now[1]

    def pending(
        self, tool: str, mode: Mode, needs: Iterable[Need] = (), *, writes: bool = False, prefix: str = "", task_id: str = ""
    ) -> tuple[Need, ...]:
        """What must be allowed now, of what every call of `tool` needs and what this one of the task needs besides."""
        policy, desk = self.now
        unasked = desk is None and policy.approvals != "never-write"
        always = () if unasked else policy.needs(tool, mode, writes=writes)
        trusting = desk is None or (policy.approvals == "auto" and not policy.confirm_bash)
        besides = (need for need in needs if not (trusting and need.permission == "write"))
        return self.open((*always, *besides), prefix, task_id)

    def refusal(self, *, writes: bool) -> str:
        """As `Policy.refusal`, now."""
        return self.now[0].refusal(writes=writes)

    def forget(self, permission: str = "") -> None:
        """Ask again for what was allowed for the session; with a `permission`, for that one alone."""
        with self._guard:
            self._allowed = frozenset(grant for grant in self._allowed if permission not in ("", grant[0]))

    def forget_task(self, task_id: str) -> None:
        """Ask again for what was allowed for this task alone."""
        with self._guard:
            self._allowed = frozenset(grant for grant in self._allowed if grant[2] != task_id)

    def open(self, needs: Iterable[Need], prefix: str = "", task_id: str = "") -> tuple[Need, ...]:
        """Those of `needs` that were not allowed for the session, nor in it for this task, nor for commands with this `prefix`."""
        return tuple(need for need in needs if not self._allows(need.permission, prefix, task_id))

    def _allows(self, permission: str, prefix: str, task_id: str) -> bool:
        return bool(self._allowed & {(permission, "", ""), (permission, prefix, ""), (permission, "", task_id)})

    def approve(self, request: ApprovalRequest, cancel: Cancel, announce: Callable[[], None]) -> Approval:
        """Ask the desk, and remember an answer for the session, its task or its prefix, unless it came after the cancel: it settles
        what else waits for no more than that. There is no yes to the prefix of a command that has none: it is one to this command."""
        desk = self.desk
        if desk is None:
            return NOBODY
        approval = self._wait(request, desk, cancel, announce)
        if approval.decision == "prefix" and not request.prefix:
            approval = Approval("once", approval.note)
        if approval.decision in ("session", "task", "prefix") and not cancel.is_set():
            prefix = request.prefix if approval.decision == "prefix" else ""
            task_id = request.task_id if approval.decision == "task" else ""
            with self._guard:
                self._allowed = self._allowed | {(permission, prefix, task_id) for permission in request.permissions}
                waiting = tuple(self._waiting.values())
            for other, asked in waiting:
                self._settle_if_allowed(other, asked)
        return approval

    def _wait(self, request: ApprovalRequest, desk: Desk, cancel: Cancel, announce: Callable[[], None]) -> Approval:
        def announced() -> None:
            announce()
            self._settle_if_allowed(request, desk)  # by an answer that came before it could be settled with the others

        with self._guard:
            self._waiting[request.call_id] = (request, desk)
        try:
            return desk.approve(request, cancel, announced)
        finally:
            with self._guard:
                self._waiting.pop(request.call_id, None)

    def _settle_if_allowed(self, request: ApprovalRequest, desk: Desk) -> None:
        if all(self._allows(permission, request.prefix, request.task_id) for permission in request.permissions):
            desk.settle(request.call_id, Approval("once"))
