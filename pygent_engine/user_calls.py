"""What the user runs and copies in by himself: one call after the other, beside the turns. The model reads of it with the next prompt."""

from __future__ import annotations

import json
import logging
from itertools import count

from .agent import Agent
from .calls import Calls
from .errors import WorkspaceError
from .one_by_one import OneByOne
from .ops import CopyIn, RunShell
from .tools.builtin import BUILTIN, LONGEST_TIMEOUT_S
from .tools.registry import CallContext, Registry, Tool, ToolOutput
from .tools.toolbox import Toolbox
from .turn import Turn
from .values import ROOT_TASK, JsonDict, Limits, ToolCall, ToolResult
from .worker import Worker

LONGEST_TOLD = 20_000  # characters of one result that the model reads of


class UserCalls:
    """The calls of the user in an agent's runtime, on a thread that lasts as long as there are some. `close` begins none
    of those that wait, and no others; `interrupt` ends the one that runs."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._numbers = count(1)
        self._turn = Turn(Limits())  # of the call that runs, or of the last one
        self._line: OneByOne[RunShell | CopyIn] = OneByOne("pygent-user-call", self._run, self._begins)
        self.put = self._line.put
        self.close = self._line.close
        self.join = self._line.join

    def interrupt(self) -> None:
        """End the call that runs."""
        self._turn.cancel.set()

    # ------------------------------------------------------------ on a thread of its own

    def _begins(self) -> None:
        self._turn = Turn(Limits())

    def _run(self, op: RunShell | CopyIn) -> None:
        turn, agent = self._turn, self._agent
        worker = Worker("pygent-worker-user")
        calls = Calls(_NO_TOOLS, agent.runtime, agent.gate, agent.outbox.of(ROOT_TASK), ROOT_TASK)
        call_id = f"user/{next(self._numbers)}"  # no call of a model has a slash in it, nor a task this name

        def keep(result: ToolResult) -> None:
            if told := _told(op, result):
                agent.tell(told)

        match op:
            case RunShell(cmd):
                call = ToolCall(call_id, "bash", json.dumps({"cmd": cmd}))
                work = calls.run_by_user(call, _SHELL, {"cmd": cmd, "timeout": LONGEST_TIMEOUT_S}, turn, keep)
            case CopyIn(path, dest):
                call = ToolCall(call_id, "copy_in", json.dumps({"path": path, "dest": dest}))
                work = calls.run_by_user(call, _COPY, {"path": path, "dest": dest}, turn, keep)
        try:
            worker.do(work, turn.cancel)
        except Exception:  # a fault of ours must not end what the user runs next
            logging.getLogger("pygent").exception("a call of the user failed")
        finally:
            worker.release()


def _copy_in(context: CallContext, arguments: JsonDict) -> ToolOutput:
    if not arguments["path"]:
        raise WorkspaceError("The path is empty; name a file or folder of this machine to copy.")
    return ToolOutput(f"Copied to {context.runtime.upload_file(arguments['path'], arguments['dest'] or None)}.")


def _copy_summary(arguments: JsonDict) -> str:
    return f"{arguments['path']} to {arguments['dest']}" if arguments["dest"] else str(arguments["path"])


_SHELL = next(tool for tool in BUILTIN if tool.name == "bash")
_COPY = Tool("copy_in", "Copy a file or folder of this machine into the workspace.", {"type": "object"}, _copy_in, _copy_summary)
_NO_TOOLS = Toolbox(Registry(()))  # a call of the user is not looked up


def _told(op: RunShell | CopyIn, result: ToolResult) -> str:
    """What the model reads of a call of the user, "" for nothing."""
    match op:
        case RunShell(cmd):
            return _bounded(f"I ran this command in the workspace myself:\n$ {cmd}\n{result.content}")
        case CopyIn(path):
            return f"I copied {_bounded(path)} into the workspace myself. {result.content}" if result.status == "ok" else ""


def _bounded(text: str) -> str:
    if len(text) <= LONGEST_TOLD:
        return text
    half = LONGEST_TOLD // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half} characters not shown ...]\n{text[-half:]}"
