"""What tasks changed: seen, applied to the workspace and taken back, of one task or of several after each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from pygent_engine.events import ApplyTask, CompareTasks, DiffTask, Op, UnapplyTask
from pygent_engine.frozen import frozen
from pygent_engine.task_fold import overlaps
from pygent_engine.task_values import TaskView

from ..screens.confirm import Confirm
from ..views import naming
from ..views.app_state import AppState
from ..views.handing import Doing, Handing
from ..widgets.board.task_requests import ApplyAsked, CompareAsked, DiffAsked, TakeBackAsked
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from textual.timer import Timer

    from ..conductor import Conductor
    from ..screens.compare import Compare
    from ..screens.task_diff import TaskDiff

_DEADLINE_S = 120.0


@frozen
class _Batch:
    """Tasks whose changes are applied one after the other: the first one now, asked for when `since` was the last envelope."""

    task_ids: tuple[str, ...]
    since: int
    tasks: int = 0
    paths: int = 0


class HandingOver(Station):
    """Behind /task-diff, /task-apply, /task-take-back and /task-compare."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._screens: list[TaskDiff] = []
        self._compare: Compare | None = None
        self._batch: _Batch | None = None
        self._timer: Timer | None = None

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            DiffAsked: lambda request: self.diff(request.task_id),
            ApplyAsked: lambda request: self.apply(request.task_ids),
            TakeBackAsked: lambda request: self.take_back(request.task_id),
            CompareAsked: lambda request: self.compare(request.task_ids),
        }

    def show(self, old: AppState, new: AppState) -> None:
        if new.work is old.work and new.board is old.board:
            return
        for screen in tuple(self._screens):
            view = new.board.row(screen.task_id)
            if view is not None:
                screen.now(view, new.work.of(screen.task_id))
            elif screen.is_active:
                screen.dismiss()
                self.conductor.say(f"{naming.id_of(screen.task_id)} was removed.")
        if self._compare is not None:
            self._compare.now(new.board.views(copy.id for copy in self._compare.state.copies), new.work, self.app.clock())
        if new.work is not old.work:
            self._go_on()

    def tick(self, now: float) -> None:
        if self._compare is not None:
            self._compare.tick(now)

    # ------------------------------------------------------------ one task

    def diff(self, task_id: str) -> None:
        """See what a task changed."""
        self._open(task_id, Handing)

    def apply(self, task_ids: Sequence[str]) -> None:
        """Apply what tasks changed: of one after a look at it, of several after a yes."""
        if len(task_ids) == 1:
            self._open(task_ids[0], partial(Handing, asks=True))
        else:
            self._apply_all([view for view in self.views(task_ids) if view.changes or not view.state.ended])

    def take_back(self, task_id: str) -> None:
        """Take back what was applied of a task."""
        view = self.conductor.state.board.row(task_id)
        if view is None or not view.applied:
            self.conductor.refuse(f"Nothing of {naming.id_of(task_id)} was applied; there is nothing to take back.")
            return
        screen = self._open(task_id, Handing)
        if screen is not None:
            self.app.call_after_refresh(screen.action_take_back)

    def _open(self, task_id: str, begin: Callable[..., Handing]) -> TaskDiff | None:
        from ..screens.task_diff import TaskDiff  # noqa: PLC0415 - only who opens it needs it

        view = self.conductor.state.board.row(task_id)
        if view is None:
            self.conductor.refuse(naming.unknown(task_id))
            return None
        screen = TaskDiff(begin(view, self.conductor.state.work.of(task_id)), partial(self._ask, task_id))
        self._screens.append(screen)
        self.app.push_screen(screen, lambda _: self._screens.remove(screen))
        return screen

    def _ask(self, task_id: str, doing: Doing, paths: tuple[str, ...]) -> int:
        ops: dict[Doing, Op] = {"diff": DiffTask(task_id), "apply": ApplyTask(task_id, paths), "unapply": UnapplyTask(task_id)}
        since = self.conductor.state.seen
        self.conductor.send(ops[doing])
        return since

    # ------------------------------------------------------------ several, one after the other

    def _apply_all(self, views: Sequence[TaskView]) -> None:
        if not views:
            self.conductor.refuse("None of these tasks changed anything.")
            return
        if self._batch is not None:
            self.conductor.refuse("Changes are being applied already; wait for their end.")
            return
        named = naming.first([naming.id_of(view.id) for view in views], len(views), 5)
        met = {task_id for task_id, others in overlaps(views).items() if others}
        warning = f" {len(met)} of them changed the same paths." if met else ""
        body = f"{named}, one after the other; the first conflict ends it.{warning}"
        dialog = Confirm(f"Apply the changes of {len(views)} tasks?", body, "apply", "do not apply")
        self.conductor.confirm(dialog, lambda: self._apply_next(_Batch(tuple(view.id for view in views), 0)))

    def _apply_next(self, batch: _Batch) -> None:
        """Ask for the first of those that are left."""
        self._stop()
        if not batch.task_ids:
            what = f"{batch.paths} path{'s' if batch.paths != 1 else ''} of {batch.tasks} tasks"
            self.conductor.say(f"Applied {what} to the workspace.")
            return
        self._batch = replace(batch, since=self._ask(batch.task_ids[0], "apply", ()))
        self._timer = self.app.set_timer(_DEADLINE_S, self._late)

    def _go_on(self) -> None:
        """See whether the answer for the first one came."""
        batch = self._batch
        if batch is None:
            return
        task_id = batch.task_ids[0]
        known = self.conductor.state.work.of(task_id)
        if known.applied > batch.since and not known.report.conflicts:
            done = len(known.report.applied)
            self._apply_next(replace(batch, task_ids=batch.task_ids[1:], tasks=batch.tasks + 1, paths=batch.paths + done))
        elif known.applied > batch.since:
            self._stop()
            self._open(task_id, partial(Handing, outcome="conflict"))
            self._tell_rest(batch, f"{naming.id_of(task_id)} conflicts")
        elif known.warned > batch.since:
            self._stop()
            self._tell_rest(batch, known.warning)

    def _late(self) -> None:
        if self._batch is not None:
            batch, name = self._batch, naming.id_of(self._batch.task_ids[0])
            self._stop()
            self._tell_rest(batch, f"No answer for {name}")

    def _tell_rest(self, batch: _Batch, why: str) -> None:
        left = len(batch.task_ids) - 1
        rest = f"; {left} after it {'were' if left > 1 else 'was'} left alone" if left else ""
        self.conductor.refuse(f"{why.rstrip('.')}: {batch.tasks} applied before it{rest}.")

    def _stop(self) -> None:
        self._batch = None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    # ------------------------------------------------------------ copies of one prompt

    def compare(self, task_ids: Sequence[str]) -> None:
        """See the copies of the first one's prompt side by side; several that are no copies as they are."""
        from ..screens.compare import Compare  # noqa: PLC0415 - as above
        from ..views.comparing import Comparing  # noqa: PLC0415 - as above

        board = self.conductor.state.board
        first = board.row(task_ids[0])
        group = first.group if first is not None else ""
        copies = tuple(view for view in board.rows if view.group == group) if group else board.views(task_ids)
        if len(copies) < 2:
            self.conductor.refuse(f"{naming.id_of(task_ids[0])} has no copies; mark some tasks, or start copies of a prompt with n.")
            return
        screen = Compare(Comparing(copies, self.conductor.state.work, now=self.app.clock()), self._look_at, self._hold)
        self._compare = screen
        self.app.push_screen(screen, self._compared)

    def _look_at(self, task_ids: Sequence[str]) -> None:
        for task_id in task_ids:
            self.conductor.send(DiffTask(task_id))

    def _hold(self, one: str, other: str) -> int:
        since = self.conductor.state.seen
        self.conductor.send(CompareTasks(one, other))
        return since

    def _compared(self, _: None) -> None:
        self._compare = None
