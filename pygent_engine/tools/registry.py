"""What a tool is, and the registry of those that every agent is offered."""

from __future__ import annotations

import inspect
import re
import threading
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..cancel import Cancel
from ..frozen import frozen
from ..scope import Need
from ..untrusted import clean_line
from ..values import FileDiff, JsonDict, ResultStatus

if TYPE_CHECKING:
    from ..runtime import Runtime


@frozen
class ToolOutput:
    """What a tool has to say: `content` for the model, `changed` for the paths that it wrote, `diffs` for how, where it knows."""

    content: str
    status: ResultStatus = "ok"
    exit_code: int | None = None
    changed: tuple[str, ...] = ()
    full_output: str = ""
    diffs: tuple[FileDiff, ...] = ()


@frozen
class CallContext:
    """What a built-in tool may use during one call."""

    runtime: Runtime
    cancel: Cancel
    on_output: Callable[[str], None]
    ask: Callable[[str, tuple[str, ...]], str | None]
    stop: Callable[[], None]


# OpenAI refuses every request that offers a tool of another name, whether it is called or not.
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")

Run = Callable[[CallContext, JsonDict], ToolOutput | str]


@frozen
class Tool:
    """A tool: `parameters` is a JSON schema of type object; `summary` makes one line of checked arguments, `needs` says what
    permissions they need in a runtime; `writes`: its calls change a workspace, which the user may want to be asked about.
    `preview` is what a person who is asked reads in place of the arguments, where these do not say what would be done."""

    name: str
    description: str
    parameters: JsonDict
    run: Run
    summary: Callable[[JsonDict], str] | None = None
    needs: Callable[[Runtime, JsonDict], tuple[Need, ...]] | None = None
    writes: bool = False
    preview: Callable[[Runtime, JsonDict], str] | None = None

    def schema(self) -> JsonDict:
        """The tool in OpenAI's shape."""
        function = {"name": self.name, "description": self.description, "parameters": self.parameters}
        return {"type": "function", "function": function}

    def describe(self, arguments: JsonDict) -> str:
        """One cleaned line that tells a person what the tool is used on."""
        if self.summary is not None:
            return clean_line(self.summary(arguments))
        return clean_line(" ".join(f"{name}={value}" for name, value in arguments.items()))


class Registry:
    """Tools by name. `version` changes with each change, so that readers can keep what they made of it."""

    def __init__(self, builtin: Iterable[Tool]) -> None:
        self._builtin = tuple(builtin)
        self._guard = threading.Lock()  # of _tools and version
        self._tools: dict[str, Tool] = {}
        self.version = 0
        self.reset()

    def __iter__(self) -> Iterator[Tool]:
        with self._guard:
            return iter(list(self._tools.values()))

    def add(self, tool: Tool) -> None:
        """Add a tool; raises ValueError when its name is taken, or when no model could call it."""
        if not _NAME.fullmatch(tool.name):
            raise ValueError(f"A tool cannot be named {tool.name!r}: models take up to 64 letters, digits, _ and -.")
        if not _is_object_schema(tool.parameters):
            raise ValueError(f"The parameters of the tool {tool.name} must be a JSON schema of type object, as a dict.")
        with self._guard:
            if tool.name in self._tools:
                raise ValueError(f"A tool named {tool.name} is registered already; remove_tool({tool.name!r}) comes first.")
            self._tools[tool.name] = tool
            self.version += 1

    def remove(self, name: str) -> None:
        """Remove a tool; raises KeyError when there is none of that name."""
        with self._guard:
            del self._tools[name]
            self.version += 1

    def reset(self) -> None:
        """Back to the built-in tools."""
        with self._guard:
            self._tools = {tool.name: tool for tool in self._builtin}
            self.version += 1


def _is_object_schema(schema: Any) -> bool:
    match schema:
        case {"properties": properties} if not isinstance(properties, dict | None):
            return False
        case {"required": required} if not isinstance(required, list | tuple | None):
            return False
        case dict():
            return bool(schema.get("type", "object") == "object")
        case _:
            return False


def custom_tool(name: str, description: str, parameters: JsonDict, function: Callable[..., Any], *, writes: bool = False) -> Tool:
    """A tool of the embedding program: `function(runtime, **arguments)` returns the text that the model reads."""
    if inspect.iscoroutinefunction(function):
        raise ValueError(f"The tool {name} is a coroutine function, and tools are called on a thread; use a plain function.")
    return Tool(name, description, parameters, lambda context, arguments: str(function(context.runtime, **arguments)), writes=writes)


def tool_of(
    function: Callable[..., Any],
    name: str | None = None,
    description: str | None = None,
    parameters: JsonDict | None = None,
    *,
    writes: bool = False,
) -> Tool:
    """A tool described by the function itself where nothing else is said: its name, docstring and annotations."""
    own_name = name or str(getattr(function, "__name__", "tool"))
    described = description or inspect.getdoc(function) or own_name
    return custom_tool(own_name, described, parameters or _parameters_of(function), function, writes=writes)


_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}
_JSON_TYPES_BY_NAME = {kind.__name__: json_type for kind, json_type in _JSON_TYPES.items()}


def _parameters_of(function: Callable[..., Any]) -> JsonDict:
    hints = _hints(function)
    named = list(inspect.signature(function).parameters.values())[1:]  # the first one is the runtime
    named = [parameter for parameter in named if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)]
    properties = {parameter.name: _schema_of(hints.get(parameter.name)) for parameter in named}
    required = [parameter.name for parameter in named if parameter.default is parameter.empty]
    return {"type": "object", "properties": properties, "required": required}


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function)
    except (NameError, AttributeError, TypeError):  # a name that only a type checker sees; a callable that is no function
        return dict(getattr(function, "__annotations__", {}))


def _schema_of(hint: Any) -> JsonDict:
    if isinstance(hint, str):
        kind = _JSON_TYPES_BY_NAME.get(hint.partition("[")[0].strip())
    else:
        kind = _JSON_TYPES.get(typing.get_origin(hint) or hint)
    if kind == "array":  # OpenAI refuses an array that does not say what it holds
        return {"type": kind, "items": _schema_of(next(iter(typing.get_args(hint)), None))}
    return {"type": kind} if kind else {}
