"""Changes what of a session can be changed while it lasts, and says how it stands after each change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import assert_never

from .agent import Agent
from .approvals import Policy
from .desks import Desk
from .errors import PygentError
from .events import Tuned, Warned
from .ops import SetApprovals, SetBans, SetConfirmBash, SetModel, SetPersona, SetTool
from .outbox import Post
from .prompts import DEFAULT_PERSONA
from .untrusted import clean_line, clean_text
from .values import Tuning

Change = SetModel | SetPersona | SetApprovals | SetConfirmBash | SetBans | SetTool


class Tuner:
    """Tunes `agent`; `desk` is asked when the agent had nobody to ask and the user wants to be. From any thread."""

    def __init__(self, agent: Agent, desk: Desk, post: Post) -> None:
        self._agent = agent
        self._desk = desk
        self._post = post
        self._guard = threading.Lock()  # of the changes; nothing is posted under it

    def do(self, change: Change) -> None:
        """Make the change and say how all stands, or warn why not."""
        try:
            with self._guard:
                self._make(change)
        except PygentError as error:
            self._post(Warned(clean_text(str(error))))
        else:
            self.tell()

    def tell(self) -> None:
        """Post how all stands. Of changes at once from two threads, the last event says what became of both."""
        told = None
        while told != (told := self._tuning()):
            self._post(Tuned(told))

    def _make(self, change: Change) -> None:
        agent = self._agent
        match change:
            case SetModel(name):
                agent.model_name = _stated(name)
            case SetPersona(name):
                agent.become(name)
            case SetTool(name, on):
                agent.switch_tool(name, on=on)
            case SetBans(commands, apps):
                agent.runtime.ban(_names(commands), _names(apps))
                agent.gate.forget("ban")
            case SetApprovals(mode):
                self._ask_by(lambda policy: replace(policy, approvals=mode))
                agent.gate.forget()
            case SetConfirmBash(on):
                self._ask_by(lambda policy: replace(policy, confirm_bash=on))
                if on:
                    agent.gate.forget()
            case _:
                assert_never(change)

    def _ask_by(self, change: Callable[[Policy], Policy]) -> None:
        policy, desk = self._agent.gate.now
        if desk is None:  # nothing was asked up to now
            policy = replace(policy, confirm_bash=False)
        self._agent.gate.now = (change(policy), desk or self._desk)

    def _tuning(self) -> Tuning:
        agent = self._agent
        policy, desk = agent.gate.now
        name = "" if agent.persona is None else agent.persona.name
        return Tuning(
            model=clean_line(agent.model_name),
            approvals=policy.approvals,
            confirm_bash=policy.confirm_bash and desk is not None,
            banned_commands=tuple(map(clean_line, agent.runtime.banned_commands)),
            banned_apps=tuple(map(clean_line, agent.runtime.banned_apps)),
            tools=agent.tool_offers,
            persona="" if name == DEFAULT_PERSONA.name else clean_line(name),
            personas=tuple(map(clean_line, agent.personas)),
        )


def _stated(name: str) -> str:
    if not name.strip():
        raise PygentError("The name of the model is empty; name the one to ask.")
    return name.strip()


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))
