"""One delegated task as it stands: folded from its events, each of which is checked against the table of states first."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from ..errors import PygentError
from ..events import (
    ApprovalAsked,
    ApprovalSettled,
    ChangesApplied,
    ChangesFound,
    ChangesTakenBack,
    Event,
    FileCollected,
    FilesChanged,
    MessageSent,
    QuestionAnswered,
    QuestionAsked,
    TaskEnded,
    TaskLimited,
    TaskPausing,
    TaskRemoved,
    TaskRetried,
    TaskStateChanged,
)
from ..outbox import Outbox, Post
from ..task_fold import created, fold
from ..task_values import NEXT_STATES, TaskState, TaskView
from ..untrusted import clean_text
from ..values import Limits, RetryMode
from .executor import Job, Order
from .slots import Slots

MOST_CHANGED = 200  # paths by name
_TOO_LATE = "it is just ending"


class Task:
    """A task and its job. `view` is replaced whole at each event, and read without a lock from any thread.

    Events are folded, and the job is told what they mean for it, under the lock, and reported in that order but not under it, so
    that a receiver may call back. A slot is given back when everybody has heard that the task needs none.
    """

    def __init__(self, order: Order, job: Job, outbox: Outbox, slots: Slots, number: int, clock: Callable[[], float] = time.time) -> None:
        self.job = job
        self.ended = threading.Event()
        self._order = order
        self._outbox = outbox
        self._slots = slots
        self._number = number
        self._clock = clock
        self._guard = threading.RLock()  # of the fields below and `view`; nothing is reported under it
        self._pending: deque[tuple[Event, float, bool]] = deque()  # each with whether its slot is free then
        self._delivering = False
        self._has_slot = False
        self._begun = False  # the job is at work on this attempt
        self._cancelled = False
        self._removed = False
        event, at = order.spec.created(), clock()
        self.view: TaskView = created(order.spec.id, event, at)
        self._pending.append((event, at, False))

    def announce(self) -> None:
        """Report that the task was accepted; its first event."""
        self._deliver()

    # ------------------------------------------------------------ what is asked of it

    def queue(self) -> None:
        """Begin when there is a slot."""
        attempt = self.view.attempt
        self._slots.ask(self._number, lambda: self._go(attempt))

    def cancel(self) -> bool:
        """End it; False when it has ended already."""
        with self._guard:
            if self.view.state.ended:
                return False
            self._cancelled = True
            if self._begun:
                self.job.cancel("cancelled")
            else:
                self._take(TaskEnded(TaskState.cancelled, TaskState.cancelled.value, "", self.view.steps, self.view.usage))
        self._deliver()
        return True

    def lose(self, why: str) -> bool:
        """End it, since nobody knows how it stands; False when it has ended already."""
        with self._guard:
            if not (known := self.view.state.ended):
                self._take(TaskEnded(TaskState.lost, f"lost: {why}", why, self.view.steps, self.view.usage))
        self._deliver()
        return not known

    def pause(self) -> bool:
        """Have it stop before its next step; False when it does already, or stands until somebody resumes it."""
        with self._guard:
            view = self._unended()
            if view.pausing or (view.state is TaskState.paused and view.resumes_at is None):
                return False
            self._take(TaskPausing())
            self.job.pause(True)
        self._deliver()
        return True

    def resume(self) -> bool:
        """Have it go on; False when it was about to. Raises PygentError while a limit keeps it."""
        with self._guard:
            view = self._unended()
            if view.pausing:
                self._take(TaskPausing(False))
                self.job.pause(False)
            elif view.state is not TaskState.paused:
                return False
            elif met := _met(view):
                raise PygentError(f"Task {view.id} is paused at its limit of {met}; raise that first, then resume it.")
            if view.state is TaskState.paused and not self._cancelled:
                self._take(TaskStateChanged(TaskState.queued, view.container))
        self._deliver()
        return True

    def message(self, text: str, by: Literal["user", "model"] = "user") -> None:
        """Put `text` before its model at the next step. Raises PygentError when there will be none."""
        shown = clean_text(text)
        if not text.strip():
            raise PygentError("The message is empty; say what the task should know.")
        with self._guard:
            view = self._unended()
            if self._cancelled or not self.job.tell(text):
                raise PygentError(f"Task {view.id} reads no more messages, {_TOO_LATE}; retry it then, with this as the prompt.")
            self._take(MessageSent(shown, by))
        self._deliver()

    def limit(self, limits: Limits) -> None:
        """Change what it may spend, in all."""
        with self._guard:
            self._unended()
            self._take(TaskLimited(limits))
            self._order = replace(self._order, spec=replace(self._order.spec, limits=limits))
            self.job.limit(limits)
        self._deliver()

    def retry(self, order: Callable[[Order], Order], mode: RetryMode, told: str) -> None:
        """Queue it again, changed by `order`. Raises PygentError when it has not ended."""
        with self._guard:
            view = self.view
            if not view.state.ended or self._removed:
                raise PygentError(f"Task {view.id} is {view.status}; only a task that is over is retried. Cancel it first.")
            self._order = replace(order(self._order), mode=mode, told=told)
            event = self._order.spec.created()
            self.ended.clear()
            self._begun = self._cancelled = False
            self.job.prepare()
            self._take(TaskRetried(event.prompt, event.persona, event.model, event.limits, mode == "clean"))
        self._deliver()
        self.queue()

    def remove(self) -> None:
        """Report that it was forgotten; nothing is reported after that. Raises PygentError while it runs."""
        with self._guard:
            if not self.view.state.ended:
                raise PygentError(f"Task {self.view.id} is {self.view.status}; cancel it first.")
            if not self._removed:
                self._take(TaskRemoved())
                self._removed = True
        self._deliver()

    def _unended(self) -> TaskView:
        view = self.view
        if view.state.ended:
            raise PygentError(f"Task {view.id} is {view.status}; to have it go on, retry it.")
        return view

    # ------------------------------------------------------------ what it reports

    def report(self, event: ChangesFound | ChangesApplied | ChangesTakenBack | FileCollected) -> None:
        """Report of its changes, also when it is over."""
        with self._guard:
            if not self._removed:
                self._take(event)
        self._deliver()

    def _go(self, attempt: int) -> bool:
        """Use the slot that was given; False when it is not wanted any more."""
        with self._guard:
            view = self.view
            if view.state is not TaskState.queued or view.attempt != attempt or self._has_slot or self._cancelled:
                return False
            self._has_slot = True
            if self._begun:
                self.job.go_on()
                return True
            self._begun = True
            try:
                self.job.begin(self._order, self._observer(attempt))
            except RuntimeError as error:  # no thread could be had
                self._take(TaskEnded(TaskState.failed, f"failed: {error}", str(error), view.steps, view.usage))
        self._deliver()
        return True

    def _observer(self, attempt: int) -> Post:
        def observe(event: Event) -> None:
            with self._guard:
                if self.view.attempt == attempt and not self.view.state.ended:
                    self._observe(event)
            self._deliver()

        return observe

    def _observe(self, event: Event) -> None:
        """Take what the job reports; what the table does not allow came too late."""
        match event:
            case TaskStateChanged(state):
                if state in NEXT_STATES[self.view.state]:
                    self._move(event)
            case TaskEnded():
                self._take(replace(event, steps=self.view.steps, usage=self.view.usage))
            case ApprovalAsked() | QuestionAsked():
                if self.view.state is TaskState.running:
                    self._take(TaskStateChanged(TaskState.waiting, self.view.container))
                self._take(event)
            case ApprovalSettled() | QuestionAnswered():
                self._take(event)
                if self.view.state is TaskState.waiting and not self.view.asks:
                    self._take(TaskStateChanged(TaskState.running, self.view.container))
            case ChangesFound() if event == ChangesFound(self.view.changes, self.view.changed, self.view.renewed):
                pass
            case FilesChanged(paths):
                self._take(event)
                self._note_changed(paths)
            case _:
                self._take(event)

    def _move(self, event: TaskStateChanged) -> None:
        self._take(event)
        if event.state is TaskState.paused:
            self.job.pause(False)

    def _note_changed(self, paths: tuple[str, ...]) -> None:
        """What tools report is known at once; the whole truth is looked for when the task stands still."""
        view, known = self.view, self.view.changed
        new = tuple(path for path in dict.fromkeys(paths) if path not in known) if len(known) < MOST_CHANGED else ()
        renewed = tuple(path for path in dict.fromkeys((*view.renewed, *paths)) if path in view.applied)
        if new or renewed != view.renewed:
            self._take(ChangesFound(view.changes + len(new), (*known, *new)[:MOST_CHANGED], renewed))

    def _take(self, event: Event) -> None:
        """Fold `event`, and have it reported once the lock is free."""
        at = self._clock()
        self.view = fold(self.view, event, at)
        stands = isinstance(event, TaskEnded) or (isinstance(event, TaskStateChanged) and event.state is TaskState.paused)
        frees, self._has_slot = self._has_slot and stands, self._has_slot and not stands
        self._pending.append((event, at, frees))

    def _deliver(self) -> None:
        """Report what is pending, unless another thread is at it, which then does this too."""
        while True:
            with self._guard:
                if self._delivering or not self._pending:
                    return
                self._delivering = True
                event, at, frees = self._pending.popleft()
            self._outbox.post(self.view.id, event, at)
            with self._guard:
                self._delivering = False
                if isinstance(event, TaskEnded) and self.view.state.ended:
                    self.ended.set()
            if frees:
                self._slots.leave()
            if isinstance(event, TaskStateChanged) and event.state is TaskState.queued:
                self._ask_again()

    def _ask_again(self) -> None:
        attempt = self.view.attempt
        self._slots.ask(self._number, lambda: self._go(attempt), resumed=True)


def _met(view: TaskView) -> str:
    """The limit that keeps the task from its next step, in words; "" when there is none."""
    limits = view.limits
    if limits.steps is not None and view.steps >= limits.steps:
        return f"{limits.steps} steps"
    if limits.tokens is not None and view.usage.total >= limits.tokens:
        return f"{limits.tokens} tokens"
    return ""
