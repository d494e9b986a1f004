"""Which of the keys that are valid now the last line names, in which order and words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pygent_engine.frozen import frozen


@frozen
class Hint:
    """A key and what it does, in a word or two; `id` is that of its binding."""

    id: str
    key: str
    label: str

    @property
    def text(self) -> str:
        return f"{self.key} {self.label}"


class _Row(NamedTuple):
    ids: tuple[str, ...]
    label: str
    pair: bool = False  # named together; otherwise the first that is valid stands for them


# The most needed first. An empty label: named only where whoever has the focus gives it one.
_ROWS = (
    _Row(("search.keep",), "keep"),
    _Row(("search.clear",), "end search"),
    _Row(("composer.complete",), "complete"),
    _Row(("pane.search-next", "pane.search-previous"), "match", pair=True),
    _Row(("pane.search-clear",), "end search"),
    _Row(("asks.go",), ""),
    _Row(("inbox.close",), "back"),
    _Row(("app.back",), ""),
    _Row(("composer.send",), "send"),
    _Row(("composer.delete",), ""),
    _Row(("composer.leave",), "close"),
    _Row(("composer.steer",), ""),
    _Row(("conversation.open",), "open"),
    _Row(("board.allow", "peek.allow"), "allow"),
    _Row(("board.deny", "peek.deny"), "deny"),
    _Row(("board.limits",), ""),  # of a task that its limit holds
    _Row(("board.open", "peek.open"), "open"),
    _Row(("output.full",), "full screen"),
    _Row(("asks.up", "asks.down"), "scroll", pair=True),
    _Row(("task-diff.apply", "compare.apply"), "apply"),
    _Row(("task-diff.mark",), "mark"),
    _Row(("task-diff.take-back",), "take back"),
    _Row(("compare.previous", "compare.next"), "choose", pair=True),
    _Row(("compare.between",), ""),
    _Row(("compare.diff",), "all changes"),
    _Row(("compare.open",), "open"),
    _Row(("task-diff.again", "compare.again"), "look again"),
    _Row(("task-diff.close", "compare.close"), "close"),
    _Row(("full-output.close", "diff.close", "doctor.close", "help.close"), "close"),
    _Row(("board.close", "task.leave", "peek.close"), "back"),
    _Row(("peek.answer",), "answer"),
    _Row(("board.peek",), "peek"),
    _Row(("task.previous", "task.next"), "tasks", pair=True),
    _Row(("peek.next", "peek.previous"), "tasks", pair=True),
    _Row(("board.message", "peek.message"), "message"),
    _Row(("board.retry", "task.retry"), "retry"),
    _Row(("board.pause", "task.pause"), "pause"),
    _Row(("board.cancel", "task.cancel", "peek.cancel"), "cancel"),
    _Row(("board.diff", "task.diff"), "diff"),
    _Row(("board.apply", "task.apply"), "apply"),
    _Row(("board.take-back",), "take back"),
    _Row(("board.compare",), "compare"),
    _Row(("board.new",), "new"),
    _Row(("app.help",), "help"),
    _Row(("app.quit",), "quit"),
    _Row(("pane.search",), "search"),
    _Row(("conversation.copy", "output.copy", "doctor.copy"), "copy"),
    _Row(("diff.copy-all",), "copy all"),
    _Row(("task-diff.message",), "message"),
    _Row(("task-diff.copy",), "copy patch"),
    _Row(("compare.copy",), "copy answer"),
    _Row(("task-diff.style", "compare.style"), "side by side"),
    _Row(("board.full",), ""),
    _Row(("board.limits", "task.limits"), "limits"),
    _Row(("board.shell", "task.shell"), "shell"),
    _Row(("board.copy",), "copy"),
    _Row(("board.filter",), "filter"),
    _Row(("board.sort",), "order"),
    _Row(("board.mark",), "mark"),
    _Row(("board.output",), "output"),
    _Row(("board.remove",), "forget"),
    _Row(("board.clear",), "clear"),
    _Row(("output.follow",), "follow"),
    _Row(("output.previous", "output.next"), "calls", pair=True),
    _Row(("task.call-before", "task.call-next"), "calls", pair=True),
    _Row(("output.wrap",), "wrap"),
    _Row(("output.save",), "save"),
    _Row(("conversation.next", "conversation.previous"), "move", pair=True),
    _Row(("conversation.previous-prompt", "conversation.next-prompt"), "prompts", pair=True),
    _Row(("conversation.output",), "output"),
    _Row(("conversation.diff-style",), "diffs"),
    _Row(("pane.write", "task.write"), "write"),
    _Row(("pane.next-tab", "pane.next", "task.part-next-tab"), "panes"),
    _Row(("app.commands",), "commands"),
    _Row(("composer.search",), "history"),
    _Row(("composer.editor",), "editor"),
    _Row(("layout.zoom",), "zoom"),
)


def hints(active: Mapping[str, str], labels: Mapping[str, str]) -> tuple[Hint, ...]:
    """What can be named, the most needed first.

    `active` has the name of the key by the id of its binding, for those that are valid now; `labels` say by id what a
    key does just now, "" that it is not worth naming.
    """
    found: list[Hint] = []
    for row in _ROWS:
        ids = [name for name in row.ids if name in active]
        if not ids or (row.pair and len(ids) < len(row.ids)):
            continue
        label = labels.get(ids[0], row.label)
        if label and all(hint.id != ids[0] for hint in found):
            found.append(Hint(ids[0], " ".join(active[name] for name in (ids if row.pair else ids[:1])), label))
    return tuple(found)
