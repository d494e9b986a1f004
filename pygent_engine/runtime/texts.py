"""What is said of a command in words: to a model, and of a command that cannot be run. Pure."""

from __future__ import annotations

from ..values import ExecResult, Resources


def as_text(result: ExecResult, timeout: float | None, resources: Resources) -> str:
    """What a model reads of a command that had `timeout` seconds and these resources: its output, and how it ended when it did
    not end well."""
    if result.timed_out:
        note = f"[timeout after {timeout:g}s]"
    elif result.cancelled:
        note = "[cancelled]"
    elif result.exit_code and result.out_of_memory:
        note = f"[exit code {result.exit_code}: the memory limit of {resources.memory_mb} MB was reached]"
    elif result.exit_code:
        note = f"[exit code {result.exit_code}]"
    else:
        return result.output
    gap = "" if not result.output or result.output.endswith("\n") else "\n"
    return f"{result.output}{gap}{note}"


def unusable(cmd: str) -> str:
    """Why no shell can take `cmd`, "" when it can."""
    if "\0" in cmd:
        return "The command holds a NUL character, which no shell can take."
    try:
        cmd.encode("utf-8")
    except UnicodeEncodeError:
        return "The command holds characters that UTF-8 cannot hold."
    return ""
