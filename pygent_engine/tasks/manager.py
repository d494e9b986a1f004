"""Delegated tasks by id: started, asked for, controlled and removed. Who runs them is an executor's business."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from ..errors import PygentError, TaskLimitError
from ..events import Warned
from ..outbox import Outbox, Sink
from ..settings import Settings
from ..task_events import ChangesApplied, FileCollected
from ..task_fold import unapplied
from ..task_values import ApplyReport, FileChange, TaskView
from ..untrusted import clean_path
from ..values import ROOT_TASK, UNLIMITED, Limits, Persona, RetryMode
from .allowance import checked
from .build import AgentFactory, Heritage, from_factory
from .executor import Builder, Executor, Order, ThreadExecutor
from .slots import Slots
from .spec import RuntimePlan, TaskSpec
from .task import Task
from .unfinished import taken_back

if TYPE_CHECKING:
    from ..models.protocol import Model
    from ..runtime import Runtime
    from .workplace import Workplace

CLOSE_S = 10.0
_LEFT = "it did not stop in time and was left behind"


class TaskManager:
    """Delegated tasks by id. Every method may be called from any thread; those for changes read and write files, and take time.

    `agent_factory(persona)` is called once per start, on a thread of its own; its agent's runtime becomes the task's own.
    More tasks than `max_tasks` (default: the settings', 3) wait as `queued`, in order. `on_event` gets every envelope.
    An Agent gives its own `heritage`, asked for with every start, `outbox` and `settings`; alone, a manager takes these from the settings.
    """

    def __init__(
        self,
        agent_factory: AgentFactory | None = None,
        max_tasks: int | None = None,
        *,
        on_event: Sink | None = None,
        heritage: Callable[[], Heritage] | None = None,
        outbox: Outbox | None = None,
        settings: Settings | None = None,
        executor: Callable[[Builder], Executor] = ThreadExecutor,
    ) -> None:
        self._inherited_model: Callable[[], str | None]
        self._settings = settings or Settings.load()
        most = self._settings.max_tasks if max_tasks is None else max_tasks
        if most < 1:
            raise TaskLimitError(f"max_tasks is {most}; at least one task must be allowed to run.")
        if agent_factory is not None:
            build, self._inherited_model = from_factory(agent_factory), lambda: None
            self._forget_allowed: Callable[[str], None] = lambda task_id: None
        else:
            inherited = heritage or Heritage.of(self._settings)
            build, self._inherited_model = lambda order: inherited().build(order), lambda: inherited().model_name
            self._forget_allowed = lambda task_id: inherited().gate.forget_task(task_id)
        self._executor = executor(build)
        self._outbox = outbox or Outbox(on_event)
        self._slots = Slots(most)
        self._guard = threading.Lock()  # of the fields below; nothing is posted under it, for a receiver may call back
        self._tasks: dict[str, Task] = {}  # replaced whole, so that it is read without the lock
        self._count = 0
        self._closed = False

    def start_task(
        self,
        prompt: str,
        parent_rt: Runtime,
        files: Iterable[str] | None = None,
        step_timeout: float | None = None,
        task_timeout: float | None = None,
        *,
        persona: Persona | None = None,
        model: Model | str | None = None,
        title: str | None = None,
        limits: Limits | None = None,
        group: str = "",
    ) -> str:
        """Start a task, or queue it, and return its id.

        `files` are paths in the parent's workspace, copied into the task's; "." is all of it but what .gitignore names.
        Timeouts are in seconds and count from the start, not from the queue, and stand while it is paused; the settings give
        their defaults. Caps of steps and tokens pause it. `model` is another model, or another name for the parent's; copies of
        one prompt have a `group` in common. Raises TaskLimitError on a task's own runtime, WorkspaceError for a file that is
        not there.
        """
        if parent_rt.task_id is not None:
            raise TaskLimitError("A delegated agent cannot delegate further.")
        files = tuple(files or ())
        for path in files:
            parent_rt.check_source(path)
        spec = TaskSpec(
            id="",
            title=title or prompt,
            prompt=prompt,
            runtime=RuntimePlan.of(parent_rt),
            files=files,
            persona=persona,
            model_name=model if isinstance(model, str) else self._inherited_model(),
            limits=self._limits(limits or UNLIMITED, step_timeout, task_timeout),
            group=group,
        )
        return self._accept(Order(spec, parent_rt, None if isinstance(model, str) else model))

    def status(self, task_id: str) -> str:
        """The state in words: "queued", "running" ... "failed: why", "timeout after 5s"."""
        return self._task(task_id).view.status

    def get(self, task_id: str) -> TaskView:
        """The task as it stands. Raises PygentError when there is none of that id."""
        return self._task(task_id).view

    def tasks(self) -> list[TaskView]:
        """All tasks as they stand, in the order of their start."""
        return [task.view for task in self._tasks.values()]

    def wait(self, task_id: str, timeout: float | None = None) -> TaskView:
        """The task once it has ended, or as it stands after `timeout` seconds.

        Raises PygentError in a receiver of events, which the task would have to wait for.
        """
        task = self._task(task_id)
        if self._outbox.delivers_here and not task.ended.is_set():
            raise PygentError("A receiver of events cannot wait for a task: no task can go on until it returns.")
        task.ended.wait(timeout)
        return task.view

    def cancel(self, task_id: str) -> bool:
        """Cancel a task, at once if it is queued or paused; False when it has ended already."""
        return self._task(task_id).cancel()

    def pause(self, task_id: str) -> bool:
        """Have a task stop before its next step; it keeps its container, and gives its place to another. False when it stands already.

        This and what follows raise PygentError for a task that is over.
        """
        return self._task(task_id).pause()

    def resume(self, task_id: str) -> bool:
        """Have a paused task go on, ahead of those that never started; False when it was about to. Raises PygentError while a limit
        that it has met still holds."""
        return self._task(task_id).resume()

    def message(self, task_id: str, text: str, *, by: Literal["user", "model"] = "user") -> None:
        """Put `text` before the model of a task at its next step; what comes too late for its last step begins another turn.
        `by` says who is told to have said it."""
        self._task(task_id).message(text, by)

    def set_limits(self, task_id: str, limits: Limits) -> None:
        """Change what a task may spend, in all, also in the middle of a call."""
        self._task(task_id).limit(checked(limits))

    def retry(
        self,
        task_id: str,
        mode: RetryMode = "resume",
        prompt: str | None = None,
        model: Model | str | None = None,
        persona: Persona | None = None,
    ) -> str:
        """Queue a task that is over again, under the same id, and return that.

        "resume": with its files and its history, told `prompt`, else to go on; "clean": in a new workspace, with `prompt` in place
        of its own. What is None stays as it was. Raises PygentError for a task that is not over.
        """
        if mode not in ("resume", "clean"):
            raise PygentError(f"A task is retried by 'resume' or 'clean', not by {mode!r}.")
        if self._closed:
            raise TaskLimitError("This task manager is closed.")

        def changed(order: Order) -> Order:
            spec = replace(
                order.spec,
                prompt=prompt if prompt and mode == "clean" else order.spec.prompt,
                persona=persona or order.spec.persona,
                model_name=model if isinstance(model, str) else order.spec.model_name,
            )
            other = order.model if model is None or isinstance(model, str) else model
            return replace(order, spec=spec, model=other, persona_changed=persona is not None)

        task = self._task(task_id)
        task.retry(changed, mode, "" if mode == "clean" else prompt or "")
        if self._closed:  # meanwhile, perhaps having seen it ended
            task.cancel()
        return task_id

    def diff(self, task_id: str) -> list[FileChange]:
        """All that a task changed, by whatever means, with what other tasks changed too."""
        task = self._task(task_id)
        place = self._place(task)
        changes = place.handover.diff(self._others(task.view))
        task.report(place.found_in(changes))
        return changes

    def compare(self, task_id: str, other_id: str) -> list[FileChange]:
        """How what another task made differs from what this one made, of every path that either of them changed."""
        return self._place(self._task(task_id)).handover.compare(self._place(self._task(other_id)).handover)

    def apply(self, task_id: str, paths: Iterable[str] | None = None) -> ApplyReport:
        """Merge what a task changed into its parent's workspace: all of `paths` (None: all but what is ignored), or nothing when
        there are conflicts."""
        task = self._task(task_id)
        report = self._mended(task).handover.apply(paths)
        task.report(ChangesApplied(report))
        return report

    def unapply(self, task_id: str) -> ApplyReport:
        """Take back what was last applied of a task; nothing when that was changed since."""
        task = self._task(task_id)
        event = self._mended(task).take_back()
        task.report(event)
        return event.report

    def collect_file(self, rt: Runtime, task_id: str, path: str, dest: str | None = None) -> str:
        """Copy a file from the task's workspace into the one of `rt`; returns where it is there, relative to it.

        Raises WorkspaceError when it is not there or leads out of either workspace.
        """
        task = self._task(task_id)
        source = self._place(task).runtime
        taken = rt.take(source, path, dest)
        task.report(FileCollected(clean_path(source.relative(path) or "."), clean_path(taken)))
        return taken

    def remove(self, task_id: str) -> None:
        """Forget an ended task and delete its files. Raises PygentError while it runs."""
        task = self._task(task_id)
        task.remove()
        self._forget(task)

    def close(self, timeout: float = CLOSE_S) -> None:
        """Cancel what runs, wait for it `timeout` seconds at most, and delete the files of all tasks.

        In a receiver of events it returns at once, and goes on when the receiver has returned.
        """
        with self._guard:
            self._closed = True
        self._slots.close()
        if self._outbox.delivers_here:
            threading.Thread(target=self.close, args=(timeout,), name="pygent-ending", daemon=True).start()
            return
        deadline = time.monotonic() + timeout
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        for task in tasks:
            if not task.ended.wait(max(0.0, deadline - time.monotonic())):
                task.lose(_LEFT)
            self._forget(task)
        self._executor.close()

    # ------------------------------------------------------------ inside

    def _limits(self, limits: Limits, step_timeout: float | None, task_timeout: float | None) -> Limits:
        settings = self._settings
        wanted = replace(
            limits,
            steps=limits.steps or settings.max_steps,
            seconds=task_timeout or limits.seconds or settings.task_timeout,
            step_seconds=step_timeout or limits.step_seconds or settings.step_timeout,
        )
        return checked(wanted)

    def _accept(self, order: Order) -> str:
        with self._guard:
            if self._closed:
                raise TaskLimitError("This task manager is closed.")
            self._count += 1
            task_id = f"task-{self._count}"
            order = replace(order, spec=replace(order.spec, id=task_id))
            task = Task(order, self._executor.job(), self._outbox, self._slots, self._count)
            self._tasks = {**self._tasks, task_id: task}
        task.announce()
        task.queue()
        if self._closed:  # meanwhile, perhaps without having seen it
            task.cancel()
        return task_id

    def _forget(self, task: Task) -> None:
        with self._guard:
            self._tasks = {known: other for known, other in self._tasks.items() if other is not task}
        self._forget_allowed(task.view.id)
        task.job.close()

    def _task(self, task_id: str) -> Task:
        tasks = self._tasks
        if task_id not in tasks:
            raise PygentError(f"There is no task {task_id}; tasks: {', '.join(tasks) or 'none'}.")
        return tasks[task_id]

    def _place(self, task: Task) -> Workplace:
        place = task.job.place
        if place is None:
            raise PygentError(f"Task {task.view.id} has no files yet: it is {task.view.status}.")
        return place

    def _mended(self, task: Task) -> Workplace:
        """Where a task works, when what was left half applied in its parent's workspace is taken back."""
        place = self._place(task)
        for sentence in taken_back(place.handover.parent):
            self._outbox.post(ROOT_TASK, Warned(sentence))
        return place

    def _others(self, view: TaskView) -> dict[str, tuple[str, ...]]:
        """What other tasks changed and was not applied yet; copies of one prompt are alternatives, and do not count."""
        others = (other for other in self.tasks() if other.id != view.id and not (view.group and other.group == view.group))
        return {other.id: unapplied(other) for other in others}
