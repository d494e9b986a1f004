"""Starts delegated tasks, each on a thread and in a runtime of its own, never more at once than allowed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import PygentError, TaskLimitError, described
from ..loop import Loop
from ..outbox import Outbox, Sink
from ..seat import Seat
from ..settings import Settings
from ..task_values import TaskState, TaskView
from ..values import Limits, Persona
from ..worker import LeftBehind, Worker
from .build import Heritage
from .endings import Ending, cut_short, ending
from .task import Task, TaskSpec

if TYPE_CHECKING:
    from ..models.protocol import Model
    from ..runtime import Runtime

AgentFactory = Callable[[Persona | None], Loop]
Builder = Callable[[TaskSpec], Loop]
CLOSE_S = 10.0


class TaskManager:
    """Delegated tasks by id. Every method may be called from any thread.

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
    ) -> None:
        self._build: Builder
        self._inherited_model: Callable[[], str | None]
        self._settings = settings or Settings.load()
        self._max = self._settings.max_tasks if max_tasks is None else max_tasks
        if self._max < 1:
            raise TaskLimitError(f"max_tasks is {self._max}; at least one task must be allowed to run.")
        if agent_factory is not None:
            self._build, self._inherited_model = _from_factory(agent_factory), lambda: None
        else:
            inherited = heritage or Heritage.of(self._settings)
            self._build, self._inherited_model = lambda spec: inherited().build(spec), lambda: inherited().model_name
        self._outbox = outbox or Outbox(on_event)
        self._guard = threading.Lock()  # of the fields below; nothing is posted under it, for a receiver may call back
        self._tasks: dict[str, Task] = {}
        self._queue: deque[Task] = deque()
        self._running = 0
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
    ) -> str:
        """Start a task, or queue it, and return its id.

        `files` are paths in the parent's workspace, copied into the task's. Timeouts are in seconds and count from the
        start, not from the queue; the settings give their defaults. `model` is another model, or another name for the
        parent's. Raises TaskLimitError on a task's own runtime, WorkspaceError for a file that is not there.
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
            parent_rt=parent_rt,
            files=files,
            persona=persona,
            model=None if isinstance(model, str) else model,
            model_name=model if isinstance(model, str) else self._inherited_model(),
            limits=self._limits(limits or Limits(), step_timeout, task_timeout),
        )
        return self._accept(spec)

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
        """Cancel a task; False when it has ended already."""
        task = self._task(task_id)
        with self._guard:
            queued = task in self._queue
            if queued:
                self._queue.remove(task)
        if queued:
            return task.end(TaskState.cancelled)
        if task.ended.is_set():
            return False
        task.cancel.because("cancelled")
        return True

    def collect_file(self, rt: Runtime, task_id: str, path: str, dest: str | None = None) -> str:
        """Copy a file from the task's workspace into the one of `rt`; returns where it is there, relative to it.

        Raises WorkspaceError when it is not there or leads out of either workspace.
        """
        runtime = self._task(task_id).runtime
        if runtime is None:
            raise PygentError(f"Task {task_id} has no files yet: it is {self.status(task_id)}.")
        return rt.take(runtime, path, dest)

    def remove(self, task_id: str) -> None:
        """Forget an ended task and delete its files. Raises PygentError while it runs."""
        task = self._task(task_id)
        if not task.ended.is_set():
            raise PygentError(f"Task {task_id} is {task.view.status}; cancel it first.")
        with self._guard:
            self._tasks = {known: other for known, other in self._tasks.items() if other is not task}
        if task.runtime is not None:
            task.runtime.cleanup()

    def close(self, timeout: float = CLOSE_S) -> None:
        """Cancel what runs, wait for it `timeout` seconds at most, and delete the files of all tasks.

        In a receiver of events it returns at once, and goes on when the receiver has returned.
        """
        with self._guard:
            self._closed = True
        if self._outbox.delivers_here:
            threading.Thread(target=self.close, args=(timeout,), name="pygent-ending", daemon=True).start()
            return
        deadline = time.monotonic() + timeout
        for view in self.tasks():
            self.cancel(view.id)
        for view in self.tasks():
            task = self._task(view.id)
            if not task.ended.wait(max(0.0, deadline - time.monotonic())):
                task.end(TaskState.failed, "it did not stop in time and was left behind")
            self.remove(view.id)

    # ------------------------------------------------------------ the queue

    def _limits(self, limits: Limits, step_timeout: float | None, task_timeout: float | None) -> Limits:
        settings = self._settings
        return replace(
            limits,
            steps=limits.steps or settings.max_steps,
            seconds=task_timeout or limits.seconds or settings.task_timeout,
            step_seconds=step_timeout or limits.step_seconds or settings.step_timeout,
        )

    def _accept(self, spec: TaskSpec) -> str:
        with self._guard:
            self._count += 1
            task_id = f"task-{self._count}"
            refused = self._closed
        if refused:
            raise TaskLimitError("This task manager is closed.")
        task = Task(replace(spec, id=task_id), self._outbox.of(task_id))
        with self._guard:
            self._tasks = {**self._tasks, task_id: task}  # replaced whole, so that it is read without the lock
        task.announce()
        with self._guard:
            wanted = not (self._closed or task.cancel.is_set())
            if wanted:
                self._queue.append(task)
                self._fill()
        if not wanted:
            task.end(TaskState.cancelled)
        return task_id

    def _fill(self) -> None:
        while self._queue and self._running < self._max:
            task = self._queue.popleft()
            self._running += 1  # the slot is taken before anything is created
            threading.Thread(target=self._work, args=(task,), name=f"pygent-{task.spec.id}", daemon=True).start()

    def _work(self, task: Task) -> None:
        try:
            state, error, status = self._result(task)
        except BaseException as failure:  # a crash, SystemExit or a bad factory ends this task and no other
            state, error, status = TaskState.failed, _explain(failure), ""
        try:
            runtime = task.leave()
            if runtime is not None:
                runtime.stop()
        except Exception as failure:
            error = error or f"its runtime did not stop: {_explain(failure)}"
        task.end(state, error, status)
        with self._guard:
            self._running -= 1
            self._fill()

    def _result(self, task: Task) -> Ending:
        started = time.monotonic()
        task.move(TaskState.starting)
        limits = task.spec.limits
        deadline = None if limits.seconds is None else started + limits.seconds
        worker = Worker(f"pygent-{task.spec.id}-start")
        try:
            agent = worker.call(lambda: self._enter(task), task.cancel, deadline, late="seconds")
        except LeftBehind:
            return cut_short(task.cancel.reason, limits)
        finally:
            worker.release()
        task.move(TaskState.running)
        left = None if deadline is None else max(0.001, deadline - time.monotonic())
        agent.take_seat(Seat(task.spec.id, task.observe, replace(limits, seconds=left), cancel=task.cancel))
        try:
            result = agent.run(task.spec.prompt)
        finally:
            agent.close()
        return ending(result, task.cancel.reason, limits)

    def _enter(self, task: Task) -> Loop:
        """Make the agent of a task and hand it the files; what comes too late for its task is taken down again."""
        agent = self._build(task.spec)
        runtime = agent.runtime
        if runtime is task.spec.parent_rt:
            raise PygentError("the agent of a task needs a runtime of its own, not its parent's")
        runtime.task_id = task.spec.id
        if not task.adopt(runtime):
            runtime.cleanup()
            return agent
        for path in task.spec.files:
            runtime.take(task.spec.parent_rt, path)
        runtime.start()
        if task.left:
            runtime.stop()
        return agent

    def _task(self, task_id: str) -> Task:
        tasks = self._tasks
        if task_id not in tasks:
            raise PygentError(f"There is no task {task_id}; tasks: {', '.join(tasks) or 'none'}.")
        return tasks[task_id]


def _from_factory(factory: AgentFactory) -> Builder:
    def build(spec: TaskSpec) -> Loop:
        agent = factory(spec.persona)
        agent.model = spec.model or agent.model  # the seat that it takes next is wired with these
        agent.model_name = spec.model_name or agent.model_name
        return agent

    return build


def _explain(error: BaseException) -> str:
    return str(error) if isinstance(error, PygentError) else described(error)
