"""Begins tasks, has them begin again, and changes what they may spend: forms, and what is asked for by what was written in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pygent_engine.listing import Listing, list_workspace
from pygent_engine.task_values import TaskView

from ..aside import Aside
from ..matching import Names
from ..views import naming, task_forms
from ..views.written import Field, Unfit, Values, Verdict
from ..widgets.board.task_requests import LimitsAsked, NewTaskAsked, RetryAsked
from ..widgets.request import Brought, Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor
    from ..screens.form import Filled, Form
    from ..widgets.board.path_field import Search

_MOST_FOUND = 50


class TaskWork(Station):
    """Behind /task-new, /task-retry and /task-limits. What was written of a new task and not sent is kept."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._written: Values = {}
        self._names = Names()
        self._lister = Aside("pygent-listing", self._bring)
        self._searcher = Aside("pygent-search", self._bring)

    def _bring(self, then: Callable[[], object]) -> None:
        self.app.post_message(Brought(then))

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            NewTaskAsked: lambda request: self.new(request.prompt),
            RetryAsked: lambda request: self.retry(request.task_ids),
            LimitsAsked: lambda request: self.limit(request.task_ids),
        }

    # ------------------------------------------------------------ a new task

    def new(self, prompt: str = "") -> None:
        """Open the form for a new task, with what was written of one before; `prompt` is its prompt in place of that one."""
        values = {**self._written, "prompt": prompt} if prompt else self._written
        tuning = self.conductor.state.tuning
        rows = task_forms.new_task_fields(values, tuning.model or self.conductor.launch.model, tuning.personas)

        def verdict(written: Values) -> Verdict:
            return task_forms.new_task_verdict(written, form.known, writing=form.writing_path)

        form = self._open("New task", rows, verdict, "start", self._begin, self._search)
        self._list(form)

    def _begin(self, filled: Filled) -> None:
        if not filled.sent:
            self._written = filled.values
            return
        self._written = {}
        tasks = task_forms.starts(filled.values, f"copies-{uuid4().hex[:8]}")
        for task in tasks:
            self.conductor.send(task)
        self.conductor.say("The task is queued." if len(tasks) == 1 else f"{len(tasks)} tasks are queued; C on the board compares them.")

    def _list(self, form: Form) -> None:
        """Have the paths of the workspace completed, as soon as they are listed."""
        opened = self.conductor.state.status.opened
        folder = self.conductor.launch.workspace
        folder = folder if Path(folder).is_absolute() else opened.workspace if opened is not None else ""
        if not folder:
            return

        def listed() -> tuple[Listing, Names]:
            listing = list_workspace(Path(folder))
            return listing, Names(listing.paths)

        def know(outcome: tuple[Listing, Names]) -> None:
            listing, self._names = outcome
            form.know(() if listing.cut else listing.paths)

        self._lister.do(listed, know)

    def _search(self, word: str, then: Callable[[Sequence[str]], object]) -> None:
        names = self._names
        self._searcher.do_newest(lambda wanted: names.best(word, _MOST_FOUND, wanted), then)

    # ------------------------------------------------------------ again

    def retry(self, task_ids: Sequence[str]) -> None:
        """Ask how tasks that are over begin again."""
        over = [view for view in self.views(task_ids) if view.state.ended]
        if not over:
            self._refuse_live(task_ids, "it can begin again once it is over: /task-cancel ends it, /task-message tells it something.")
            return
        ids = [view.id for view in over]
        rows = task_forms.retry_fields(over, self.conductor.state.tuning.personas)

        def send(filled: Filled) -> None:
            if filled.sent:
                for op in task_forms.retries(filled.values, ids):
                    self.conductor.send(op)

        self._open(f"Retry {_titled(over)}", rows, lambda written: task_forms.retry_verdict(written, len(over)), "retry", send)

    # ------------------------------------------------------------ caps

    def limit_command(self, words: str) -> None:
        """Change the caps of the tasks that are named: `task-1 steps=40`; without caps the form is opened."""
        named = [word for word in words.split() if "=" not in word]
        caps = [word for word in words.split() if "=" in word]
        self.conductor.tasks.on(" ".join(named), lambda task_ids: self._set(task_ids, caps) if caps else self.limit(task_ids))

    def limit(self, task_ids: Sequence[str]) -> None:
        """Open the form with the caps of tasks that are not over."""
        live = [view for view in self.views(task_ids) if not view.state.ended]
        if not live:
            self._refuse_live(task_ids, "it spends nothing more; r (/task-retry) has it begin again.")
            return

        def now() -> tuple[TaskView, ...]:
            return self.views(view.id for view in live)

        def send(filled: Filled) -> None:
            if filled.sent:
                self._send_limits(filled.values, now())

        title = f"Limits of {_titled(live)}"
        self._open(title, task_forms.limit_fields(live), lambda written: task_forms.limits_verdict(written, now()), "save", send)

    def _set(self, task_ids: Sequence[str], caps: Sequence[str]) -> None:
        try:
            values = task_forms.assigned(caps)
            live = [view for view in self.views(task_ids) if not view.state.ended]
            if not live:
                self._refuse_live(task_ids, "it spends nothing more; r (/task-retry) has it begin again.")
            self._send_limits(values, live)
        except Unfit as unfit:
            self.conductor.refuse(str(unfit))

    def _send_limits(self, values: Values, views: Sequence[TaskView]) -> None:
        for op in task_forms.limiting(values, views):
            self.conductor.send(op)

    # ------------------------------------------------------------ forms

    def _open(
        self,
        title: str,
        rows: Sequence[Sequence[Field]],
        verdict: Callable[[Values], Verdict],
        verb: str,
        then: Callable[[Filled], object],
        search: Search | None = None,
    ) -> Form:
        from ..screens.form import Form  # noqa: PLC0415 - only who opens one needs it

        form = Form(title, rows, verdict, verb, search)

        def left(filled: Filled | None) -> None:
            if filled is not None:
                then(filled)

        self.app.push_screen(form, left)
        return form

    def _refuse_live(self, task_ids: Sequence[str], why: str) -> None:
        views = self.views(task_ids)
        if views:
            self.conductor.refuse(f"{_named(views)} is {'over' if views[0].state.ended else 'not over'}: {why}")


def _named(views: Sequence[TaskView]) -> str:
    """One task by id and title, several by their number, in a sentence."""
    return naming.task(views[0]) if len(views) == 1 else f"{len(views)} tasks"


def _titled(views: Sequence[TaskView]) -> str:
    """The same in the title of a form."""
    return naming.titled(views[0].id, views[0].title) if len(views) == 1 else f"{len(views)} tasks"
