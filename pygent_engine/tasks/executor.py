"""The seam between a task and what runs it: an order goes in, events come out. Here an executor with the threads of this process.

An executor elsewhere needs no more of an `Order` than its spec, which is plain data; model and parent's runtime are for this one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ..errors import PygentError
from ..frozen import frozen
from ..loop import Loop
from ..outbox import Post
from ..prompts import system_prompt
from ..values import Limits, RetryMode
from .allowance import Allowance
from .run import Entry, Run
from .spec import TaskSpec
from .stand import BACK_OFF_S

if TYPE_CHECKING:
    from ..models.protocol import Model
    from ..runtime import Runtime
    from ..trees import Store
    from .workplace import Workplace

GO_ON = "Go on where you stopped."
_GONE = "the task has ended meanwhile"


@frozen
class Order:
    """One attempt at a task. `told`: what a resumed one is told, "" to go on; `model` is None for the one of its name."""

    spec: TaskSpec
    parent_rt: Runtime
    model: Model | None = None
    mode: RetryMode = "clean"
    told: str = ""
    persona_changed: bool = False


Builder = Callable[[Order], Loop]


class Job(Protocol):
    """A task where it is executed, through all its attempts. Nothing here blocks or reports on the caller's thread, except `close`."""

    @property
    def place(self) -> Workplace | None:
        """Where it works, None before there is such a place."""
        ...

    def prepare(self) -> None:
        """Another attempt will follow; it is told and asked for nothing yet."""
        ...

    def begin(self, order: Order, post: Post) -> None:
        """Begin an attempt, whose last event is a TaskEnded. Raises RuntimeError when there is no thread for it."""
        ...

    def cancel(self, reason: str) -> None: ...

    def pause(self, on: bool) -> None: ...

    def go_on(self) -> None:
        """It was paused, and has its slot again."""
        ...

    def tell(self, text: str) -> bool:
        """Have its model read `text`; False when it reads no more in this attempt."""
        ...

    def limit(self, limits: Limits) -> None: ...

    def close(self) -> None:
        """Delete its files."""
        ...


class Executor(Protocol):
    """Runs tasks."""

    def job(self) -> Job:
        """A job that waits for its first attempt."""
        ...

    def close(self) -> None:
        """Nothing is run any more, and nothing is kept."""
        ...


class ThreadExecutor:
    """Runs each task on a thread of this process. A passing fault of its model is waited out for `back_off` seconds each time."""

    def __init__(self, build: Builder, back_off: tuple[float, ...] = BACK_OFF_S) -> None:
        self._build = build
        self._back_off = back_off
        self._guard = threading.Lock()  # of _store
        self._store: Store | None = None

    def job(self) -> ThreadJob:
        return ThreadJob(self._build, self._workplace, self._back_off)

    def close(self) -> None:
        with self._guard:
            store, self._store = self._store, None
        if store is not None:
            store.close()

    def _workplace(self, runtime: Runtime, order: Order) -> Workplace:
        from .handover import Handover, private_store  # noqa: PLC0415 - what merges is loaded with the first task
        from .workplace import Workplace  # noqa: PLC0415 - as above

        with self._guard:
            store = self._store = self._store or private_store()
        return Workplace(runtime, Handover(store, runtime, order.parent_rt, order.spec.files))


class ThreadJob:
    """Keeps agent and workplace from one attempt to the next, as long as the former came back."""

    def __init__(self, build: Builder, make_place: Callable[[Runtime, Order], Workplace], back_off: tuple[float, ...]) -> None:
        self._build = build
        self._back_off = back_off
        self._make_place = make_place
        self._guard = threading.Lock()  # of the fields below; what is asked before an attempt begins is kept for it
        self._run: Run | None = None
        self._before: Run | None = None  # the attempt before this one
        self._place: Workplace | None = None
        self._agent: Loop | None = None
        self._allowance: Allowance | None = None
        self._pausing = False
        self._messages: list[str] = []

    @property
    def place(self) -> Workplace | None:
        return self._place

    def prepare(self) -> None:
        with self._guard:
            self._before, self._run = self._run or self._before, None
            self._pausing = False
            self._messages = []

    def begin(self, order: Order, post: Post) -> None:
        with self._guard:
            if self._before is not None and not self._before.over:  # it was given up: what it holds is its own
                self._agent = self._place = None
            if order.mode == "clean" or self._agent is None or self._allowance is None:
                self._allowance = Allowance(order.spec.limits)
            self._allowance.limits = order.spec.limits
            run = self._run = Run(order.spec.id, self._allowance, post, self._messages, self._back_off)
            run.stand.pause(self._pausing)
        work = threading.Thread(target=self._work, args=(order, run), name=f"pygent-{order.spec.id}", daemon=True)
        work.start()

    def cancel(self, reason: str) -> None:
        run = self._run
        if run is not None:
            run.cancel.because(reason)

    def pause(self, on: bool) -> None:
        with self._guard:
            self._pausing, run = on, self._run
        if run is not None:
            run.stand.pause(on)

    def go_on(self) -> None:
        run = self._run
        if run is not None:
            run.stand.go_on()

    def tell(self, text: str) -> bool:
        with self._guard:
            run = self._run
            if run is None:
                self._messages.append(text)
                return True
        return run.tell(text)

    def limit(self, limits: Limits) -> None:
        run = self._run
        if run is not None:
            run.limit(limits)

    def close(self) -> None:
        with self._guard:
            agent, self._agent = self._agent, None
            place, self._place = self._place, None
        if agent is not None:
            agent.close()
        if place is not None:
            place.close()

    # ------------------------------------------------------------ on the task's thread

    def _work(self, order: Order, run: Run) -> None:
        run.through(lambda: self._enter(order, run), lambda: self._leave(run))

    def _enter(self, order: Order, run: Run) -> Entry:
        """What the attempt begins with. When it is gone meanwhile, what was made for it is taken down again."""
        if order.mode == "clean" or self._agent is None:
            self.close()
            agent = self._build(order)
            self._adopt(agent, order, run)
            told = f"{order.spec.prompt}\n\n{order.told}" if order.told else order.spec.prompt
        else:
            agent = self._agent
            _change(agent, order)
            told = order.told or (GO_ON if len(agent.history) > 1 else order.spec.prompt)
        place = self._place
        if place is None:
            raise PygentError(_GONE)
        place.start(run.cancel)
        if run.left:
            place.stop()
        return Entry(agent, place, told)

    def _adopt(self, agent: Loop, order: Order, run: Run) -> None:
        runtime = agent.runtime
        if runtime is order.parent_rt:
            raise PygentError("the agent of a task needs a runtime of its own, not its parent's")
        runtime.task_id = order.spec.id
        place = self._make_place(runtime, order)
        with self._guard:
            if not run.left:
                self._place = place
        if self._place is not place:
            place.close()
            raise PygentError(_GONE)
        place.handover.begin(run.cancel)
        with self._guard:
            if not run.left:
                self._agent = agent

    def _leave(self, run: Run) -> Workplace | None:
        with self._guard:
            run.left = True
            return self._place


def _change(agent: Loop, order: Order) -> None:
    """Give an agent that has worked already the model that is wanted now, and the persona if that is another."""
    agent.model = order.model or agent.model
    agent.model_name = order.spec.model_name or agent.model_name
    if order.persona_changed:
        agent.history[0]["content"] = system_prompt(agent.runtime, order.spec.persona, delegates=False)
