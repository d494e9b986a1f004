"""Runs tool calls: look up, check, approve, execute. Every call gets exactly one result, whatever happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from .approvals import Gate
from .asks import UNAPPROVED, Asks, remedies, said_with
from .errors import PygentError, described
from .events import CallEnded, CallStarted, FilesChanged, OutputDelta
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
from .values import Approval, JsonDict, Message, ToolCall, ToolResult
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
        return (yield from self._reported(call, turn, lambda asks, reports: self._result(call, turn, asks, reports)))

    def run_by_user(
        self, call: ToolCall, tool: Tool, arguments: JsonDict, turn: Turn, keep: Callable[[ToolResult], None]
    ) -> Work[ToolResult]:
        """The one result of a call that the user makes: only what its command needs beyond the runtime is asked. `keep` gets it
        before it is reported."""

        def result(asks: Asks, reports: Reports) -> Work[ToolResult]:
            self._post(CallStarted(cleaned_call(call), tool.describe(arguments), "user"))
            ended = yield from self._begun(call, tool, arguments, turn, asks, reports, frozenset())
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
        admitted = yield from self._admission(call, tool, arguments, turn, asks)
        if isinstance(admitted, ToolResult):
            return admitted
        self._post(CallStarted(cleaned_call(call), summary))
        return (yield from self._begun(call, tool, arguments, turn, asks, reports, admitted))

    def _begun(
        self, call: ToolCall, tool: Tool, arguments: JsonDict, turn: Turn, asks: Asks, reports: Reports, admitted: frozenset[str]
    ) -> Work[ToolResult]:
        started = time.monotonic()  # what came before was the user's time
        scope = Scope(asks.permit(admitted), reports.post, admitted)
        context = CallContext(
            self.runtime, turn.cancel, _Output(call.id, reports.post).add, asks.question, lambda: setattr(turn, "stopped", True)
        )
        result = yield from self._execute(call, tool, arguments, turn, scope, context)
        return replace(result, duration_s=time.monotonic() - started)

    def _admission(self, call: ToolCall, tool: Tool, arguments: JsonDict, turn: Turn, asks: Asks) -> Work[ToolResult | frozenset[str]]:
        """The permissions that the call has; its result when it may not run."""
        if refusal := self._gate.refusal(writes=tool.writes):
            return ToolResult(call.id, refusal, "denied")
        try:
            wanted = yield from self._wanted(tool, arguments, turn)
            command = _command(arguments)
            prefix = self._prefix(command) if tool.name == "bash" else ""  # a `cmd` of other tools may be no command
            mode, task_id = self.runtime.mode, self._task_id
            pending = self._gate.pending(tool.name, mode, wanted, writes=tool.writes, prefix=prefix, task_id=task_id)
            if pending and self._gate.desk is None:
                return ToolResult(call.id, remedies(pending), "denied")
            if pending:
                shown: str = command if tool.preview is None else (yield _blocking(partial(tool.preview, self.runtime, arguments), turn))
                approval: Approval = yield _blocking(lambda: asks.before(pending, shown, prefix), turn)
                if not approval.allowed and not turn.cancel.is_set():
                    return ToolResult(call.id, f"The user did not allow this call.{said_with(approval)}", "denied")
        except LeftBehind:
            return ToolResult(call.id, UNAPPROVED, "cancelled")
        except Exception as error:  # of finding out what it needs: every call gets its result
            return ToolResult(call.id, str(error) if isinstance(error, PygentError) else described(error), "error")
        if turn.cancel.is_set():
            return ToolResult(call.id, UNAPPROVED, "cancelled")
        return frozenset(need.permission for need in wanted)

    def _prefix(self, command: str) -> str:
        """The prefix of `command`; "" also where a link in the workspace leads it out of it, onto this machine."""
        prefix = prefix_of(command)
        if prefix and self.runtime.mode == "local" and lead_out(self.runtime.base_dir, plain_words(command)):
            return ""
        return prefix

    def _wanted(self, tool: Tool, arguments: JsonDict, turn: Turn) -> Work[tuple[Need, ...]]:
        find = tool.needs
        if find is None:
            return ()
        wanted: tuple[Need, ...] = yield _blocking(lambda: find(self.runtime, arguments), turn)
        return wanted

    def _execute(self, call: ToolCall, tool: Tool, arguments: JsonDict, turn: Turn, scope: Scope, context: CallContext) -> Work[ToolResult]:
        def run() -> ToolOutput | str:
            with working_in(scope):
                return tool.run(context, arguments)

        try:
            outcome = yield _blocking(run, turn)
        except LeftBehind:
            return ToolResult(call.id, "[cancelled: the tool did not come back and was left behind]", "cancelled")
        except PygentError as error:
            return ToolResult(call.id, str(error), "error")
        except Exception as error:
            return ToolResult(call.id, f"{tool.name} failed: {described(error)}", "error")
        said = outcome if isinstance(outcome, ToolOutput) else ToolOutput(str(outcome))
        if said.changed:
            diffs = tuple(replace(diff, path=clean(diff.path), text=clean(diff.text)) for diff in said.diffs)
            self._post(FilesChanged(tuple(map(clean, said.changed)), diffs))
        return ToolResult(call.id, _bounded(said.content), said.status, said.exit_code, full_output=said.full_output)


def _command(arguments: JsonDict) -> str:
    command = arguments.get("cmd", "")
    return command if isinstance(command, str) else ""


def _blocking(job: Callable[[], object], turn: Turn) -> Blocking:
    return Blocking(job, turn, grace_s=GRACE_S)


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
