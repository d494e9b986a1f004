"""The copies of one prompt beside each other: what each made of it, as columns or one below the other. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from textwrap import wrap

from pygent_engine.frozen import frozen
from pygent_engine.task_fold import count_unapplied
from pygent_engine.task_values import FileChange, TaskState, TaskView

from .entries import Call, Notice
from .entry_list import EntryList
from .handing import NO_TEXT, Handing
from .status_line import compact, elapsed
from .talk import Transcript
from .task_changes import TaskChanges, Work
from .task_words import seconds, word

LEAST_COLUMN = 24  # cells
_ANSWER_LINES = 4

Line = tuple[tuple[str, str], ...]
"""Texts, each with the role of its colour."""


@frozen
class Comparing:
    """`chosen` is the copy that is applied, `other` the one that it is held against; `late` when the changes do not come.

    `between`: how the two differ from each other is shown, in place of what each changed; it was asked for when the envelope `since`
    was the last one."""

    copies: tuple[TaskView, ...]
    work: Work
    chosen: int = 0
    other: int = 1
    now: float = 0.0
    late: bool = False
    between: bool = False
    since: int = 0

    @property
    def choice(self) -> TaskView:
        return self.copies[self.chosen]

    @property
    def pair(self) -> tuple[TaskView, ...]:
        """The two whose changes are shown, the chosen one first."""
        other = () if self.other == self.chosen or self.other >= len(self.copies) else (self.copies[self.other],)
        return (self.choice, *other)

    @property
    def missing(self) -> tuple[str, ...]:
        """The ids of those whose changes nobody has looked at yet."""
        return tuple(view.id for view in self.copies if not self.work.of(view.id).listed)

    @property
    def apart(self) -> tuple[FileChange, ...] | None:
        """From what the chosen one made to what the other made; None as long as nobody has answered."""
        known = self.work.of(self.choice.id)
        answered = len(self.pair) > 1 and known.other == self.pair[1].id and known.compared > self.since
        return known.apart if answered else None

    @property
    def refusal(self) -> str:
        """Why the two cannot be compared."""
        known = self.work.of(self.choice.id)
        return known.warning if self.apart is None and known.warned > self.since else ""


def chose(state: Comparing, at: int) -> Comparing:
    """The copy at `at` is chosen, and held against the one that was."""
    return state if at == state.chosen or not 0 <= at < len(state.copies) else replace(state, chosen=at, other=state.chosen)


def became(state: Comparing, copies: Sequence[TaskView], work: Work, now: float) -> Comparing:
    """The copies stand so now; one that is gone takes its place with it."""
    kept = tuple(copies)
    places = {view.id: at for at, view in enumerate(kept)}
    chosen = places.get(state.choice.id, 0)
    held = state.copies[state.other].id if state.other < len(state.copies) else ""
    others = [at for at in range(len(kept)) if at != chosen]
    other = places.get(held, others[0] if others else 0)
    other = other if other != chosen else (others or [0])[0]
    return replace(state, copies=kept, work=work, chosen=chosen, other=other, now=now, between=state.between and bool(others))


def in_columns(copies: int, width: int) -> bool:
    """Whether so many copies fit beside each other."""
    return width // max(1, copies) >= LEAST_COLUMN


def column(state: Comparing, at: int, width: int) -> tuple[Line, ...]:
    """The copy at `at` in a column of `width` cells: always as many lines, the answer last."""
    view = state.copies[at]
    answer = [((line, "text"),) for line in _answered(view, width)]
    lines = (
        _head(state, at),
        ((" · ".join((view.model, *_time(view, state.now))), "muted"),),
        ((_spent(view), "muted"),),
        (_changed(state, view),),
        *answer,
    )
    return lines + ((),) * (4 + _ANSWER_LINES - len(lines))


def block(state: Comparing, at: int, width: int) -> tuple[Line, ...]:
    """The copy at `at` on lines of its own, one below the other; of the answer as much as fits on one."""
    view = state.copies[at]
    said = next(iter(_answered(view, width - 2)), "")
    facts = ("  " + " · ".join((view.model, *_time(view, state.now), _spent(view), "")), "muted")
    return (_head(state, at), (facts, _changed(state, view)), ((f"  {said}", "text"),))


def _head(state: Comparing, at: int) -> Line:
    view = state.copies[at]
    sign, role, name, _ = word(view, state.now)
    mark = ("❯", "agent") if at == state.chosen else ("·", "muted") if at == state.other else (" ", "muted")
    return (mark, (f"{at + 1} ", "strong"), (f"{view.id} ", "strong"), (f"{sign} {name}", role))


def _spent(view: TaskView) -> str:
    return f"{view.steps} step{'s' if view.steps != 1 else ''} · {compact(view.usage.total)} tokens"


def _time(view: TaskView, now: float) -> tuple[str, ...]:
    time = seconds(view, now)
    return () if time is None else (elapsed(time),)


def _changed(state: Comparing, view: TaskView) -> tuple[str, str]:
    """How much it changed, as far as is known; and whether that was applied."""
    known = state.work.of(view.id)
    applied = " · applied" if view.applied else ""
    return (f"{counted(known) if known.listed else _files(view.changes)}{applied}", "ok" if view.applied else "muted")


def due(state: Comparing) -> bool:
    """Whether anything of the chosen one is left to apply."""
    known = state.work.of(state.choice.id)
    return Handing(state.choice, known).due if known.listed else count_unapplied(state.choice) > 0


def counted(known: TaskChanges) -> str:
    """The paths of a list of changes, and the lines that came and went."""
    return _files(len(known.changes)) + _lines(known.changes)


def _lines(changes: Sequence[FileChange]) -> str:
    diffs = [change.diff for change in changes if change.diff is not None]
    added, removed = sum(diff.added for diff in diffs), sum(diff.removed for diff in diffs)
    return f" +{added} −{removed}" if added or removed else ""


def _files(count: int) -> str:
    return f"{count} file{'s' if count != 1 else ''}"


def _answered(view: TaskView, width: int) -> list[str]:
    """What it answered, or why it did not, on a few lines."""
    text = view.error or view.answer or ("" if view.state.ended else "no answer yet")
    if view.state is TaskState.paused and not view.answer:
        text = view.status
    lines = wrap(" ".join(text.split()), max(8, width), max_lines=_ANSWER_LINES, placeholder=" …")
    return lines or ["no answer"]


def title(state: Comparing, view: TaskView, again: str) -> str:
    """What stands above the changes of a copy; `again` is the key that asks for them again."""
    known = state.work.of(view.id)
    found = counted(known) if known.listed else f"no answer; {again} asks again" if state.late else "looking…"
    return f"{state.copies.index(view) + 1} · {view.id} · {found}"


# ---------------------------------------------------------------- how the two differ from each other


def heading(state: Comparing) -> str:
    """What stands above all copies."""
    if not state.choice.group:
        return f"{len(state.copies)} tasks"
    prompt = next(iter(state.choice.prompt.strip().splitlines()), "")
    return f"{len(state.copies)} copies · {prompt}"


def between_title(state: Comparing, again: str) -> str:
    """Whose lines are which, and how much there is of them."""
    signs = " · ".join(f"{sign} {state.copies.index(view) + 1} {view.id}" for sign, view in zip("−+", state.pair, strict=False))
    if state.apart is not None:
        return f"{signs} · {_differ(len(state.apart))}{_lines(state.apart)}"
    return f"{signs} · {f'no answer; {again} asks again' if state.late else 'looking…' if not state.refusal else 'not compared'}"


def _differ(count: int) -> str:
    return "1 file differs" if count == 1 else f"{count} files differ"


def told_between(state: Comparing) -> tuple[Transcript, dict[str, int]]:
    """What differs as cards, and which entry tells of which path."""
    if state.apart is None:
        said = Notice("warning", state.refusal) if state.refusal else Notice("info", "Looking at how they differ…")
        return Transcript(task_id=state.choice.id, entries=EntryList([said])), {}
    if not state.apart:
        same = Notice("info", "Both made the same of every file that they changed.")
        return Transcript(task_id=state.choice.id, entries=EntryList([same])), {}
    mine, theirs = (view.id for view in state.pair)
    words = {"added": f"only {theirs} has", "deleted": f"only {mine} has", "modified": "differs:"}
    cards = [_apart(change, words[change.kind]) for change in state.apart]
    return Transcript(task_id=state.choice.id, entries=EntryList(cards)), {card.summary: at for at, card in enumerate(cards)}


def _apart(change: FileChange, words: str) -> Call:
    card = Call(f"apart-{change.path}", words, change.path, status="ok", mark=("", "ok"))
    return replace(card, result=NO_TEXT) if change.diff is None else replace(card, diffs=(change.diff,))
