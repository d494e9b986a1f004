"""Opens the user's editor on a text, in the terminal that the app gave up for the while.

Blocks until the editor ends: the terminal is the editor's meanwhile.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pygent_engine.untrusted import clean_line

from .signals import signals_kept

_USUAL = ("vi", "nano")


class EditorError(Exception):
    """The text was not edited; the message is one sentence for the user."""


def find_editor(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The words that start the editor. Raises EditorError when there is none."""
    path = environment.get("PATH")
    for variable in ("VISUAL", "EDITOR"):
        if chosen := environment.get(variable, "").strip():
            return _split(chosen, variable, path)
    usual = next((found for name in _USUAL if (found := shutil.which(name, path=path))), None)
    if usual is None:
        raise EditorError("No editor was found; set EDITOR to the one you like.")
    return (usual,)


def edit(text: str, command: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """What the user made of `text`. Raises EditorError when the editor did not end well; the text is then as it was."""
    with tempfile.TemporaryDirectory(prefix="pygent-draft.") as folder:
        file = Path(folder, "prompt.md")
        file.touch(0o600)
        file.write_text(text, encoding="utf-8", errors="replace", newline="")
        code = _run((*command, str(file)), environment)
        if code != 0:
            ended = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            raise EditorError(f"{_name(command)} ended {ended}; the draft is as it was.")
        return _edited(file, text)


def _edited(file: Path, before: str) -> str:
    try:
        after = file.read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise EditorError(f"The edited draft could not be read ({error.strerror}); it is as it was.") from error
    return after if before.endswith("\n") else after.removesuffix("\n")  # most editors end the last line


def _split(chosen: str, variable: str, path: str | None) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(chosen))
    except ValueError as error:
        raise EditorError(f"{variable} cannot be read ({error}); set it to the command of an editor.") from error
    found = shutil.which(words[0], path=path) if words else None
    if found is None:
        raise EditorError(f"The editor {clean_line(chosen, 60)!r} of {variable} was not found; set it to one that is there.")
    return (found, *words[1:])


def _name(command: tuple[str, ...]) -> str:
    return clean_line(Path(command[0]).name, 40)


def _run(arguments: tuple[str, ...], environment: Mapping[str, str]) -> int:
    with signals_kept() as end:
        try:
            process = subprocess.Popen(arguments, env=dict(environment))
        except OSError as error:
            raise EditorError(f"{_name(arguments)} could not be started ({error.strerror}); the draft is as it was.") from error
        end.first(process.terminate)
        return process.wait()
