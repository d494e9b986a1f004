"""What the user writes: commands are run, prompts are sent, what is refused stays where it was written."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from pygent_engine.events import SubmitPrompt

from .. import commands
from ..views import app_state
from ..views.app_state import AppState
from ..widgets.ask_panel import AskPanel
from ..widgets.composer import Composer
from ..widgets.request import Request
from .station import Station


class Composing(Station):
    """Behind the composer."""

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {
            Composer.Submitted: lambda request: self.submit(request.text),
            AskPanel.Typed: lambda request: self.bench.composer.insert(request.text),
        }

    def show(self, old: AppState, new: AppState) -> None:
        self.bench.composer.show_queued(tuple(text for _, text in new.status.queued))

    def submit(self, text: str) -> None:
        """Run a command, or send a prompt; what is refused stays in the composer."""
        try:
            found = commands.find(text, self.conductor.installed.table)
        except commands.CommandError as error:
            if not self.conductor.installed.later(lambda: self.submit(text)):
                self.conductor.refuse(str(error))
            return
        if found is None and self.conductor.state.status.closed is not None:
            self.conductor.refuse("The session is closed; Ctrl+Q leaves.")
            return
        self.bench.composer.sent()
        if found is None:
            prompt_id = secrets.token_hex(4)  # no other front end of the session has it
            self.conductor.send(SubmitPrompt(text, prompt_id))
            self.conductor.show(app_state.submitted(self.conductor.state, prompt_id, text))
        else:
            command, argument = found
            command.run(self.conductor, argument)
