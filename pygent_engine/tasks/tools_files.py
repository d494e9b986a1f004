"""The tools by which a model takes over what its tasks made: one file as it is, or changes merged into the workspace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import PygentError
from ..scope import Need
from ..task_values import ApplyReport, FileChange
from ..tools.diffs import as_patch
from ..tools.registry import CallContext, Tool, ToolOutput
from ..tools.repository import write_needs
from ..values import JsonDict
from .manager import TaskManager
from .tools_words import PATHS, TASK_ID, object_of, paths_in_words

if TYPE_CHECKING:
    from ..runtime import Runtime

LONGEST_SHOWN = 60_000  # characters of what a person is shown
LONGEST_CLASH = 8_000  # of what the model reads of conflicts
_MERGES = Need("write", "merges what a task changed into the workspace")
_CHANGED_SINCE = "Not applied: the task has changed these files since the user was asked; call apply_task again."


def file_tools(manager: Callable[[], TaskManager]) -> tuple[Tool, ...]:
    """collect_file and apply_task."""

    def collect(context: CallContext, arguments: JsonDict) -> str:
        task_id, path = arguments["task_id"], arguments["path"]
        return f"Copied {path} of {task_id} to {manager().collect_file(context.runtime, task_id, path, arguments.get('dest'))}."

    applying = _Applying(manager)
    return (
        Tool(
            "collect_file",
            "Copy a file or folder from a delegated task's workspace into this one, over what is there; apply_task merges instead.",
            object_of(TASK_ID | _COLLECT, "task_id", "path"),
            collect,
            lambda a: f"{a['path']} of {a['task_id']}",
            lambda runtime, a: write_needs(runtime, a.get("dest") or a["path"]),
            writes=True,
        ),
        Tool(
            "apply_task",
            _APPLY,
            object_of(TASK_ID | _APPLY_SCHEMA, "task_id"),
            applying.run,
            lambda a: " ".join((a["task_id"], *map(str, a.get("paths", ())))),
            applying.needs,
            writes=True,
            preview=applying.preview,
        ),
    )


class _Applying:
    """One apply after the other: what was shown to the user is what is applied, or nothing is."""

    def __init__(self, manager: Callable[[], TaskManager]) -> None:
        self._manager = manager
        self._shown: tuple[tuple[str, tuple[str, ...]], list[FileChange]] | None = None  # of the call that asks; calls come one by one

    def needs(self, runtime: Runtime, arguments: JsonDict) -> tuple[Need, ...]:
        self._shown = None
        return (_MERGES,)

    def preview(self, runtime: Runtime, arguments: JsonDict) -> str:
        """What would be applied, for a person; what is cut says so."""
        chosen = self._chosen(arguments)
        self._shown = (_key(arguments), chosen)
        return patch(arguments["task_id"], chosen)

    def run(self, context: CallContext, arguments: JsonDict) -> ToolOutput:
        shown, self._shown = self._shown, None
        chosen = self._chosen(arguments)
        if shown is not None and shown != (_key(arguments), chosen):
            raise PygentError(_CHANGED_SINCE)
        task_id, words = _key(arguments)
        applied = self._manager().apply(task_id, words or tuple(change.path for change in chosen))
        if applied.conflicts:
            return ToolOutput(_conflicts(task_id, applied), "error")
        diffs = tuple(change.diff for change in chosen if change.diff is not None and change.path in applied.applied)
        said = f"Applied {_files(len(applied.applied))} of {task_id}: {paths_in_words(applied.applied)}."
        return ToolOutput(said, changed=applied.applied, diffs=diffs)

    def _chosen(self, arguments: JsonDict) -> list[FileChange]:
        """The changes that are named, all but the ignored when none are. Raises PygentError when there are none."""
        task_id, words = _key(arguments)
        changes = [replace(change, also=()) for change in self._manager().diff(task_id)]
        if missing := [word for word in words if not any(_names(word, change) for change in changes)]:
            there = paths_in_words([change.path for change in changes]) or "nothing"
            raise PygentError(f"{task_id} did not change {paths_in_words(missing)}; it changed {there}.")
        chosen = [change for change in changes if (any(_names(word, change) for word in words) if words else not change.ignored)]
        if not chosen:
            raise PygentError(f"{task_id} changed no files that could be applied.")
        return chosen


def _names(word: str, change: FileChange) -> bool:
    """Whether a path that was asked for is that of the change, or a folder that it is in, or in it where that is an ignored folder."""
    word, path = word.removeprefix("./").rstrip("/"), change.path.rstrip("/")
    if change.ignored:
        return word == path or (change.path.endswith("/") and word.startswith(change.path))
    return word in (path, ".") or path.startswith(f"{word}/")


def patch(task_id: str, changes: Sequence[FileChange]) -> str:
    """The changes as a unified diff, cut where it grows too long, each path named before."""
    names = "\n".join(f"  {change.kind}: {change.path}{_size(change)}" for change in changes)
    head = f"Apply {_files(len(changes))} of {task_id} to the workspace:\n{names}\n"
    hunks = "\n".join(as_patch(change.diff) for change in changes if change.diff is not None and change.diff.text)
    if len(hunks) > LONGEST_SHOWN:
        cut = hunks[:LONGEST_SHOWN].rpartition("\n")[0]
        hunks = f"{cut}\n[... {hunks[len(cut) :].count(chr(10))} more lines are not shown; the diff of the task has all of them]"
    return f"{head}\n{hunks}" if hunks else head


def _size(change: FileChange) -> str:
    if change.files > 1:
        return f" ({change.files} files, ignored by git)"
    if change.diff is None or not change.diff.text:
        return f" ({change.note or 'no text to show'})" if change.kind != "deleted" else ""
    return f" (+{change.diff.added} -{change.diff.removed}{f', {change.note}' if change.note else ''})"


def _conflicts(task_id: str, report: ApplyReport) -> str:
    """What a model reads when nothing was applied."""
    head = f"Nothing of {task_id} was applied: what it changed conflicts with what is here now in {paths_in_words(report.conflicts)}."
    clashes = "\n".join(as_patch(clash) for clash in report.clashes if clash.text).rstrip("\n")
    if len(clashes) > LONGEST_CLASH:
        clashes = f"{clashes[:LONGEST_CLASH]}\n[... cut]"
    advice = "Apply the others by naming their paths; for these, edit the files here yourself, or collect_file takes the task's version."
    return "\n\n".join(filter(None, (head, clashes, advice)))


def _files(count: int) -> str:
    return f"{count} file{'' if count == 1 else 's'}"


def _key(arguments: JsonDict) -> tuple[str, tuple[str, ...]]:
    return arguments["task_id"], tuple(map(str, arguments.get("paths") or ()))


_COLLECT: JsonDict = {
    "path": {"type": "string", "description": "Path in the task's workspace."},
    "dest": {"type": "string", "description": "Where to put it in this workspace; the same path unless given."},
}
_APPLY = (
    "Merge what a delegated task changed into this workspace: created, changed and deleted files, by whatever means it changed them. "
    "What was changed here meanwhile stays; on any conflict nothing is applied and you read where."
)
_APPLY_SCHEMA: JsonDict = {
    "paths": PATHS | {"description": "The changed paths to apply; all but what .gitignore names unless given."},
}
