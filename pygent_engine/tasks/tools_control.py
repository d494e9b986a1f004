"""The tools by which a model speaks to its tasks and ends them."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import PygentError
from ..tools.registry import CallContext, Tool
from ..values import JsonDict
from .manager import TaskManager
from .tools_words import TASK_ID, object_of


def control_tools(manager: Callable[[], TaskManager]) -> tuple[Tool, ...]:
    """message_task and cancel_task."""

    def message(context: CallContext, arguments: JsonDict) -> str:
        task_id, text = arguments["task_id"], arguments["text"]
        if not text.strip():
            raise PygentError("The message is empty; say in text what the task is to know.")
        manager().message(task_id, text, by="model")
        return f"{task_id} reads it before its next step."

    def cancel(context: CallContext, arguments: JsonDict) -> str:
        task_id = arguments["task_id"]
        if manager().cancel(task_id):
            return f"{task_id} is cancelled; what it changed so far can still be applied."
        return f"{task_id} was over already: {manager().status(task_id)}."

    text = {"text": {"type": "string", "description": "What it is to know, or to do otherwise."}}
    return (
        Tool("message_task", _MESSAGE, object_of(TASK_ID | text, "task_id", "text"), message, lambda a: f"{a['task_id']}: {a['text']}"),
        Tool("cancel_task", "End a delegated task.", object_of(TASK_ID, "task_id"), cancel, lambda a: str(a["task_id"])),
    )


_MESSAGE = "Say something to the agent of a delegated task while it works; it reads it before its next step."
