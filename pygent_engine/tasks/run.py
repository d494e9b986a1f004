"""One attempt at a task, on a thread of its own: its agent is made, takes one turn or more, and comes to an end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ..cancel import Cancel
from ..errors import PygentError, described
from ..events import TaskEnded, TaskStateChanged
from ..loop import Loop
from ..outbox import Post
from ..seat import Seat
from ..task_values import TaskState
from ..values import Limits, RunResult
from ..worker import LeftBehind, Worker
from .allowance import Allowance
from .endings import cut_short, ended, ending
from .stand import Stand

if TYPE_CHECKING:
    from .workplace import Workplace

STOP_S = 30.0  # for a runtime to stop; a container's takes 20 s at most


class Entry(NamedTuple):
    """What an attempt begins with."""

    agent: Loop
    place: Workplace
    prompt: str


class Run:
    """An attempt at the task of that id; all that it reports goes to `post`. `messages` came before it began."""

    def __init__(self, task_id: str, allowance: Allowance, post: Post, messages: list[str], back_off: tuple[float, ...]) -> None:
        self.cancel = Cancel()
        self.stand = Stand(post, lambda: allowance.limits, self._container, self._look, back_off)
        self._task_id = task_id
        self._post = post
        self._worker = Worker(f"pygent-worker-{task_id}")
        self._place: Workplace | None = None
        self._guard = threading.Lock()  # of the fields below
        self._allowance = allowance
        self._agent: Loop | None = None
        self._messages = messages
        self._deaf = False
        self.left = False
        """Nobody waits for it any more; set by whoever has `leave`."""
        self.over = False
        """All of it came back."""

    def tell(self, text: str) -> bool:
        """Have the agent read `text` before its next step; False when there is none any more."""
        with self._guard:
            if self._deaf:
                return False
            if self._agent is None:
                self._messages.append(text)
            else:
                self._agent.steer(text)
            return True

    def limit(self, limits: Limits) -> None:
        """Change what the task may spend, in all."""
        with self._guard:
            self._allowance.limits = limits
            if self._agent is not None:
                self._agent.limit(self._allowance.left())
        self._worker.look()

    # ------------------------------------------------------------ on the task's thread

    def through(self, enter: Callable[[], Entry], leave: Callable[[], Workplace | None]) -> None:
        """Report the attempt from its start to its end. What `leave` returns is stopped; what comes of `enter` later has to go."""
        try:
            event = self._result(enter)
        except BaseException as failure:  # a crash, SystemExit or a bad factory ends this task and no other
            event = ended(TaskState.failed, _explain(failure))
        with self._guard:
            self._deaf = True
        self._place = leave()
        event = self._stopped(event)
        self.over = event.state is not TaskState.lost
        self._worker.release()
        self._post(event)

    def _result(self, enter: Callable[[], Entry]) -> TaskEnded:
        self._post(TaskStateChanged(TaskState.starting))
        allowance = self._allowance
        allowance.begin()
        try:
            entry = self._worker.call(enter, self.cancel, allowance)
        except LeftBehind:
            return cut_short(self.cancel.reason, allowance.limits)
        self._place = entry.place
        self._post(TaskStateChanged(TaskState.running, entry.place.container, workspace=entry.place.folder))
        return ending(self._turns(entry.agent, entry.prompt), self.cancel.reason, allowance.limits)

    def _turns(self, agent: Loop, prompt: str) -> RunResult:
        """A turn, and another one for each time that something was said too late for its last step."""
        with self._guard:
            self._allowance.begin_turn()
            agent.take_seat(
                Seat(self._task_id, self._post, self._allowance.left(), cancel=self.cancel, stand=self.stand, worker=self._worker)
            )
            self._agent = agent
            for text in self._messages:
                agent.steer(text)
        while True:
            held_s = self.stand.held_s
            result = agent.run(prompt)
            late = self._count(agent, result, self.stand.held_s - held_s)
            if not late:
                return result
            prompt = "\n\n".join(late)

    def _count(self, agent: Loop, result: RunResult, held_s: float) -> list[str]:
        """Count what a turn has spent; what it has not read, when another one is to follow."""
        with self._guard:
            self._allowance.end_turn(result, held_s)
            late = agent.unread_steers()
            if not late or result.outcome != "finished" or self.cancel.is_set():
                self._deaf = True
                return []
            self._allowance.begin_turn()
            agent.limit(self._allowance.left())
            return late

    def _stopped(self, event: TaskEnded) -> TaskEnded:
        """The last event, once nothing runs any more."""
        place = self._place
        if place is None:
            return event
        try:
            self._worker.call(place.stop, Cancel(), time.monotonic() + STOP_S)
        except LeftBehind:
            return ended(TaskState.lost, f"its runtime did not stop within {STOP_S:g} s and was left behind")
        except Exception as failure:
            return replace(event, error=event.error or f"its runtime did not stop: {_explain(failure)}")
        self._look()
        return event

    def _container(self) -> str | None:
        place = self._place
        return None if place is None else place.container

    def _look(self) -> None:
        """Report what differs from what the task began with, as far as that can be known."""
        place = self._place
        if place is None:
            return
        try:
            self._post(place.found())
        except (PygentError, OSError):
            return  # whoever asks for the diff is told why


def _explain(error: BaseException) -> str:
    return str(error) if isinstance(error, PygentError) else described(error)
