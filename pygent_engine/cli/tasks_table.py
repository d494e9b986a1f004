"""How the delegated tasks of a session are printed: a table, one task in full, its changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from unicodedata import combining, east_asian_width

from ..task_fold import idle, overlaps, stalled
from ..task_values import ApplyReport, FileChange, TaskState, TaskView
from ..tools.diffs import as_patch
from ..untrusted import clean, clean_line
from ..values import Limits

_HEADS = ("ID", "STATE", "TITLE", "STEPS", "TOKENS", "FILES", "TIME", "LAST")
_GIVES_WAY = (("LAST", 12), ("STATE", 18), ("TITLE", 16), ("LAST", 0), ("TOKENS", 0), ("STATE", 9), ("TITLE", 8), ("TIME", 0), ("FILES", 0))
"""Which columns give way where it gets narrow, one after the other, and how far; at 0 a column is left out."""
_GAP = "  "


def table(views: Sequence[TaskView], now: float, width: int | None) -> str:
    """A line for each task, in at most `width` columns where that is given."""
    clashing = overlaps(views)
    rows = [_HEADS, *(_row(view, now, clashing.get(view.id, ())) for view in views)]
    widths = {head: max(_cells(row[at]) for row in rows) for at, head in enumerate(_HEADS)}
    if width is not None:
        _narrow(widths, width)
    return "\n".join(_line(row, widths, width) for row in rows)


def full(view: TaskView, others: Sequence[str], now: float) -> str:
    """All that is known of one task."""
    facts = {
        "state": _state(view, now),
        "title": view.title,
        "prompt": view.prompt,
        "persona": view.persona.name if view.persona else "",
        "model": view.model,
        "runs in": f"container {view.container}" if view.container else "container" if view.mode == "docker" else "this machine",
        "workspace": view.workspace,
        "given": ", ".join(view.files),
        "attempt": str(view.attempt) if view.attempt > 1 else "",
        "steps": _of(view.steps, view.limits.steps),
        "tokens": _of(view.usage.total, view.limits.tokens),
        "time": _time(view, now),
        "waits for": ", ".join(view.asks),
        "last": "\n".join(view.recent),
        "changed": _paths(view),
        "also changed by": ", ".join(others),
        "applied": ", ".join(view.applied),
        "changed since": ", ".join(view.renewed),
        "answer": view.answer,
    }
    return "\n".join([view.id, *(_fact(name, text) for name, text in facts.items() if text)])


def patch(changes: Iterable[FileChange]) -> str:
    """The changes as a unified diff; what has no text is a line."""
    return "".join(_patched(change) for change in changes)


def applied(task_id: str, report: ApplyReport, done: str) -> str:
    """What was applied, or taken back: `done` says which; or the conflicts, for which nothing was."""
    if not report.conflicts:
        count = len(report.applied) - len(report.unchanged)
        head = f"{done} {count} file{'' if count == 1 else 's'} of {task_id}." if count else f"Nothing new of {task_id} was there to apply."
        notes = dict.fromkeys(report.unchanged, " (was so already)")
        return head + "".join(f"\n  {path}{notes.get(path, '')}" for path in report.applied)
    paths = "".join(f"\n  {path}" for path in report.conflicts)
    clashes = "".join(f"\n{clean(as_patch(clash))}" for clash in report.clashes if clash.text)
    return f"Nothing was changed, for these files conflict with what is there now:{paths}{clashes}"


def spending(limits: Limits) -> str:
    """What a task may spend."""
    each = ((limits.steps, "steps"), (limits.tokens, "tokens"), (limits.seconds, "seconds"), (limits.step_seconds, "seconds a step"))
    return ", ".join(f"{most:g} {what}" if most < 1e5 else f"{most:,.0f} {what}" for most, what in each if most is not None)


# ---------------------------------------------------------------- the table


def _row(view: TaskView, now: float, others: Sequence[str]) -> tuple[str, ...]:
    clash = f" !{others[0]}{f' +{len(others) - 1}' if len(others) > 1 else ''}" if others else ""
    last = view.error or view.last_action
    cells = (
        view.id,
        _state(view, now),
        view.title,
        _of(view.steps, view.limits.steps),
        _of(view.usage.total, view.limits.tokens),
        f"{view.changes or ''}{clash}",
        _time(view, now),
        last,
    )
    return tuple(clean_line(cell, 200) for cell in cells)


def _narrow(widths: dict[str, int], width: int) -> None:
    for head, least in _GIVES_WAY:
        over = sum(widths.values()) + len(_GAP) * (len(widths) - 1) - width
        if over <= 0:
            return
        if least:
            widths[head] = min(widths[head], max(least, widths[head] - over))
        else:
            del widths[head]


def _line(row: Sequence[str], widths: Mapping[str, int], width: int | None) -> str:
    cells = [_fitted(cell, widths[head]) for head, cell in zip(_HEADS, row, strict=True) if head in widths]
    line = _GAP.join(cells).rstrip()
    return line if width is None else _fitted(line, width).rstrip()


def _fitted(text: str, width: int) -> str:
    """`text` in exactly `width` cells of a terminal; a cut is shown."""
    if _cells(text) > width:
        while _cells(text) > width - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (width - _cells(text))


def _cells(text: str) -> int:
    return sum(0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _state(view: TaskView, now: float) -> str:
    if view.state is TaskState.paused and view.resumes_at is not None:
        return f"{view.status} (goes on in {max(0, round(view.resumes_at - now))} s)"
    if stalled(view, now):
        return f"stalled {round(idle(view, now))} s"
    return f"{view.status}, pausing" if view.pausing else view.status


def _of(spent: int, most: int | None) -> str:
    return f"{spent}/{most}" if most else str(spent)


def _time(view: TaskView, now: float) -> str:
    if view.started_at is None:
        return ""
    seconds = max(0, round((view.ended_at or now) - view.started_at))
    if seconds < 60:
        return f"{seconds}s"
    return f"{seconds // 60}m{seconds % 60:02}s" if seconds < 3600 else f"{seconds // 3600}h{seconds // 60 % 60:02}m"


# ---------------------------------------------------------------- one task


def _fact(name: str, text: str) -> str:
    first, *more = clean(text).splitlines()
    return "\n".join([f"  {name + ':':<17}{first}", *(f"{'':<19}{line}" for line in more)])


def _paths(view: TaskView) -> str:
    if not view.changes:
        return ""
    more = view.changes - len(view.changed)
    return "\n".join([*view.changed, *([f"and {more} more"] if more > 0 else [])])


def _patched(change: FileChange) -> str:
    if change.diff is not None and change.diff.text:
        note = f"# {change.path}: {change.note}\n" if change.note else ""
        return clean(note + as_patch(change.diff))
    plain = change.note or "no text to show"
    what = f"{change.files} files, ignored by git" if change.files > 1 else "ignored by git" if change.ignored else plain
    return clean(f"# {change.kind}: {change.path} ({what})\n")
