"""Copies what the user points at, and says which way it went: no more than is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Thread
from typing import TYPE_CHECKING, Any

from ..outside.clipboard import MOST_BYTES, SURE_BYTES, ClipboardError, Program, copy, find_program, terminal_sequence
from ..widgets.request import CopyAsked, Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor

_TO_FILE = "/copy --file saves it."


class Copying(Station):
    """`copied` is the last text that was asked for, whatever became of it."""

    class Told(Request):
        """A clipboard program took the text, or (`failure`) did not."""

        def __init__(self, asked: CopyAsked, program: str, failure: str = "") -> None:
            super().__init__()
            self.asked = asked
            self.program = program
            self.failure = failure

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self.copied = ""
        self._doubted = False
        self._environment = conductor.launch.environment

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {CopyAsked: self.copy, Copying.Told: self._told}

    def copy(self, asked: CopyAsked) -> None:
        """Copy with a program of this machine, else ask the terminal to."""
        if not asked.text:
            self.conductor.refuse("There is nothing to copy.")
            return
        self.copied = self.app._clipboard = asked.text  # Ctrl+V in the app gives it, whatever becomes of the rest
        program = None if self.app.is_web else find_program(self._environment)  # the browser may be another machine's
        if program is None:
            self._ask_terminal(asked)
        else:
            Thread(target=self._run, args=(asked, program), name="pygent-copy", daemon=True).start()

    def _run(self, asked: CopyAsked, program: Program) -> None:
        """On a thread of its own: a program may not end."""
        try:
            copy(program, asked.text, self._environment)
        except ClipboardError as error:
            self.app.post_message(Copying.Told(asked, program.name, str(error)))
        else:
            self.app.post_message(Copying.Told(asked, program.name))

    def _told(self, told: Copying.Told) -> None:
        if told.failure:
            self._ask_terminal(told.asked, f"{told.program} {told.failure}. ")
        else:
            self.conductor.say(f"Copied {_named(told.asked)} with {told.program}.")

    def _ask_terminal(self, asked: CopyAsked, before: str = "") -> None:
        size = len(asked.text.encode(errors="replace"))
        if size > MOST_BYTES:
            self.conductor.refuse(f"{before}{_named(asked).capitalize()} is too long for a terminal's clipboard; {_TO_FILE}")
            return
        self.app.write_to_terminal(terminal_sequence(asked.text, self._environment))
        if self.app.is_web:
            self.conductor.say(f"Asked the browser to copy {_named(asked)}; whether it did cannot be known. {_TO_FILE}")
            return
        if size > SURE_BYTES:
            doubt = f" (OSC 52); many terminals take no text this long. {_TO_FILE}"
        else:  # said once: who copies often knows by then
            doubt = "." if self._doubted else f" (OSC 52); whether it took it cannot be known. {_TO_FILE}"
            self._doubted = True
        within = next(
            (f" through {name}" for name, variable in (("tmux", "TMUX"), ("screen", "STY")) if self._environment.get(variable)), ""
        )
        self.conductor.say(f"{before}Sent {_named(asked)} to the terminal's clipboard{within}{doubt}")


def _named(asked: CopyAsked) -> str:
    count = len(asked.text)
    return f"{asked.what} ({count:,} character{'s' if count != 1 else ''})"
