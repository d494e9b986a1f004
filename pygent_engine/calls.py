"""Runs tool calls: look up, check, approve, execute. Every call gets exactly one result, whatever happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from .approvals import Gate
from .asks import UNAPPROVED, Asks, remedies, said_with
from .errors import PygentError, described
from .events import CallEnded, CallStarted, FilesChanged, OutputDelta
from .frozen import frozen
from .outbox import Post
from .prefix import plain_words, prefix_of
from .reports import Reports
from .runtime import Runtime
from .scope import Need, Scope, working_in
from .tools.arguments import ArgumentError, parse_arguments
from .tools.links import lead_out
from .tools.registry import CallContext, Tool, ToolOutput
from .tools.toolbox import Toolbox
from .turn import Turn
from .untrusted import OutputCleaner, clean, clean_line, clean_text
from .values import Approval, JsonDict, Message, ResultStatus, ToolCall, ToolResult
from .worker import Blocking, LeftBehind, Work

GRACE_S = 3.0  # for a cancelled tool to return by itself: a command is back 2 s after its cancel
LONGEST_RESULT = 200_000  # characters


@frozen
class _Attempt:
    """A call of a tool that there is, with arguments that fit it, in a turn; and what it asks and reports."""

    call: ToolCall
    tool: Tool
    arguments: JsonDict
    turn: Turn
    asks: Asks
    reports: Reports

    def blocking(self, job: Callable[[], object]) -> Blocking:
        """`job`, within the limits of the turn."""
        return Blocking(job, self.turn, grace_s=GRACE_S)

    def ended(self, content: str, status: ResultStatus) -> ToolResult:
        """What it came to without a word of the tool's own."""
        return ToolResult(self.call.id, content, status)


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
        return (yield from self._reported(call, turn, lambda asks, reports: self._result(call, turn, asks, reports)))

    def run_by_user(
        self, call: ToolCall, tool: Tool, arguments: JsonDict, turn: Turn, keep: Callable[[ToolResult], None]
    ) -> Work[ToolResult]:
        """The one result of a call that the user makes: only what its command needs beyond the runtime is asked. `keep` gets it
        before it is reported."""

        def result(asks: Asks, reports: Reports) -> Work[ToolResult]:
            self._post(CallStarted(cleaned_call(call), tool.describe(arguments), "user"))
            ended = yield from self._begun(_Attempt(call, tool, arguments, turn, asks, reports), frozenset())
            keep(ended)
            return ended

        return (yield from self._reported(call, turn, result))

    def _reported(self, call: ToolCall, turn: Turn, work: Callable[[Asks, Reports], Work[ToolResult]]) -> Work[ToolResult]:
        reports = Reports(self._post)
        asks = Asks(call, self._task_id, self._gate, turn.cancel, reports)
        try:
            result = yield from work(asks, reports)
        finally:
            asks.close()
        self._post(CallEnded(replace(result, content=clean_text(result.content))))
        return result

    def _result(self, call: ToolCall, turn: Turn, asks: Asks, reports: Reports) -> Work[ToolResult]:
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
        attempt = _Attempt(call, tool, arguments, turn, asks, reports)
        admitted = yield from self._admission(attempt)
        if isinstance(admitted, ToolResult):
            return admitted
        self._post(CallStarted(cleaned_call(call), summary))
        return (yield from self._begun(attempt, admitted))

    def _begun(self, attempt: _Attempt, admitted: frozenset[str]) -> Work[ToolResult]:
        started = time.monotonic()  # what came before was the user's time
        turn, asks, post = attempt.turn, attempt.asks, attempt.reports.post
        output = _Output(attempt.call.id, post)
        context = CallContext(self.runtime, turn.cancel, output.add, asks.question, lambda: setattr(turn, "stopped", True))
        result = yield from self._execute(attempt, context, Scope(asks.permit(admitted), post, admitted))
        return replace(result, duration_s=time.monotonic() - started)

    def _admission(self, attempt: _Attempt) -> Work[ToolResult | frozenset[str]]:
        """The permissions that the call has; its result when it may not run."""
        tool, cancel = attempt.tool, attempt.turn.cancel
        if refusal := self._gate.refusal(writes=tool.writes):
            return attempt.ended(refusal, "denied")
        try:
            wanted = yield from self._wanted(attempt)
            command = _command(attempt.arguments)
            prefix = self._prefix(command) if tool.name == "bash" else ""  # a `cmd` of other tools may be no command
            mode, task_id = self.runtime.mode, self._task_id
            pending = self._gate.pending(tool.name, mode, wanted, writes=tool.writes, prefix=prefix, task_id=task_id)
            if pending and self._gate.desk is None:
                return attempt.ended(remedies(pending), "denied")
            if pending:
                shown = yield from self._shown(attempt, command)
                approval: Approval = yield attempt.blocking(lambda: attempt.asks.before(pending, shown, prefix))
                if not approval.allowed and not cancel.is_set():
                    return attempt.ended(f"The user did not allow this call.{said_with(approval)}", "denied")
        except LeftBehind:
            return attempt.ended(UNAPPROVED, "cancelled")
        except Exception as error:  # of finding out what it needs: every call gets its result
            return attempt.ended(str(error) if isinstance(error, PygentError) else described(error), "error")
        if cancel.is_set():
            return attempt.ended(UNAPPROVED, "cancelled")
        return frozenset(need.permission for need in wanted)

    def _prefix(self, command: str) -> str:
        """The prefix of `command`; "" also where a link in the workspace leads it out of it, onto this machine."""
        prefix = prefix_of(command)
        if prefix and self.runtime.mode == "local" and lead_out(self.runtime.base_dir, plain_words(command)):
            return ""
        return prefix

    def _wanted(self, attempt: _Attempt) -> Work[tuple[Need, ...]]:
        """What the call needs beyond what every call of its tool does."""
        find = attempt.tool.needs
        if find is None:
            return ()
        wanted: tuple[Need, ...] = yield attempt.blocking(lambda: find(self.runtime, attempt.arguments))
        return wanted

    def _shown(self, attempt: _Attempt, command: str) -> Work[str]:
        """What the user is shown before they answer."""
        preview = attempt.tool.preview
        if preview is None:
            return command
        shown: str = yield attempt.blocking(lambda: preview(self.runtime, attempt.arguments))
        return shown

    def _execute(self, attempt: _Attempt, context: CallContext, scope: Scope) -> Work[ToolResult]:
        tool = attempt.tool

        def run() -> ToolOutput | str:
            with working_in(scope):
                return tool.run(context, attempt.arguments)

        try:
            outcome = yield attempt.blocking(run)
        except LeftBehind:
            return attempt.ended("[cancelled: the tool did not come back and was left behind]", "cancelled")
        except PygentError as error:
            return attempt.ended(str(error), "error")
        except Exception as error:
            return attempt.ended(f"{tool.name} failed: {described(error)}", "error")
        said = outcome if isinstance(outcome, ToolOutput) else ToolOutput(str(outcome))
        if said.changed:
            diffs = tuple(replace(diff, path=clean(diff.path), text=clean(diff.text)) for diff in said.diffs)
            self._post(FilesChanged(tuple(map(clean, said.changed)), diffs))
        return ToolResult(attempt.call.id, _bounded(said.content), said.status, said.exit_code, full_output=said.full_output)


def _command(arguments: JsonDict) -> str:
    command = arguments.get("cmd", "")
    return command if isinstance(command, str) else ""


class _Output:
    """Reports the output of one call, cleaned."""

    def __init__(self, call_id: str, post: Post) -> None:
        self._call_id = call_id
        self._post = post
        self._cleaner = OutputCleaner()
        self._guard = threading.Lock()  # of the cleaner and the order of its pieces

    def add(self, text: str) -> None:
        with self._guard:
            if shown := self._cleaner.feed(text):
                self._post(OutputDelta(self._call_id, shown))


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
