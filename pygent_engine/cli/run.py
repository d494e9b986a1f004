"""`pygent run`: one prompt without a screen. Opens a session, prints what it reports, and ends it, whatever comes."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from ..errors import ImageMissing, RuntimeUnavailable
from ..events import Envelope, ImagePullEnded, ImagePullStarted, Interrupt, SessionClosed, SubmitPrompt, TurnEnded
from ..settings import Settings, terminal_environment
from ..values import ROOT_TASK, Outcome
from .arguments import RunPrompt
from .border import FAILED, PIPE_CLOSED, USAGE, tell
from .log import kept_log
from .outlet import Outlet
from .printing import JsonLines, PlainText, Printer
from .start import in_workspace, require_model

if TYPE_CHECKING:
    from ..session import Session

# What ends the wait for a turn: its end, a pull that fails before it, a signal, or that stdout cannot be written any more.
News = TurnEnded | SessionClosed | ImagePullStarted | ImagePullEnded | signal.Signals | OSError

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_INTERRUPT_S = 5.0
_HEAR_S = 0.5
"""A signal that comes just before a wait begins is taken by Python only when that wait ends."""
_CLOSE_S = 10.0
_LAST_CLOSE_S = 2.0


def run_prompt(command: RunPrompt, settings: Settings) -> int:
    """Run the prompt to its end and return the exit code."""
    require_model(settings)
    named = command.flags.get("workspace")
    prepared = in_workspace(settings, str(named) if named else None, scratch=command.scratch)
    for warning in settings.warnings:
        tell(warning)
    news: SimpleQueue[News] = SimpleQueue()
    out, notes = Outlet(_descriptor(sys.stdout), news.put), Outlet(_descriptor(sys.stderr))
    printer = JsonLines(out) if command.json else PlainText(out, notes, dim=_shows_colour(), columns=_columns())
    with kept_log(settings.redact), _Signals(news, (out, notes)) as signals:
        try:
            return _converse(lambda: _open(prepared, _Watch(printer, news)), command.prompt, news, signals)
        except _Stopped as stopped:
            return 128 + stopped.number


def _converse(open_session: Callable[[], Session], prompt: str, news: SimpleQueue[News], signals: _Signals) -> int:
    session = open_session()
    try:
        signals.answering = True
        session.send(SubmitPrompt(prompt))
        return _exit_code(session, news)
    finally:
        _close(session, _LAST_CLOSE_S if signals.seen > 1 else _CLOSE_S)


def _close(session: Session, timeout: float) -> None:
    try:
        session.close(timeout)
    except _Stopped:
        session.close(_LAST_CLOSE_S)
        raise


def _open(settings: Settings, watch: _Watch) -> Session:
    """Without a word on Docker it is required: nobody is here to see that commands would run on this machine.

    An image that is missing is pulled: nobody is here to be asked, and a run that could not go on is of no use.
    """
    from ..session import open_session  # noqa: PLC0415 - loads the engine, which a wrong command line does not need

    try:
        chosen = replace(settings, use_docker=True) if settings.use_docker is None else settings
        try:
            return open_session(chosen, interactive=False, on_event=watch.take)
        except ImageMissing:
            return open_session(chosen, interactive=False, on_event=watch.take, pull=True)
    except RuntimeUnavailable as error:
        if "--no-docker" in str(error):
            raise
        advice = "to run commands on this machine without isolation, add --no-docker"
        raise RuntimeUnavailable(f"{str(error).rstrip('.')}; {advice}.") from error


def _exit_code(session: Session, news: SimpleQueue[News]) -> int:
    pulling = False
    while isinstance(item := _next(news), ImagePullStarted) or (isinstance(item, ImagePullEnded) and not item.error):
        pulling = isinstance(item, ImagePullStarted)
    match item:
        case ImagePullEnded(error=error):
            tell(f"{error}, or run commands on this machine, without isolation, with --no-docker.")
            return USAGE
        case TurnEnded(outcome=outcome, reason=reason):
            if outcome != "finished":
                tell(reason or f"The turn ended: {outcome}.")
            return _code_of(outcome)
        case SessionClosed(reason=reason):
            tell(reason or "The session was closed before the turn ended.")
            return FAILED
        case OSError() as error:
            _interrupt(session, news)
            return _lost_output(error)
        case number:
            if not pulling:  # with a pull the session ends at once, and the prompt is never begun
                _interrupt(session, news)
            return 128 + number


def _next(news: SimpleQueue[News]) -> News:
    while True:
        with suppress(Empty):
            return news.get(timeout=_HEAR_S)


def _lost_output(error: OSError) -> int:
    """A reader that went away knows it; anything else is said."""
    if isinstance(error, BrokenPipeError):
        return PIPE_CLOSED
    tell(f"The output cannot be written: {error.strerror}.")
    return FAILED


def _code_of(outcome: Outcome) -> int:
    return {"finished": 0, "failed": FAILED, "limit": 3, "interrupted": 128 + signal.SIGINT}[outcome]


def _interrupt(session: Session, news: SimpleQueue[News]) -> None:
    session.send(Interrupt())
    try:
        while not isinstance(news.get(timeout=_INTERRUPT_S), (TurnEnded, SessionClosed)):
            continue
    except Empty:
        return  # closing the session ends it less gently


def _descriptor(stream: TextIO | None) -> int:
    """Where a standard stream writes; nowhere when we were started with it closed."""
    return os.open(os.devnull, os.O_WRONLY) if stream is None else stream.fileno()


def _shows_colour() -> bool:
    terminal = terminal_environment()
    return sys.stderr.isatty() and not terminal.get("NO_COLOR") and terminal.get("TERM", "dumb") != "dumb"


def _columns() -> int:
    """The width of the terminal that shows the notes, 0 where no line can be written anew."""
    if not sys.stderr.isatty() or terminal_environment().get("TERM", "dumb") == "dumb":
        return 0
    return os.get_terminal_size(sys.stderr.fileno()).columns


class _Watch:
    """Prints every envelope and passes on the pull of the image and the end of the turn."""

    def __init__(self, printer: Printer, news: SimpleQueue[News]) -> None:
        self._printer = printer
        self._news = news

    def take(self, envelope: Envelope) -> None:
        self._printer.show(envelope)
        event = envelope.event
        if envelope.task_id == ROOT_TASK and isinstance(event, SessionClosed | TurnEnded | ImagePullStarted | ImagePullEnded):
            self._news.put(event)


class _Stopped(BaseException):
    """A signal that must not wait. Not an Exception, so that nothing on its way takes it for a failure."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class _Signals:
    """Makes a signal news while a session runs. Before it is open (not `answering`), and from the second one on, it raises."""

    def __init__(self, news: SimpleQueue[News], outlets: tuple[Outlet, ...]) -> None:
        self.answering = False
        self.seen = 0
        self._news = news
        self._outlets = outlets
        # What is ignored stays ignored: nohup and background jobs rely on it. None: not Python's to restore.
        before = {number: signal.getsignal(number) for number in _SIGNALS}
        self._before = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}

    def __enter__(self) -> Self:
        for number in self._before:
            signal.signal(number, self._take)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, frame: FrameType | None) -> None:
        self.seen += 1
        for outlet in self._outlets:
            outlet.hurry()
        if self.seen > 1 or not self.answering:
            raise _Stopped(number)
        self._news.put(signal.Signals(number))
