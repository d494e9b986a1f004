"""Session: ops in, events out. Owns the root agent while it lasts, and the threads on which it works."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import assert_never

from .agent import Agent
from .approvals import Policy
from .audience import Audience
from .desks import WaitingDesk
from .errors import ImageMissing, PygentError, described
from .events import (
    AnswerApproval,
    AnswerQuestion,
    ApplyTask,
    CancelTask,
    CompareTasks,
    CopyIn,
    DiffTask,
    Envelope,
    Event,
    Interrupt,
    LimitTask,
    MessageTask,
    Op,
    PauseTask,
    RemoveTask,
    ResumeTask,
    RetryTask,
    RunShell,
    SessionClosed,
    SessionOpened,
    SetApprovals,
    SetBans,
    SetConfirmBash,
    SetModel,
    SetPersona,
    SetTool,
    Shutdown,
    StartedOver,
    StartOver,
    StartTask,
    Steer,
    SubmitPrompt,
    TurnEnded,
    TurnStarted,
    UnapplyTask,
    Warned,
    WithdrawPrompt,
)
from .models.default import default_model
from .models.openai import OpenAIModel
from .models.protocol import Model
from .outbox import Sink
from .prompt_queue import Prompt, PromptQueue
from .runtime.default import default_runtime
from .scope import Scope, working_in
from .settings import Settings
from .subscription import Subscription
from .task_calls import TaskCalls
from .tasks.unfinished import taken_back
from .tuning import Tuner
from .untrusted import clean_line, clean_text
from .user_calls import UserCalls
from .values import ROOT_TASK, Approval


class Session:
    """One conversation of a front end with an agent, which nobody else uses meanwhile.

    Works on a thread of its own; `send` never blocks. Every subscriber gets what happened since the opening, then what follows.
    The front end answers what `policy` asks; without one the agent's own approver does. `on_event` gets every envelope,
    under a lock. With `owned`, the agent is closed with the session, else only its delegated tasks are. With `start` the
    runtime is started before the first turn (an image is pulled), which an Interrupt ends like a turn.
    """

    def __init__(
        self, agent: Agent, *, policy: Policy | None = None, on_event: Sink | None = None, owned: bool = False, start: bool = False
    ) -> None:
        self.id = secrets.token_hex(4)
        self._agent = agent
        self._owned = owned
        self._desk = WaitingDesk()
        self._prompts = PromptQueue(self._post)
        self._user_calls = UserCalls(agent)
        self._task_calls = TaskCalls(agent)
        self._tuner = Tuner(agent, self._desk, self._post)
        self._closing = threading.Event()
        self._called_off = threading.Event()  # the turn of the prompt that is at work, also before it begins
        self._starting = start
        self._start_ended = threading.Event()
        self._audience = Audience()
        self._sinks = (self._follow, self._audience.put, *((on_event,) if on_event else ()))
        self._gate_before = agent.gate.now
        if policy is not None:
            agent.gate.now = (policy, self._desk)
        for sink in self._sinks:
            agent.outbox.add(sink)
        self._post(self._opened())
        self._tuner.tell()
        self._thread = threading.Thread(target=self._work, name="pygent-session", daemon=True)
        self._thread.start()

    def subscribe(self) -> Subscription:
        """A queue of the envelopes: the record of those so far (as in `Record`), then all that follow."""
        return self._audience.subscribe()

    def when_closed(self, ending: Callable[[], None]) -> None:
        """Call `ending` once after the last event, on the session's thread; at once if that is past."""
        self._audience.when_closed(ending)

    def send(self, op: Op) -> None:  # noqa: C901 - one flat match, a line or two an op
        """Do what a front end asks; what it comes to is reported as events."""
        match op:
            case SubmitPrompt(text=text, prompt_id=prompt_id):
                self._prompts.put(text, prompt_id)
            case WithdrawPrompt(prompt_id=prompt_id):
                self._prompts.withdraw(prompt_id)
            case Steer(text=text):
                if not self._prompts.while_at_work(lambda: self._agent.steer(text)):
                    self._prompts.put(text)
            case RunShell() | CopyIn():
                self._user_calls.put(op)
            case Interrupt():
                self._interrupt()
            case StartOver():
                self._ask_to_start_over()
            case AnswerApproval(call_id=call_id, decision=decision, note=note):
                self._desk.settle(call_id, Approval(decision, note))
            case AnswerQuestion(call_id=call_id, text=text):
                self._desk.answer(call_id, text)
            case StartTask() | CancelTask() | PauseTask() | ResumeTask() | RetryTask() | MessageTask() | LimitTask() | RemoveTask():
                self._task_calls.put(op)
            case DiffTask() | CompareTasks() | ApplyTask() | UnapplyTask():
                self._task_calls.put(op)
            case SetModel() | SetPersona() | SetApprovals() | SetConfirmBash() | SetBans() | SetTool():
                self._tuner.do(op)
            case Shutdown():
                self._shut_down()
            case _:
                assert_never(op)

    def close(self, timeout: float = 10.0) -> None:
        """End the session and wait for it `timeout` seconds at most."""
        self.send(Shutdown())
        self._thread.join(timeout)

    def _interrupt(self) -> None:
        """End the turn; when none runs, what the user himself runs."""
        self._start_ended.set()
        at_work = self._prompts.while_at_work(self._called_off.set)
        if not self._agent.interrupt() and not at_work:
            self._user_calls.interrupt()

    def _ask_to_start_over(self) -> None:
        if not self._prompts.put_errand(self._start_over) and not self._closing.is_set():
            self._post(Warned("A new conversation begins when no turn runs and no prompt waits; interrupt the turn first."))

    def _shut_down(self) -> None:
        self._closing.set()
        self._start_ended.set()
        self._prompts.close()
        self._user_calls.close()
        self._task_calls.close()
        self._user_calls.interrupt()
        self._agent.interrupt()

    # ------------------------------------------------------------ on the session's thread

    def _work(self) -> None:
        try:
            for sentence in taken_back(self._agent.runtime.base_dir):
                self._post(Warned(sentence))
            if self._starting:
                self._start()
            while (taken := self._prompts.take()) is not None:
                if isinstance(taken, Prompt):
                    self._turn(taken.text)
                else:
                    taken()
        finally:
            self._finish()

    def _start(self) -> None:
        """Turns wait for it: the time of a command is its own, not that of a pull."""
        try:
            with working_in(Scope(lambda needs, command: "", self._post)):
                self._agent.runtime.start(self._start_ended)
        except ImageMissing:
            pass  # the end of its pull told why
        except PygentError as error:
            self._post(Warned(clean_text(str(error))))
        except Exception as error:  # as in a turn
            logging.getLogger("pygent").exception("the runtime could not be started")
            self._post(Warned(clean_text(f"The runtime could not be started: {described(error)}")))

    def _turn(self, prompt: str) -> None:
        finished = False
        try:
            finished = self._agent.run(prompt).outcome == "finished"
        except Exception as error:  # a fault of ours must not end the session; the user is told, the log has the rest
            logging.getLogger("pygent").exception("a turn failed")
            self._post(Warned(clean_text(f"The turn ended by a fault: {described(error)}")))
        self._turn_is_over()
        if finished:  # what was said too late for its last step is a prompt
            for text in self._agent.unread_steers():
                self._prompts.put(text)

    def _start_over(self) -> None:
        try:
            self._agent.start_over()
        except PygentError as error:
            self._post(Warned(clean_text(str(error))))
        else:
            self._agent.gate.forget()
            self._post(StartedOver())

    def _finish(self) -> None:
        self._shut_down()
        self._prompts.clear()
        self._user_calls.join()
        self._task_calls.join()
        try:
            if self._owned:
                self._agent.close()
            else:
                self._agent.close_tasks()
        finally:
            self._post(SessionClosed())
            self._agent.gate.now = self._gate_before
            for sink in self._sinks:
                self._agent.outbox.remove(sink)
            self._audience.close()

    # ------------------------------------------------------------ events

    def _opened(self) -> SessionOpened:
        runtime = self._agent.runtime
        return SessionOpened(
            self.id,
            clean_line(str(runtime.base_dir)),
            runtime.mode,
            clean_line(self._agent.model_name),
            clean_line(runtime.fallback_reason, 500),
        )

    def _post(self, event: Event) -> None:
        self._agent.outbox.post(ROOT_TASK, event)

    def _follow(self, envelope: Envelope) -> None:
        """Learn of the turns before any receiver does."""
        if envelope.task_id != ROOT_TASK:
            return
        match envelope.event:
            case TurnStarted() if self._closing.is_set() or self._called_off.is_set():  # it was not there yet to be interrupted
                self._agent.interrupt()
            case TurnEnded():
                self._turn_is_over()

    def _turn_is_over(self) -> None:
        self._prompts.done()
        self._called_off.clear()


def open_session(
    settings: Settings,
    *,
    workspace: Path | None = None,
    model: Model | None = None,
    interactive: bool = True,
    on_event: Sink | None = None,
    pull: bool = False,
) -> Session:
    """A session with a new agent over `workspace`, else the settings' workspace, else a temporary one.

    With `interactive`, asks wait for the front end's answers; else nothing asks. `on_event` gets every envelope in order,
    under a lock, so that a slow one slows the engine. With `pull` an image that is missing is pulled, before the first turn;
    a pull that fails is told, and tried again by the next command. Raises RuntimeUnavailable (without `pull` ImageMissing),
    WorkspaceError or SettingsError.
    """
    model = model or default_model(settings)
    agent = Agent(model, default_runtime(settings, workspace, pull=pull), settings=settings, owns_runtime=True)
    policy = Policy(settings.confirm_bash, settings.approvals) if interactive else None
    session = Session(agent, policy=policy, on_event=on_event, owned=True, start=pull and agent.runtime.use_docker)
    if isinstance(model, OpenAIModel):
        threading.Thread(target=model.warm_up, name="pygent-warm-up", daemon=True).start()
    return session
