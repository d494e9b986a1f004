"""The app: owns the connection to the session and the state of the screen; folds what comes, sends what is asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.message import Message

from pygent_engine.events import AnswerApproval, AnswerQuestion, Interrupt, Op, SubmitPrompt

from .commands import COMMANDS
from .connection import Connection, Failed, News
from .screens.cannot_start import CannotStart, Way
from .screens.confirm import Confirm
from .screens.help import Help
from .screens.workbench import Workbench, quit_body
from .theme import DARK, themes
from .views import app_state
from .widgets.guard import QUIET_S

if TYPE_CHECKING:
    from textual.screen import Screen
    from textual.timer import Timer

    from .ports import LaunchPort


class PygentApp(App[None]):
    """`return_code` is the exit code. `failure` says why the session could not be opened, `crash` what ended the app."""

    CSS_PATH = Path(__file__).with_name("pygent.tcss")
    TITLE = "Pygent"
    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True),
        Binding("ctrl+c", "copy_or_interrupt", "Copy, or interrupt", show=False, priority=True),
        Binding("f1", "help", "Help", show=False, priority=True),
    ]

    class Arrived(Message):
        """Something came from the connection's threads."""

        def __init__(self, news: News) -> None:
            super().__init__()
            self.news = news

    def __init__(
        self,
        launch: LaunchPort,
        *,
        clock: Callable[[], float] = time.time,
        quiet_s: float = QUIET_S,
        on_painted: Callable[[], object] = lambda: None,
    ) -> None:
        super().__init__()
        for theme in themes():
            self.register_theme(theme)
        self.theme = DARK
        self.failure = ""
        self.crash: BaseException | None = None
        self.state = app_state.AppState()
        self.connection = Connection(launch, lambda news: self.post_message(self.Arrived(news)))
        self._bench = Workbench(launch, quiet_s)
        self._clock = clock
        self._on_painted = on_painted
        self._ticker: Timer | None = None

    def get_default_screen(self) -> Workbench:
        return self._bench

    def on_mount(self) -> None:
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        self._on_painted()
        self.connection.open()

    # ------------------------------------------------------------ from the session

    def on_pygent_app_arrived(self, event: Arrived) -> None:
        if isinstance(event.news, Failed):
            self._cannot_start(event.news.reason)
            return
        self._show(app_state.fold(self.state, event.news))
        self.connection.taken()

    def _show(self, state: app_state.AppState) -> None:
        self.state = state
        self._bench.show(state, self._clock(), "cannot start" if self.failure else "")
        self._tick_while(state.status.busy)

    def _tick_while(self, busy: bool) -> None:
        """Elapsed times move once a second, and only while something runs."""
        if busy and self._ticker is None:
            self._ticker = self.set_interval(1.0, lambda: self._bench.tick(self._clock()))
        elif not busy and self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def _cannot_start(self, reason: str) -> None:
        self.failure = reason
        self._show(self.state)
        self.push_screen(CannotStart(reason), self._go)

    def _go(self, way: Way | None) -> None:
        if way == "quit" or way is None:
            self.leave(1)
            return
        self.failure = ""
        self._show(self.state)
        self.connection.open(False if way == "local" else None)

    # ------------------------------------------------------------ from the user

    def on_workbench_asked(self, event: Workbench.Asked) -> None:
        self._ask(event.op)

    def on_workbench_inspected(self, event: Workbench.Inspected) -> None:
        self._show(app_state.inspected(self.state, event.task_id))

    def on_workbench_quit_asked(self) -> None:
        self._quit()

    def _ask(self, op: Op) -> None:
        """Send `op`, and show at once what is sure to come of it."""
        self.connection.send(op)
        match op:
            case SubmitPrompt(text):
                self._show(app_state.submitted(self.state, text))
            case AnswerApproval(call_id) | AnswerQuestion(call_id):
                self._show(app_state.settled(self.state, call_id))
            case _:
                pass

    async def action_quit(self) -> None:
        self._quit()

    def _quit(self) -> None:
        if self.failure:
            self.leave(1)
        elif not self.state.status.busy:
            self.leave(0)
        elif not isinstance(self.screen, Confirm):
            dialog = Confirm("Quit Pygent?", quit_body(self.state.status), "quit", "stay")
            self.push_screen(dialog, lambda yes: self.leave(0) if yes else None)

    def leave(self, code: int) -> None:
        """End the app with the exit code `code`."""
        self.exit(return_code=code)

    def action_help(self) -> None:
        if isinstance(self.screen, Workbench):
            self.push_screen(Help())

    def action_copy_or_interrupt(self) -> None:
        """Ctrl+C never ends the app."""
        selected = getattr(self.focused, "selected_text", "") or self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        elif self.state.status.turn_since is not None:
            self._ask(Interrupt())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        for command in COMMANDS:
            if not command.needs_argument:
                yield SystemCommand(command.name.capitalize(), command.what, lambda run=command.run: run(self._bench, ""))

    # ------------------------------------------------------------ crashes

    def _handle_exception(self, error: Exception) -> None:
        """Textual would print a traceback with the values of variables, keys among them; run_app says it in a sentence."""
        self.crash = self.crash or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:
        """Textual's way to end with a traceback of its own; here it only ends."""
        self.crash = self.crash or RuntimeError("the terminal could not be read or drawn")
        self._close_messages_no_wait()
