"""The hand-over of one task's changes, as its screen shows it: what was asked for, what came of it, what to do next. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from typing import Literal

from pygent_engine.frozen import frozen
from pygent_engine.task_fold import applied_now
from pygent_engine.task_values import FileChange, TaskView
from pygent_engine.values import FileDiff

from .diffs import patch
from .entries import Call, Notice
from .entry_list import EntryList
from .talk import Transcript
from .task_changes import UNKNOWN, TaskChanges

Doing = Literal["", "diff", "apply", "unapply"]
Outcome = Literal["", "applied", "conflict", "returned", "stuck"]
Role = Literal["muted", "ok", "warn", "error"]
NO_TEXT = "It is no text, or too large to be shown."
_NAMED = 3  # paths that a sentence names


@frozen
class Handing:
    """`doing` is what was asked for when the envelope `since` was the last one, "" when it was answered; `late` when that takes long.
    `outcome` is what came of the last attempt to apply changes or to take them back. `asks`: whether they shall be applied."""

    view: TaskView
    known: TaskChanges = UNKNOWN
    doing: Doing = ""
    since: int = 0
    late: bool = False
    outcome: Outcome = ""
    marked: frozenset[str] = field(default_factory=frozenset)
    asks: bool = False

    @property
    def changes(self) -> tuple[FileChange, ...]:
        return self.known.changes

    @property
    def refusal(self) -> str:
        """Why what was asked for is not done."""
        return self.known.warning if self.doing and self.known.warned > self.since else ""

    @property
    def busy(self) -> bool:
        """Whether an attempt to apply changes or to take them back is still open."""
        return self.doing in ("apply", "unapply") and not self.refusal and not self.late

    @property
    def chosen(self) -> tuple[FileChange, ...]:
        """What A applies: what is marked, or all that is not ignored."""
        if self.marked:
            return tuple(change for change in self.changes if change.path in self.marked)
        return tuple(change for change in self.changes if not change.ignored)

    @property
    def due(self) -> bool:
        """Whether anything is left to apply: what is marked, or what was not applied yet."""
        return bool(self.marked) or not {change.path for change in self.chosen} <= applied_now(self.view)


def began(state: Handing, doing: Doing, since: int) -> Handing:
    """`doing` was asked for."""
    outcome = state.outcome if doing == "diff" else ""
    return replace(state, doing=doing, since=since, late=False, outcome=outcome)


def came(state: Handing, view: TaskView, known: TaskChanges) -> Handing:
    """The task stands at `view`, and `known` is known of its changes."""
    state = replace(state, view=view, known=known, marked=state.marked & {change.path for change in known.changes})
    match state.doing:
        case "diff" if known.listed > state.since:
            return replace(state, doing="", late=False)
        case "apply" if known.applied > state.since:
            conflict = bool(known.report.conflicts)
            return replace(state, doing="", late=False, asks=False, outcome="conflict" if conflict else "applied")
        case "unapply" if known.returned > state.since:
            return replace(state, doing="", late=False, outcome="stuck" if known.back.conflicts else "returned")
        case _:
            return state


def marked(state: Handing, path: str) -> Handing:
    """Mark `path`, or take its mark away."""
    return replace(state, marked=state.marked ^ {path})


def marked_all(state: Handing) -> Handing:
    """Mark every path that is not ignored; with marks, take all of them away."""
    return replace(state, marked=frozenset() if state.marked else frozenset(change.path for change in state.chosen))


# ---------------------------------------------------------------- what is said


def headline(state: Handing, key: Callable[[str], str]) -> tuple[str, Role]:
    """What has happened, and what to do next; `key` tells the key of a binding by its id."""
    if state.refusal:
        return state.refusal, "warn"
    if state.late:
        return f"No answer yet; {key('task-diff.again')} asks again.", "warn"
    if state.doing in ("apply", "unapply"):
        return ("Applying the changes…" if state.doing == "apply" else "Taking the changes back…"), "muted"
    if state.outcome:
        return _came_of(state, key)
    if state.doing == "diff" and not state.known.listed:
        return f"Looking at what {state.view.id} changed…", "muted"
    return _listed(state, key)


def _came_of(state: Handing, key: Callable[[str], str]) -> tuple[str, Role]:
    report, back = state.known.report, state.known.back
    apply, tell = key("task-diff.apply"), key("task-diff.message")
    match state.outcome:
        case "applied" if len(report.unchanged) == len(report.applied):
            return "Nothing was left to apply.", "muted"
        case "applied":
            return f"Applied to the workspace: {names(report.applied)}. {key('task-diff.take-back')} takes it back.", "ok"
        case "conflict":
            others = f"Mark others and {apply} applies those; {tell}" if len(state.changes) > len(report.conflicts) else tell
            way = f"{others} tells the task; or mend it here, and {apply} again."
            return f"Nothing was applied: {names(report.conflicts)} changed here too. {way}", "error"
        case "returned":
            return f"Taken back: {names(back.applied)}.", "ok"
        case _:
            return f"Nothing was taken back: {names(back.conflicts)} changed here since.", "error"


def _listed(state: Handing, key: Callable[[str], str]) -> tuple[str, Role]:
    apply, mark = key("task-diff.apply"), key("task-diff.mark")
    if not state.changes:
        return f"{state.view.id} changed nothing.", "muted"
    if not state.chosen:
        return f"All that {state.view.id} changed is ignored by git; {mark} marks what to apply.", "muted"
    if not state.due:
        return f"All of it is applied. {key('task-diff.take-back')} takes it back; {mark} marks what to apply again.", "muted"
    shared = sorted({other for change in state.chosen for other in change.also})
    which = "what is marked" if state.marked else "all of it"
    warning = f" {', '.join(shared)} changed some of it too." if shared else ""
    if state.asks:
        return f"{apply} applies {which} to the workspace: {names([change.path for change in state.chosen])}.{warning}", "warn"
    return f"{apply} applies {which} to the workspace, {mark} marks.{warning}", "warn" if shared else "muted"


def shared_by(state: Handing) -> dict[str, tuple[str, ...]]:
    """Of what would be applied, the paths that other tasks changed too, with these."""
    return {change.path: change.also for change in state.chosen if change.also}


def title(state: Handing) -> str:
    """What stands above the list of paths."""
    count = len(state.changes)
    paths = f"{count} path{'s' if count != 1 else ''}" if state.known.listed else "…"
    picked = f" · {len(state.marked)} marked" if state.marked else ""
    return f"{state.view.id} · {paths}{picked}"


def names(paths: Sequence[str]) -> str:
    """The first of `paths`, and how many more there are."""
    shown = ", ".join(paths[:_NAMED])
    return f"{shown} and {len(paths) - _NAMED} more" if len(paths) > _NAMED else shown or "nothing"


def has_text(state: Handing) -> bool:
    """Whether anything of what would be applied can be read."""
    return any(change.diff is not None and change.diff.text for change in state.chosen)


def patches(state: Handing) -> str:
    """What is marked, or all, as one patch."""
    return "".join(patch(change.diff) for change in state.chosen if change.diff is not None and change.diff.text)


# ---------------------------------------------------------------- what the changes are, as a conversation tells them


def told(state: Handing) -> tuple[Transcript, dict[str, int]]:
    """The changes as cards, each clash before them; and which entry tells of which path."""
    clashes = state.known.report.clashes if state.outcome == "conflict" else state.known.back.clashes if state.outcome == "stuck" else ()
    applied = applied_now(state.view)
    cards = [*map(_clash, clashes), *(_card(change, change.path in applied) for change in state.changes)]
    places = {card.summary: at for at, card in reversed(list(enumerate(cards)))}
    nothing = [Notice("info", "Nothing to show yet.")] if not cards and not state.known.listed else []
    return Transcript(task_id=state.view.id, entries=EntryList([*cards, *nothing])), places


def _clash(diff: FileDiff) -> Call:
    return Call(f"clash-{diff.path}", "conflict", diff.path, status="error", diffs=(diff,), mark=("", "error"))


def _card(change: FileChange, applied: bool) -> Call:
    also = f" · also by {', '.join(change.also)}" if change.also else ""
    ignored = "ignored " if change.ignored else ""
    mark = ("✓ applied" if applied else "", "ok")
    note = f" · {change.note}" if change.note else ""
    card = Call(f"change-{change.path}", f"{ignored}{change.kind}{note}{also}", change.path, status="ok", mark=mark)
    if change.ignored:
        files = f"{change.files} files that" if change.files > 1 else "It is what"
        return replace(card, result=f"{files} .gitignore names; applied only when marked.")
    if change.diff is None:
        return replace(card, result=NO_TEXT)
    return replace(card, diffs=(change.diff,))
