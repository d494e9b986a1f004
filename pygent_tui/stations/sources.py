"""Hands out the source of what is shown: /copy to the clipboard, /export to a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import localtime, strftime
from typing import TYPE_CHECKING

from pygent_engine.untrusted import clean_line

from ..views import app_state
from ..views.app_state import AppState
from .station import Station
from .writing import Text

if TYPE_CHECKING:
    from ..conductor import Conductor

_FILE = "--file"


class Sources(Station):
    """`choices` are what /copy can name."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._kinds: dict[str, tuple[str, Callable[[AppState], str]]] = {
            "last": ("the last reply", _reply),
            "code": ("the last block of code", _code),
            "command": ("the last command", _command),
            "output": ("the output", _output),
            "all": ("the conversation", lambda state: conductor.launch.redact(_all(state))),
        }

    @property
    def choices(self) -> Sequence[str]:
        return (*self._kinds, _FILE)

    def copy(self, words: str) -> None:
        """Copy what `words` name, the last reply without any; `--file [PATH]` writes what was copied last to a file."""
        if words == _FILE or words.startswith(f"{_FILE} "):
            self._write_copied(words.removeprefix(_FILE).strip())
            return
        kind = self._kinds.get(words.lower() or "last")
        if kind is None:
            self.conductor.refuse(f"/copy takes one of {', '.join(self._kinds)}, or {_FILE} [PATH].")
            return
        what, find = kind
        text = find(self.conductor.state)
        if text:
            self.conductor.copy(text, what)
        else:
            self.conductor.refuse(f"There is nothing to copy yet: no {what.removeprefix('the ').removeprefix('last ')}.")

    def export(self, named: str) -> None:
        """Write the conversation, on a task's own screen that of the task, to a file of that name, or of a new one here."""
        from ..views.export import formats  # noqa: PLC0415 - only who exports needs it

        view = self.conductor.desk.seen
        whose = f"-{view.id}" if view is not None else ""
        name = named or f"pygent{whose}-{strftime('%Y-%m-%d-%H%M%S', localtime(self.app.clock()))}.md"
        suffix = Path(name).suffix
        make = formats().get(suffix.lower() or ".md")
        if make is None:
            self.conductor.refuse(f"A conversation is written as .md, .txt or .jsonl, not as {clean_line(suffix, 40)}.")
            return
        state, redact = self.conductor.state, self.conductor.launch.redact
        state = state if view is None else app_state.of_task(state, view)
        what = "the conversation" if view is None else f"the conversation of {clean_line(view.id, 40)}"
        self.conductor.writing.write(Text(name, lambda: (redact(make(state)),), what))

    def _write_copied(self, named: str) -> None:
        copied = self.conductor.copying.copied
        if not copied:
            self.conductor.refuse("Nothing was copied yet; /copy --file writes what was copied last.")
            return
        self.conductor.writing.write(Text(named or "pygent-copy.txt", lambda: (copied,), "what was copied"))


def _reply(state: AppState) -> str:
    from ..views.sources import last_reply  # noqa: PLC0415 - only who copies needs it

    return state.transcript.text.text or last_reply(state.transcript.entries)


def _code(state: AppState) -> str:
    from ..views.sources import last_code  # noqa: PLC0415 - as above

    return last_code(state.transcript.entries)


def _command(state: AppState) -> str:
    from ..views.sources import last_command  # noqa: PLC0415 - as above

    return last_command(state.transcript.entries)


def _output(state: AppState) -> str:
    from ..views.sources import without_colours  # noqa: PLC0415 - as above

    shown = state.output.current
    return without_colours(shown.text) if shown is not None else ""


def _all(state: AppState) -> str:
    from ..views.export import markdown  # noqa: PLC0415 - as above

    return markdown(state)
