"""What becomes of an answer that was given from afar: by a key of the board, to what a task waits for. Pure.

An answer is for the exact text that was seen. So a yes is given only to an approval whose whole text is on the screen; another one
is shown first. A no may be given to what was not seen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pygent_engine.frozen import frozen
from pygent_engine.values import ApprovalRequest

from . import naming
from .asks import Asks


@frozen
class Answers:
    """The ids of the calls that are `answered`, and the one that is to be `shown` for an answer; "" for none."""

    answered: tuple[str, ...] = ()
    shown: str = ""
    refused: str = ""
    """Why nothing is done, "" when something is."""


def allowed(asks: Asks, task_ids: Sequence[str], seen: Collection[str]) -> Answers:
    """A yes to what each of the tasks has waited for longest; `seen` are the ids of calls whose whole text is on the screen."""
    return _answers(asks, task_ids, seen)


def denied(asks: Asks, task_ids: Sequence[str]) -> Answers:
    """A no to it; a question is shown, for no words are an answer to it."""
    return _answers(asks, task_ids, None)


def _answers(asks: Asks, task_ids: Sequence[str], seen: Collection[str] | None) -> Answers:
    oldest = [ask for task_id in task_ids if (ask := asks.of_task(task_id)) is not None]
    if not oldest:
        names = naming.first([naming.id_of(task_id) for task_id in task_ids], len(task_ids))
        return Answers(refused=f"{names} {'waits' if len(task_ids) == 1 else 'wait'} for no answer.")
    answered = [ask for ask in oldest if isinstance(ask, ApprovalRequest) and (seen is None or ask.call_id in seen)]
    rest = [ask for ask in oldest if ask not in answered]
    first = min(rest, key=lambda ask: asks.place(ask.call_id) or 0, default=None)
    return Answers(tuple(ask.call_id for ask in answered), first.call_id if first is not None else "")
