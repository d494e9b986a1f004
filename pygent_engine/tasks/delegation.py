"""The tools by which a model delegates; the root agent's only, for a delegated agent cannot delegate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..tools.registry import CallContext, Tool
from ..values import JsonDict, Persona
from .manager import TaskManager
from .news import News
from .tools_control import control_tools
from .tools_files import file_tools
from .tools_standing import standing_tools
from .tools_words import object_of


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
            model=arguments.get("model") or None,
            title=arguments.get("title"),
        )
        news.delegated(task_id)
        return f"Started task {task_id}. Ask for it with task_status."

    return (
        Tool("delegate_task", _DELEGATE, _delegate_schema(personas), delegate, _delegate_summary, writes=True),
        *standing_tools(manager, news),
        *control_tools(manager),
        *file_tools(manager),
    )


_DELEGATE = (
    "Hand a self-contained piece of work to a new agent that works in the background, in a workspace of its own. "
    "It sees the prompt and the files named here, nothing else, and cannot delegate further. You are told when it ends; "
    "until then go on with other work, or wait for it with wait_tasks. What it made stays in its workspace until you take it "
    "over with apply_task or collect_file."
)


def _delegate_schema(personas: Mapping[str, Persona]) -> JsonDict:
    known = f" Known ones: {', '.join(personas)}." if personas else ""
    files = 'Files and folders of this workspace to give it; "." is all of it but what .gitignore names.'
    properties: JsonDict = {
        "prompt": {"type": "string", "description": "All that the agent has to know: the goal, and what to leave as the result."},
        "files": {"type": "array", "items": {"type": "string"}, "description": files},
        "persona": {"type": "string", "description": f"Who the agent is, in a word.{known}"},
        "model": {"type": "string", "description": "The name of another model for it; yours unless given."},
        "title": {"type": "string", "description": "A few words for the task board."},
        "timeout": {"type": "number", "description": "Seconds for the whole task."},
        "step_timeout": {"type": "number", "description": "Seconds for each of its steps."},
    }
    return object_of(properties, "prompt")


def _delegate_summary(arguments: JsonDict) -> str:
    return str(arguments.get("title") or arguments["prompt"])
