"""Copies to the clipboard: with a program of this machine, or by asking the terminal to. Waits for programs: not on the UI's thread.

Knows what they are called, and when they would reach the wrong machine.
"""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping

from pygent_engine.frozen import frozen
from pygent_engine.untrusted import clean_line

DEADLINE_S = 3.0
SURE_BYTES = 74_994
"""What fits into the 100,000 bytes of base64 that all terminals with OSC 52 take; many take more."""
MOST_BYTES = 1_000_000
_PIECE = 700  # GNU screen passes on no longer string


@frozen
class Program:
    """A clipboard program and its arguments; it reads the text from its stdin, in `encoding`."""

    name: str
    arguments: tuple[str, ...] = ()
    encoding: str = "utf-8"


class ClipboardError(Exception):
    """A clipboard program did not take the text; the message says why, and ends no sentence."""


def find_program(environment: Mapping[str, str]) -> Program | None:
    """The program that reaches the clipboard of who sits at this terminal. None over SSH: it would be another machine's."""
    if "SSH_TTY" in environment or "SSH_CONNECTION" in environment:
        return None
    path = environment.get("PATH", "")
    return next((program for program in _candidates(environment) if shutil.which(program.name, path=path)), None)


def _candidates(environment: Mapping[str, str]) -> Iterator[Program]:
    if environment.get("WAYLAND_DISPLAY"):
        yield Program("wl-copy")
    if environment.get("DISPLAY"):
        yield Program("xclip", ("-selection", "clipboard", "-in"))
        yield Program("xsel", ("--clipboard", "--input"))
    yield Program("pbcopy")
    if environment.get("WSL_DISTRO_NAME"):
        yield Program("clip.exe", (), "utf-16-le")


def copy(program: Program, text: str, environment: Mapping[str, str], seconds: float = DEADLINE_S) -> None:
    """Hand `text` to `program`. Raises ClipboardError when it failed, or did not end within `seconds`.

    Some stay behind, to serve what was copied: they are left alone, with no pipe of ours.
    """
    with tempfile.TemporaryFile() as said:
        try:
            path = shutil.which(program.name, path=environment.get("PATH", "")) or program.name
            process = subprocess.Popen(
                (path, *program.arguments),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=dict(environment),
                start_new_session=True,
            )
        except OSError as error:
            raise ClipboardError(f"could not be started ({error.strerror})") from error
        code = _fed(process, text.encode(program.encoding, "replace"), seconds)
        if code != 0:
            said.seek(0)
            why = clean_line(said.read(2_000).decode(errors="replace"), 120)
            raise ClipboardError(f"failed ({why or f'exit code {code}'})")


def _fed(process: subprocess.Popen[bytes], data: bytes, seconds: float) -> int:
    """The exit code of `process`, which gets `data`."""
    try:
        process.communicate(data, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise ClipboardError(f"did not end within {seconds:g} s") from error
    return process.returncode


def terminal_sequence(text: str, environment: Mapping[str, str]) -> str:
    """What asks the terminal to copy `text` (OSC 52), wrapped for tmux or GNU screen when the app runs in one."""
    sequence = f"\x1b]52;c;{base64.b64encode(text.encode(errors='replace')).decode()}\a"
    if environment.get("TMUX"):
        # With `set-clipboard on` tmux takes the first, with `allow-passthrough on` it hands on the second.
        return sequence + "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environment.get("STY"):
        return "".join(f"\x1bP{sequence[start : start + _PIECE]}\x1b\\" for start in range(0, len(sequence), _PIECE))
    return sequence
