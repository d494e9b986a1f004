"""The tools by which a model delegates; the root agent's only, for a delegated agent cannot delegate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..task_values import TaskView
from ..tools.registry import CallContext, Tool
from ..tools.repository import write_needs
from ..values import JsonDict, Persona
from .manager import TaskManager
from .news import News


def delegation_tools(manager: Callable[[], TaskManager], personas: Mapping[str, Persona], news: News) -> tuple[Tool, ...]:
    """The tools over the manager that `manager()` gives, which is called first when a tool is. What they say of an end is no news."""

    def delegate(context: CallContext, arguments: JsonDict) -> str:
        name = arguments.get("persona")
        task_id = manager().start_task(
            arguments["prompt"],
            context.runtime,
            files=map(str, arguments.get("files", ())),
            step_timeout=arguments.get("step_timeout"),
            task_timeout=arguments.get("timeout"),
            persona=None if not name else personas.get(name, Persona(name)),
            title=arguments.get("title"),
        )
        news.delegated(task_id)
        return f"Started task {task_id}. Ask for it with task_status."

    def status(context: CallContext, arguments: JsonDict) -> str:
        view = manager().get(arguments["task_id"])
        news.heard(view)
        return _line(view)

    def listing(context: CallContext, arguments: JsonDict) -> str:
        views = manager().tasks()
        for view in views:
            news.heard(view)
        return "\n".join(map(_line, views)) or "There are no delegated tasks."

    def collect(context: CallContext, arguments: JsonDict) -> str:
        task_id, path = arguments["task_id"], arguments["path"]
        return f"Copied {path} of {task_id} to {manager().collect_file(context.runtime, task_id, path, arguments.get('dest'))}."

    task_id = {"task_id": {"type": "string", "description": "The id that delegate_task gave."}}
    return (
        Tool("delegate_task", _DELEGATE, _delegate_schema(personas), delegate, _delegate_summary, writes=True),
        Tool("task_status", "How a delegated task stands.", _object(task_id, "task_id"), status, lambda a: str(a["task_id"])),
        Tool("list_tasks", "All delegated tasks and how they stand.", _object({}), listing, lambda _: ""),
        Tool(
            "collect_file",
            "Copy a file or folder from a delegated task's workspace into this one.",
            _object(task_id | _COLLECT, "task_id", "path"),
            collect,
            lambda a: f"{a['path']} of {a['task_id']}",
            lambda runtime, a: write_needs(runtime, a.get("dest") or a["path"]),
            writes=True,
        ),
    )


_DELEGATE = (
    "Hand a self-contained piece of work to a new agent that works in the background, in a workspace of its own. "
    "It sees the prompt and the files named here, nothing else, and cannot delegate further."
)
_COLLECT: JsonDict = {
    "path": {"type": "string", "description": "Path in the task's workspace."},
    "dest": {"type": "string", "description": "Where to put it in this workspace; the same path unless given."},
}


def _delegate_schema(personas: Mapping[str, Persona]) -> JsonDict:
    known = f" Known ones: {', '.join(personas)}." if personas else ""
    properties: JsonDict = {
        "prompt": {"type": "string", "description": "All that the agent has to know: the goal, and what to leave as the result."},
        "files": {"type": "array", "items": {"type": "string"}, "description": "Files and folders of this workspace to give it."},
        "persona": {"type": "string", "description": f"Who the agent is, in a word.{known}"},
        "title": {"type": "string", "description": "A few words for the task board."},
        "timeout": {"type": "number", "description": "Seconds for the whole task."},
        "step_timeout": {"type": "number", "description": "Seconds for each of its steps."},
    }
    return _object(properties, "prompt")


def _object(properties: JsonDict, *required: str) -> JsonDict:
    return {"type": "object", "properties": properties, "required": list(required)}


def _delegate_summary(arguments: JsonDict) -> str:
    return str(arguments.get("title") or arguments["prompt"])


def _line(view: TaskView) -> str:
    last = f"; last: {view.last_action}" if view.last_action and not view.state.ended else ""
    return f"{view.id}: {view.status} ({view.title}; {view.steps} steps{last})"
