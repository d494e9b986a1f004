"""Gives the terminal to a shell for the while that the app gave it up: to one in a container, byte by byte, or to one of this machine.

Blocks until the shell ends. What would end the app ends the shell first.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import termios
import tty
from collections.abc import Iterator, Mapping
from threading import Event, Thread
from time import monotonic

from pygent_engine.untrusted import clean_line

from ..ports import ShellPort
from .signals import End, signals_kept

_KEYS, _SCREEN = 0, 1
_USUAL = ("bash", "sh")
_AT_ONCE = 1 << 14
_LOOK_S = 0.5
_LAST_S = 2.0
# What a program that was ended in the middle may have left on: the other screen, the mouse, marked pastes, keys of their own.
_AT_REST = b"\x1b[?1000;1002;1003;1006;1004;2004l\x1b[?1049l\x1b[?1l\x1b>\x1b[<u\x1b[?25h\x1b[?7h\x1b[0m\r\n"


class ShellError(Exception):
    """There was no shell; the message is one sentence for the user."""


def shell_here(folder: str, environment: Mapping[str, str], said: str) -> None:
    """A shell on this machine in `folder`, after a line that says so. Raises ShellError when there is none."""
    program = _program(environment)
    with signals_kept() as end, _terminal_back():
        _say(said)
        try:
            process = subprocess.Popen((program,), cwd=folder, env=dict(environment))
        except OSError as error:
            raise ShellError(f"No shell could be started in {clean_line(folder)} ({error.strerror}).") from error
        end.first(lambda: process.send_signal(signal.SIGHUP))  # an interactive shell does not mind SIGTERM
        _wait(process, end)


def shell_there(shell: ShellPort, said: str) -> int | None:
    """Hand the terminal to a shell in a container, after a line that says so, and end it; its exit code, None when it has none:
    the container went away, or a signal came."""
    with signals_kept() as end, _terminal_back(), _raw():
        _say(said)
        with _Visit(shell) as visit:
            end.first(visit.stop)
            visit.follow()
        return shell.close()


def _say(line: str) -> None:
    _write(f"{line}\r\n".encode())


# ---------------------------------------------------------------- on this machine


def _program(environment: Mapping[str, str]) -> str:
    path = environment.get("PATH")
    for name in (environment.get("SHELL", ""), *_USUAL):
        if found := shutil.which(name, path=path) if name else None:
            return found
    raise ShellError("No shell was found; set SHELL to the one you like.")


def _wait(process: subprocess.Popen[bytes], end: End) -> None:
    """Wait for the shell; one that does not end after a signal is killed."""
    patience: float | None = None
    while True:
        try:
            process.wait(_LOOK_S)
            return
        except subprocess.TimeoutExpired:
            if end.received and patience is None:
                patience = monotonic() + _LAST_S
            if patience is not None and monotonic() > patience:
                _kill_in_front()
                process.kill()


def _kill_in_front() -> None:
    """Kill what has the terminal, which may have outlived the signal, unless that is the app."""
    with contextlib.suppress(OSError):
        group = os.tcgetpgrp(_KEYS)
        if group != os.getpgrp():
            os.killpg(group, signal.SIGKILL)


@contextlib.contextmanager
def _terminal_back() -> Iterator[None]:
    """Afterwards the terminal is as it was, and the app in its foreground: a shell that is killed leaves neither so."""
    before = _attributes()
    try:
        yield
    finally:
        unheard = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        with contextlib.suppress(OSError):  # it is not the terminal that controls us
            os.tcsetpgrp(_KEYS, os.getpgrp())
        _set(before)
        signal.signal(signal.SIGTTOU, unheard)
        with contextlib.suppress(OSError):  # it is gone
            _write(_AT_REST)


# ---------------------------------------------------------------- in a container


class _Visit:
    """Passes bytes both ways until either side ends. A thread shows what comes; keys and sizes are this one's."""

    def __init__(self, shell: ShellPort) -> None:
        self._shell = shell
        self._over = Event()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._sized = True
        self._showing = Thread(target=self._show, name="pygent-shell", daemon=True)

    def __enter__(self) -> _Visit:
        self._heard = signal.signal(signal.SIGWINCH, lambda number, frame: self._resized())
        self._showing.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._shell.shut()
        self._showing.join(_LAST_S)  # it may stand in a write that only the terminal ends
        signal.signal(signal.SIGWINCH, self._heard)
        if not self._showing.is_alive():
            os.close(self._wake)
            os.close(self._woken)

    def stop(self) -> None:
        """End it; from a handler of signals too."""
        self._over.set()
        self._stir()

    def follow(self) -> None:
        poll = select.poll()
        poll.register(_KEYS, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        try:
            while not self._over.is_set():
                if self._sized:
                    self._sized = False
                    self._shell.resize(*_size())
                ready = {descriptor for descriptor, _ in poll.poll()}
                if self._woken in ready:
                    os.read(self._woken, _AT_ONCE)
                if _KEYS in ready and not self._over.is_set():
                    self._send()
        except OSError:  # the terminal or the shell went away
            self._over.set()

    def _send(self) -> None:
        typed = os.read(_KEYS, _AT_ONCE)
        if not typed:
            raise OSError
        self._shell.send(typed)

    def _show(self) -> None:
        try:
            while not self._over.is_set():
                data = self._shell.receive(_LOOK_S)
                if data == b"":
                    break
                if data:
                    _write(data)
        except OSError:
            pass
        finally:
            self.stop()

    def _resized(self) -> None:
        self._sized = True
        self._stir()

    def _stir(self) -> None:
        with contextlib.suppress(OSError):
            os.write(self._wake, b"\0")


@contextlib.contextmanager
def _raw() -> Iterator[None]:
    """Every key is the shell's, Ctrl+C too."""
    with contextlib.suppress(termios.error):
        tty.setraw(_KEYS)
    yield


def _size() -> tuple[int, int]:
    try:
        columns, rows = os.get_terminal_size(_SCREEN)
    except OSError:
        return (80, 24)
    return columns, rows


def _write(data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(_SCREEN, left) :]


def _attributes() -> list[int | list[bytes | int]] | None:
    try:
        return termios.tcgetattr(_KEYS)
    except termios.error:
        return None


def _set(attributes: list[int | list[bytes | int]] | None) -> None:
    if attributes is not None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(_KEYS, termios.TCSADRAIN, attributes)
