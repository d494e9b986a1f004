"""What the user writes: commands are run, prompts are sent or steer, `!` runs in the workspace; what is refused is given back."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from textual.app import SuspendNotSupported

from pygent_engine.events import RunShell, Steer, SubmitPrompt

from ..commands import table
from ..outside.editor import EditorError, edit, find_editor
from ..views import app_state
from ..views.status import CLOSED
from ..widgets.asks.ask_panel import AskPanel
from ..widgets.composer.composer import SHELL, Composer
from ..widgets.request import Request
from .station import Station

_NO_TERMINAL = "An editor needs a terminal of its own; there is none here."


class Composing(Station):
    """Behind the composer."""

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            Composer.Submitted: lambda request: self._take(request, self.submit),
            Composer.Steered: lambda request: self._take(request, self.steer),
            Composer.Touched: lambda _: self._touched(),
            Composer.EditorAsked: lambda _: self._open_editor(),
            Composer.Refused: lambda request: self.conductor.refuse(request.sentence),
            AskPanel.Typed: lambda request: self.bench.composer.insert(request.text),
        }

    def _touched(self) -> None:
        self.conductor.completing.touched()
        self.conductor.recalling.touched()
        self.conductor.keeping.touched()

    def _take(self, request: Composer.Submitted, send: Callable[[str], bool | None]) -> None:
        """Do what the composer holds; it gets back what cannot be done."""
        done = send(request.text)
        if done is None and self.conductor.installed.later(partial(self._take, request, send)):
            return
        if done:
            self.bench.composer.sent(request.text)
            self.conductor.recalling.keep(request.text)
        else:
            self.bench.composer.give_back(request.written)
        self.conductor.keeping.touched()

    def submit(self, text: str) -> bool | None:
        """Run a command, or send a prompt; False when it was refused, None while it may be a command that is yet to be loaded."""
        try:
            found = table.find(text, self.conductor.installed.table)
        except table.CommandError as error:
            if not self.conductor.installed.complete:
                return None
            self.conductor.refuse(str(error))
            return False
        if found is not None:
            command, argument = found
            command.run(self.conductor, argument)
            return True
        if self.conductor.state.status.closed is not None:
            self.conductor.refuse(CLOSED)
            return False
        if text.startswith(SHELL):
            return self.run(text.removeprefix(SHELL).strip())
        self._send(text)
        return True

    def steer(self, text: str) -> bool:
        """Let the running turn hear `text` before its next step; without one it is a prompt."""
        state = self.conductor.state
        if state.status.closed is not None or state.status.turn_since is None:
            return bool(self.submit(text))
        self.conductor.send(Steer(text))
        self.conductor.show(app_state.steering(state, text))
        return True

    def _send(self, text: str) -> None:
        prompt_id = secrets.token_hex(4)  # no other front end of the session has it
        self.conductor.queueing.remember(prompt_id, text)
        if self.conductor.state.status.turn_since is None:
            self.conductor.panes.conversation.action_scroll_end()  # one that waits is seen above the composer
        self.conductor.send(SubmitPrompt(text, prompt_id))
        self.conductor.show(app_state.submitted(self.conductor.state, prompt_id, text))

    def run(self, command: str) -> bool:
        """Run `command` where the agent's run, and have it seen; False when there is none."""
        if not command:
            self.conductor.refuse("After ! comes a command, which runs in the workspace.")
            return False
        self.conductor.panes.conversation.action_scroll_end()
        self.conductor.send(RunShell(command))
        return True

    def _open_editor(self) -> None:
        """Let the user write the draft in the editor: the app stands still, and the terminal is the editor's."""
        if self.app.is_web:
            self.conductor.refuse(_NO_TERMINAL)
            return
        composer, environment = self.bench.composer, self.conductor.launch.environment
        before, after, problem = composer.draft, composer.draft, ""
        try:
            command = find_editor(environment)
            with self.app.suspend():
                try:  # what left this block by itself would leave the terminal to nobody
                    after = edit(before, command, environment)
                except EditorError as error:
                    problem = str(error)
        except SuspendNotSupported:
            problem = _NO_TERMINAL
        except EditorError as error:
            problem = str(error)
        if problem:
            self.conductor.refuse(problem)
        elif after != before:
            composer.write(after)
            if not after:
                self.conductor.say("The editor left an empty draft; undo brings back what was there.")
