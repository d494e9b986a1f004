"""Runs tool calls: look up, check, approve, execute. Every call gets exactly one result, whatever happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count

from .approvals import WITHDRAWN, Gate
from .errors import PygentError, described
from .events import (
    ApprovalAsked,
    ApprovalSettled,
    CallEnded,
    CallStarted,
    FilesChanged,
    OutputDelta,
    QuestionAnswered,
    QuestionAsked,
)
from .outbox import Post
from .runtime import Runtime
from .scope import Need, Scope, working_in
from .tools.arguments import ArgumentError, parse_arguments
from .tools.registry import CallContext, Tool, ToolOutput
from .tools.toolbox import Toolbox
from .turn import Turn
from .untrusted import OutputCleaner, clean, clean_line, clean_text
from .values import Approval, ApprovalRequest, JsonDict, Message, Question, ToolCall, ToolResult
from .worker import Blocking, LeftBehind, Work

GRACE_S = 3.0  # for a cancelled tool to return by itself: a command is back 2 s after its cancel
LONGEST_RESULT = 200_000  # characters


class Calls:
    """The calls of one agent, in its runtime."""

    def __init__(self, toolbox: Toolbox, runtime: Runtime, gate: Gate, post: Post, task_id: str) -> None:
        self.toolbox = toolbox
        self.runtime = runtime
        self._gate = gate
        self._post = post
        self._task_id = task_id

    def run(self, call: ToolCall, turn: Turn) -> Work[ToolResult]:
        """The one result of `call`; its `content` is what the model reads, uncleaned."""
        result = yield from self._result(call, turn)
        self._post(CallEnded(replace(result, content=clean_text(result.content))))
        return result

    def _result(self, call: ToolCall, turn: Turn) -> Work[ToolResult]:
        if turn.cancel.is_set():
            return ToolResult(call.id, "[not run: the turn was ended before it]", "cancelled")
        tool = self.toolbox.find(call.name)
        if tool is None:
            offered = ", ".join(self.toolbox.names())
            return ToolResult(call.id, f"There is no tool named {clean_line(call.name, 80)}; there are: {offered}.", "error")
        try:
            arguments = parse_arguments(call.arguments, tool.parameters)
            summary = tool.describe(arguments)
        except ArgumentError as error:
            return ToolResult(call.id, str(error), "error")
        except Exception as error:  # a schema that is none: every call gets its result, whatever happens
            return ToolResult(call.id, f"The arguments cannot be checked: {described(error)}", "error")
        refusal, allowed = yield from self._admission(call, tool, arguments, turn)
        if refusal is not None:
            return refusal
        self._post(CallStarted(cleaned_call(call), summary))
        started = time.monotonic()  # what came before was the user's time
        result = yield from self._execute(call, tool, arguments, turn, allowed)
        return replace(result, duration_s=time.monotonic() - started)

    # ------------------------------------------------------------ permissions

    def _admission(self, call: ToolCall, tool: Tool, arguments: JsonDict, turn: Turn) -> Work[tuple[ToolResult | None, frozenset[str]]]:
        """Why the call may not run, None when it may; and the permissions that it has."""
        wanted: tuple[Need, ...] = ()
        if tool.needs is not None:
            find = tool.needs
            try:
                wanted = yield _blocking(lambda: find(self.runtime, arguments), turn)
            except (LeftBehind, PygentError) as error:
                return ToolResult(call.id, str(error) or "[cancelled]", "cancelled" if turn.cancel.is_set() else "error"), frozenset()
        pending = self._gate.pending(tool.name, self.runtime.mode, wanted)
        allowed = frozenset(need.permission for need in wanted)
        if not pending:
            return None, allowed
        if self._gate.desk is None:
            return ToolResult(call.id, _remedies(pending), "denied"), allowed
        command = arguments.get("cmd", "")
        approval = yield from self._approval(self._request(call.id, call, command if isinstance(command, str) else "", pending), turn)
        if turn.cancel.is_set():
            return ToolResult(call.id, "[not run: the turn was ended before it was approved]", "cancelled"), allowed
        if approval.allowed:
            return None, allowed
        return ToolResult(call.id, f"The user did not allow this call.{_note(approval)}", "denied"), allowed

    def _request(self, asked_as: str, call: ToolCall, command: str, needs: tuple[Need, ...]) -> ApprovalRequest:
        reason = "; ".join(clean_line(need.reason, 1000) for need in needs)
        permissions = tuple(need.permission for need in needs)
        return ApprovalRequest(asked_as, self._task_id, call.name, clean(call.arguments), clean(command), reason, permissions)

    def _approval(self, request: ApprovalRequest, turn: Turn) -> Work[Approval]:
        try:
            approval: Approval = yield _blocking(lambda: self._ask(request, turn), turn)
        except LeftBehind:
            approval = WITHDRAWN
        self._post(ApprovalSettled(request.call_id, approval.decision, clean_text(approval.note)))
        return approval

    def _ask(self, request: ApprovalRequest, turn: Turn) -> Approval:
        def announce() -> None:
            self._post(ApprovalAsked(request))

        try:
            return self._gate.approve(request, turn.cancel, announce)
        except Exception as error:
            return Approval("deny", f"The approver failed: {described(error)}")

    def _scope(self, call: ToolCall, turn: Turn, allowed: frozenset[str]) -> Scope:
        """What a command of this call's tool may do; what it needs beyond `allowed` is asked for when it comes."""
        numbers = count(1)

        def permit(needs: tuple[Need, ...], command: str) -> str:
            pending = self._gate.open(need for need in needs if need.permission not in allowed)
            if not pending:
                return ""
            if self._gate.desk is None:
                return _remedies(pending)
            request = self._request(f"{call.id}.{next(numbers)}", call, command, pending)
            approval = self._ask(request, turn)
            self._post(ApprovalSettled(request.call_id, approval.decision, clean_text(approval.note)))
            return "" if approval.allowed else f"The user did not allow this command.{_note(approval)}"

        return Scope(permit, self._post)

    # ------------------------------------------------------------ running

    def _execute(self, call: ToolCall, tool: Tool, arguments: JsonDict, turn: Turn, allowed: frozenset[str]) -> Work[ToolResult]:
        output = _Output(call.id, self._post)
        context = CallContext(self.runtime, turn.cancel, output.add, self._asking(call, turn), lambda: setattr(turn, "stopped", True))

        def run() -> ToolOutput | str:
            with working_in(self._scope(call, turn, allowed)):
                return tool.run(context, arguments)

        try:
            outcome = yield _blocking(run, turn)
        except LeftBehind:
            return ToolResult(call.id, "[cancelled: the tool did not come back and was left behind]", "cancelled")
        except PygentError as error:
            return ToolResult(call.id, str(error), "error")
        except Exception as error:
            return ToolResult(call.id, f"{tool.name} failed: {described(error)}", "error")
        finally:
            output.close()
        said = outcome if isinstance(outcome, ToolOutput) else ToolOutput(str(outcome))
        if said.changed:
            self._post(FilesChanged(tuple(map(clean, said.changed))))
        return ToolResult(call.id, _bounded(said.content), said.status, said.exit_code, full_output=said.full_output)

    def _asking(self, call: ToolCall, turn: Turn) -> Callable[[str, tuple[str, ...]], str | None]:
        def ask(prompt: str, options: tuple[str, ...]) -> str | None:
            if self._gate.desk is None:
                return None
            question = Question(call.id, self._task_id, clean_text(prompt), tuple(map(clean_line, options)))
            answer: str | None = None
            asked = False

            def announce() -> None:
                nonlocal asked
                asked = True
                self._post(QuestionAsked(question))

            try:
                answer = self._gate.desk.ask(question, turn.cancel, announce)
            finally:
                if asked:
                    self._post(QuestionAnswered(call.id, clean_text(answer or "")))
            return answer

        return ask


def _remedies(needs: Iterable[Need]) -> str:
    return "Not run: nobody is here to allow it. " + " ".join(need.remedy for need in needs)


def _note(approval: Approval) -> str:
    return f" They say: {approval.note}" if approval.note else ""


def _blocking(job: Callable[[], object], turn: Turn) -> Blocking:
    return Blocking(job, turn.deadline, turn.late, GRACE_S)


class _Output:
    """Reports the output of one call, cleaned, until the call is closed."""

    def __init__(self, call_id: str, post: Post) -> None:
        self._call_id = call_id
        self._post = post
        self._cleaner = OutputCleaner()
        self._guard = threading.Lock()  # of _open and the order of events
        self._open = True

    def add(self, text: str) -> None:
        with self._guard:
            if self._open and (shown := self._cleaner.feed(text)):
                self._post(OutputDelta(self._call_id, shown))

    def close(self) -> None:
        with self._guard:
            self._open = False


def cleaned_call(call: ToolCall) -> ToolCall:
    """The call as it may be shown; the call itself when there is nothing to clean in it."""
    name, arguments = clean_line(call.name), clean(call.arguments)
    if (name, arguments) == (call.name, call.arguments):
        return call
    return replace(call, name=name, arguments=arguments)


def cleaned_message(message: Message, calls: Iterable[ToolCall]) -> Message:
    """The reply as it may be shown, with its calls under the ids that the events use."""
    shown = tuple(map(cleaned_call, calls))
    content = None if message.content is None else clean_text(message.content)
    reasoning = clean_text(message.reasoning)
    if (content, reasoning, shown) == (message.content, message.reasoning, message.tool_calls):
        return message
    return replace(message, content=content, tool_calls=shown, reasoning=reasoning)


def _bounded(content: str) -> str:
    if len(content) <= LONGEST_RESULT:
        return content
    return f"{content[:LONGEST_RESULT]}\n[... {len(content) - LONGEST_RESULT} more characters not shown ...]"
