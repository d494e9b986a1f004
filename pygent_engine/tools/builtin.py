"""The built-in tools of every agent: commands and files of its runtime, the user, and the end of the run."""

from __future__ import annotations

from collections.abc import Callable

from ..runtime import Runtime, as_text
from ..scope import Need
from ..values import ExecResult, JsonDict, ResultStatus
from .diffs import Watched
from .registry import CallContext, Tool, ToolOutput
from .repository import write_needs

DEFAULT_TIMEOUT_S = 120
LONGEST_TIMEOUT_S = 3600
NOBODY = "Nobody is here to answer. Go on with your best judgement."


def _bash(context: CallContext, arguments: JsonDict) -> ToolOutput:
    wanted = arguments.get("timeout", 0)
    timeout = float(min(wanted, LONGEST_TIMEOUT_S)) if wanted > 0 else DEFAULT_TIMEOUT_S
    result = context.runtime.execute(arguments["cmd"], timeout, context.on_output, context.cancel, arguments.get("network"))
    return ToolOutput(
        as_text(result, timeout, context.runtime.resources), _status(result), result.exit_code, full_output=result.full_output
    )


def _bash_needs(runtime: Runtime, arguments: JsonDict) -> tuple[Need, ...]:
    return runtime.needs(arguments["cmd"], arguments.get("network"))


def _write_needs(runtime: Runtime, arguments: JsonDict) -> tuple[Need, ...]:
    return write_needs(runtime, arguments["path"])


def _status(result: ExecResult) -> ResultStatus:
    return "timeout" if result.timed_out else "cancelled" if result.cancelled else "ok"


def _write_file(context: CallContext, arguments: JsonDict) -> ToolOutput:
    return _changing(context, arguments["path"], lambda: context.runtime.write_file(arguments["path"], arguments["content"]))


def _read_file(context: CallContext, arguments: JsonDict) -> str:
    return context.runtime.read_range(arguments["path"], arguments.get("offset", 1), max(1, arguments.get("limit", 2000)))


def _edit_file(context: CallContext, arguments: JsonDict) -> ToolOutput:
    path, old, new = arguments["path"], arguments["old"], arguments["new"]
    return _changing(context, path, lambda: context.runtime.edit_file(path, old, new))


def _changing(context: CallContext, path: str, write: Callable[[], str]) -> ToolOutput:
    """What `write` says, with how it changed the file at `path`."""
    watched = Watched(context.runtime, path)
    said = write()
    return ToolOutput(said, changed=(context.runtime.relative(path),), diffs=(watched.diff(),))


def _download_file(context: CallContext, arguments: JsonDict) -> str:
    if arguments.get("binary", False):
        return context.runtime.read_file(arguments["path"], binary=True)
    text, encoding = context.runtime.read_encoded(arguments["path"])
    return f"[the file is {encoding}]\n{text}" if encoding else text


def _ask_user(context: CallContext, arguments: JsonDict) -> str:
    answer = context.ask(arguments["prompt"], tuple(map(str, arguments.get("options", ()))))
    return NOBODY if answer is None else answer


def _stop(context: CallContext, arguments: JsonDict) -> str:
    context.stop()
    return "The run ends after this step."


def _lines(text: str) -> str:
    count = len(text.splitlines())
    return "1 line" if count == 1 else f"{count} lines"


def _schema(required: tuple[str, ...] = (), **properties: tuple[str, str]) -> JsonDict:
    described = {name: {"type": kind, "description": text} for name, (kind, text) in properties.items()}
    return {"type": "object", "properties": described, "required": list(required)}


_PATH = ("string", "Path in the workspace, relative to it.")

BUILTIN = (
    Tool(
        "bash",
        "Run a command with bash in the workspace. Output and exit code come back; nothing can be typed into it.",
        _schema(
            ("cmd",),
            cmd=("string", "The command, as typed into a shell."),
            timeout=("number", f"Seconds until it is killed; {DEFAULT_TIMEOUT_S} unless given, {LONGEST_TIMEOUT_S} at most."),
            network=("boolean", "Whether the command needs the network, which is off in containers."),
        ),
        _bash,
        lambda arguments: str(arguments["cmd"]),
        _bash_needs,
    ),
    Tool(
        "write_file",
        "Create or replace a UTF-8 text file.",
        _schema(("path", "content"), path=_PATH, content=("string", "The whole content.")),
        _write_file,
        lambda arguments: f"{arguments['path']} ({_lines(arguments['content'])})",
        _write_needs,
        writes=True,
    ),
    Tool(
        "read_file",
        "Read a text file with line numbers.",
        _schema(
            ("path",),
            path=_PATH,
            offset=("integer", "First line, counted from 1; 1 unless given."),
            limit=("integer", "How many lines; 2000 unless given."),
        ),
        _read_file,
        lambda arguments: str(arguments["path"]),
    ),
    Tool(
        "edit_file",
        "Replace one piece of a text file. The old text must stand in the file exactly once; nothing else is touched.",
        _schema(
            ("path", "old", "new"),
            path=_PATH,
            old=("string", "The text to replace, exactly as it stands, without line numbers."),
            new=("string", "What to put in its place."),
        ),
        _edit_file,
        lambda arguments: str(arguments["path"]),
        _write_needs,
        writes=True,
    ),
    Tool(
        "download_file",
        "Get the whole content of a file, as text or, with binary, in base64.",
        _schema(("path",), path=_PATH, binary=("boolean", "Whether to return base64 in place of text.")),
        _download_file,
        lambda arguments: str(arguments["path"]),
    ),
    Tool(
        "ask_user",
        "Ask the user a question and wait for the answer. Use it only when the answer changes what you do.",
        {
            "type": "object",
            "properties": {
                "prompt": {"type": "string", "description": "The question."},
                "options": {"type": "array", "items": {"type": "string"}, "description": "Answers to pick from, if there are some."},
            },
            "required": ["prompt"],
        },
        _ask_user,
        lambda arguments: str(arguments["prompt"]),
    ),
    Tool("stop", "End the run: the task is done, or cannot be done. Say the result in the same reply.", _schema(), _stop, lambda _: ""),
)
