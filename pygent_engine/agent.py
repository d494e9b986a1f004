"""Agent: a loop that can delegate, with everything that a program needs to embed it."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from .approvals import Gate, Policy
from .desks import Approver, CallbackDesk
from .errors import PygentError, TaskLimitError
from .events import Told
from .frontends import find_front_end, find_web_front_end, launch_with
from .loop import Loop
from .models.default import default_model
from .models.protocol import Model
from .outbox import Outbox, Sink
from .prompts import DEFAULT_PERSONA, configured_persona, system_prompt
from .runtime import Runtime
from .runtime.default import default_runtime, shell_in
from .seat import Seat
from .settings import Settings
from .task_values import TaskView
from .tasks.build import Heritage
from .tasks.delegation import delegation_tools
from .tasks.manager import TaskManager
from .tasks.news import News
from .tools import default_registry
from .tools.toolbox import Toolbox
from .untrusted import clean_line
from .values import NEWS, ROOT_TASK, Limits, Persona, ToolOffer


class Agent(Loop):
    """Works on prompts with a model, in a runtime, through tools.

    `model`: anything with `chat`; the settings' own when None. `runtime`: made when None, and then, or with `owns_runtime`,
    closed with the agent. `system_msg` takes the place of the whole system prompt, `persona` only says who the agent is.
    `tools`: the names that are offered, all when None, less `disabled_tools`. `approver`: asked before a local command, and
    for what the setting `approvals` says; nothing asks without one. `on_event` gets every Envelope, of delegated tasks
    too, under a lock. `limits`: of each turn, the settings' when None. `settings`: read from the environment when None.
    `history` is a list of OpenAI-shaped dicts that begins with the system message.
    Raises SettingsError, and what Runtime raises when one is made.
    """

    def __init__(
        self,
        model: Model | None = None,
        runtime: Runtime | None = None,
        *,
        system_msg: str | None = None,
        persona: Persona | None = None,
        tools: Iterable[str] | None = None,
        disabled_tools: Iterable[str] = (),
        model_name: str | None = None,
        approver: Approver | None = None,
        on_event: Sink | None = None,
        limits: Limits | None = None,
        settings: Settings | None = None,
        owns_runtime: bool = False,
    ) -> None:
        self.settings = settings or Settings.load()
        self.persona = persona or configured_persona(self.settings)
        known = (DEFAULT_PERSONA, *((self.persona,) if self.persona else ()), *self.settings.task_personas)
        self._personas = {other.name: other for other in known}
        self.outbox = Outbox(on_event)
        self.gate = Gate(Policy(approvals=self.settings.approvals), CallbackDesk(approver) if approver else None)
        self._owns_runtime = owns_runtime or runtime is None
        self._making_tasks = threading.Lock()  # of _tasks and _closed
        self._closed = False
        self._tasks: TaskManager | None = None
        self._news = News(self._task_views, lambda name: self._toolbox.find(name) is not None)
        runtime = runtime or default_runtime(self.settings)
        toolbox = Toolbox(
            default_registry,
            delegation_tools(lambda: self.tasks, {known.name: known for known in self.settings.task_personas}, self._news),
            only=tools,
            without=(*disabled_tools, *self.settings.omit_tools),
        )
        self._writes_prompt = system_msg is None
        self._prompt_is_due = False
        super().__init__(
            model or default_model(self.settings),
            model_name or self.settings.model_name,
            runtime,
            toolbox,
            system_msg=system_msg or "",
            gate=self.gate,
            limits=limits or Limits(steps=self.settings.max_steps),
            post=self.outbox.of(ROOT_TASK),
        )
        if self._writes_prompt:
            self.history[0]["content"] = self._prompt()

    @property
    def tasks(self) -> TaskManager:
        """The manager of this agent's delegated tasks, made when first needed."""
        with self._making_tasks:
            if self._tasks is None:
                if self._closed:
                    raise TaskLimitError("This agent is closed; it starts no tasks.")
                self._tasks = TaskManager(heritage=self._heritage, outbox=self.outbox, settings=self.settings)
            return self._tasks

    def _heritage(self) -> Heritage:
        return Heritage(self.model, self.model_name, self._toolbox.without_own(), self.gate, self.persona)

    @property
    def personas(self) -> tuple[str, ...]:
        """Whom the agent can be, by name; nobody but itself when its system message is the program's."""
        return tuple(self._personas) if self._writes_prompt else ()

    def persona_for_task(self, name: str) -> Persona | None:
        """The known persona of that name for a task, None for "". Raises PygentError for an unknown one."""
        if name and name not in self._personas:
            raise PygentError(f"There is no persona {clean_line(name, 80)!r}; there are: {', '.join(self._personas)}.")
        return self._personas[name] if name else None

    def become(self, name: str) -> None:
        """Be the persona of that name, one of `personas`, from the next turn on. Raises PygentError for another."""
        if name not in self.personas:
            said = f"there are: {', '.join(self.personas)}" if self.personas else "its system message is the program's own"
            raise PygentError(f"This agent has no persona {clean_line(name, 80)!r}; {said}.")
        self.persona = self._personas[name]
        self._prompt_is_due = True

    def switch_tool(self, name: str, *, on: bool) -> None:
        """Offer a tool from the next step on, or withhold it, from later tasks too. Raises PygentError for one that it has not."""
        if not self._toolbox.switch(name, on=on):
            known = ", ".join(offer.name for offer in self.tool_offers)
            raise PygentError(f"This agent has no tool {clean_line(name, 80)!r}; it has: {known}.")
        self._prompt_is_due = True  # it tells of delegating

    @property
    def tool_offers(self) -> tuple[ToolOffer, ...]:
        """All tools that the agent has, also those that are withheld."""
        return self._toolbox.offers()

    def take_seat(self, seat: Seat) -> None:
        """Work as a delegated task: from now on without the tools to delegate further."""
        self._toolbox = self._toolbox.without_own()
        super().take_seat(seat)

    def close(self) -> None:
        """End the turn and all delegated tasks; the runtime too, if the agent made it. An agent that is closed delegates no more.

        In a receiver of events it ends the turn and returns; the rest follows when the receiver has returned.
        """
        super().close()
        with self._making_tasks:
            self._closed = True
        if self.outbox.delivers_here:
            threading.Thread(target=self.close, name="pygent-ending", daemon=True).start()
            return
        self.close_tasks()
        if self._owns_runtime:
            self.runtime.cleanup()

    def close_tasks(self) -> None:
        """Cancel all delegated tasks and delete their files."""
        with self._making_tasks:
            tasks, self._tasks = self._tasks, None
        if tasks is not None:
            tasks.close()

    def run_interactive(self, use_docker: bool | None = None) -> None:
        """Open the installed front end on this agent and return when the user leaves it.

        None keeps the agent's runtime; else a new one over the same workspace takes its place.
        Raises PygentError when no front end is installed.
        """
        from .control import offer  # noqa: PLC0415 - this and a session stand above an agent; this is its one door upwards
        from .session import Session  # noqa: PLC0415 - as above

        front_end = find_front_end()
        own = self.runtime

        def open_session(override: bool | None, pull: bool) -> Session:
            wanted = use_docker if override is None else override
            if wanted is not None:
                self._move_to(own.twin(wanted, pull=pull))
            session = Session(self, start=pull and self.runtime.use_docker)
            offer(session)
            return session

        try:
            front_end(launch_with(self.settings, open=open_session, workspace=str(own.base_dir), model=self.model_name, shell=shell_in))
        finally:
            self._move_back_to(own)

    def run_gui(self, use_docker: bool | None = None, *, port: int = 0) -> None:
        """Show this agent in a browser of this machine, and return when the user ends it there, or with Ctrl+C.

        The front end prints the link to open. None keeps the agent's runtime, else a new one over the same workspace takes its
        place; `port` 0 is a free one. Raises PygentError when no front end for the browser is installed, or it cannot listen.
        """
        from .control import on_offer  # noqa: PLC0415 - as in run_interactive
        from .session import Session  # noqa: PLC0415 - as above

        front_end = find_web_front_end()
        own = self.runtime
        if use_docker is not None:
            self._move_to(own.twin(use_docker))
        session = Session(self)
        try:
            front_end(on_offer(session, port))
        finally:
            session.close()
            self._move_back_to(own)

    def _move_back_to(self, own: Runtime) -> None:
        if self.runtime is not own:
            self.runtime.cleanup()
            self._move_to(own)

    def _move_to(self, runtime: Runtime) -> None:
        self.runtime = runtime
        if self._writes_prompt:
            self.history[0]["content"] = self._prompt()
        super().take_seat(self._seat)

    def _prepare(self) -> None:
        if self._prompt_is_due and self._writes_prompt:
            self._prompt_is_due = False
            self.history[0]["content"] = self._prompt()

    def _hear(self) -> None:
        if news := self._news.take():
            self.history.append({"role": "user", "content": f"{NEWS}\n\n{news}"})
            self.outbox.post(ROOT_TASK, Told(news))

    def _task_views(self) -> Iterable[TaskView]:
        tasks = self._tasks
        return () if tasks is None else tasks.tasks()

    def _prompt(self) -> str:
        return system_prompt(self.runtime, self.persona, delegates=self._toolbox.find("delegate_task") is not None)
