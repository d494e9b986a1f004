"""The app's shell: the first frame, the keys that work everywhere, and a clean end. All else is the conductor's.

What is imported here delays the first paint, so it is little: the conductor, and the engine with it, come after.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import App
from textual.binding import Binding
from textual.command import CommandPalette
from textual.events import AppBlur, AppFocus, Resize
from textual.filter import NoColor
from textual.message import Message

from .bound import key_of
from .colours import ALL, FEW, NONE, PALETTE, Palette, nearest, system
from .loading import load
from .memory.look import Memory
from .screens.workbench import Workbench
from .terminal import LOST, TerminalDriver, driver_class
from .theme import DARK, of_the_terminal, readable, themes
from .widgets.asks.guard import QUIET_S
from .widgets.composer.composer import Composer
from .widgets.painted import release
from .widgets.request import CopyAsked, Request
from .widgets.sanitise import SafeLines

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.command import Provider
    from textual.filter import LineFilter
    from textual.screen import Screen

    from .conductor import Conductor
    from .connection import News
    from .ports import LaunchPort


def _palette() -> type[Provider]:
    from .commands.palette import TablePalette  # noqa: PLC0415 - not before the first paint

    return TablePalette


class PygentApp(App[None]):
    """`return_code` is the exit code. `failure` says why the session could not be opened, `crash` what ended the app.

    `last_word` is said on the terminal that is left.

    `clock` gives Unix seconds; `quiet_s` is the silence that a panel asks for before a key is an answer; the terminal has so
    many `colours`.
    """

    CSS_PATH = Path(__file__).with_name("pygent.tcss")
    TITLE = "Pygent"
    COMMANDS = {_palette}  # noqa: RUF012 - Textual's own declaration
    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("ctrl+q", "quit", "Quit", id="app.quit", show=False, priority=True),
        Binding("ctrl+c", "copy_or_interrupt", "Copy, or interrupt", id="app.copy", show=False, priority=True),
        Binding("f1", "help", "Help", id="app.help", show=False, priority=True),
        Binding("ctrl+p", "command_palette", "List of commands", id="app.commands", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "Back to the shell; fg returns", id="app.suspend", show=False, priority=True),
    ]

    class Arrived(Message):
        """Something came from the connection's threads."""

        def __init__(self, news: News) -> None:
            super().__init__()
            self.news = news

    class WindowLeft(Message):
        """Another window has the focus; said behind the keys that came before."""

    def __init__(
        self,
        launch: LaunchPort,
        *,
        clock: Callable[[], float] = time.time,
        quiet_s: float = QUIET_S,
        on_painted: Callable[[], object] = lambda: None,
        colours: int = ALL,
    ) -> None:
        self.colours = colours  # the styles that are made next ask for it
        super().__init__(driver_class=driver_class())
        self.console._color_system = system(colours)  # it looks at the environment alone, and knows fewer names
        for theme in themes():
            self.register_theme(theme)
        self.memory = Memory(launch.state_folder)
        look = self.memory.look
        self.set_reactive(App.theme, DARK)  # set in the usual way it would have all styles made a second time
        self.stylesheet.set_variables(self.get_css_variables())
        if (chosen := self._shown_as(look.theme)) != DARK:
            self.theme = chosen
        self.redact = launch.redact
        self.failure = ""
        self.last_word = ""
        self.crash: BaseException | None = None
        self.clock = clock
        self.quiet_s = quiet_s
        self.conductor: Conductor | None = None
        self.mouse = launch.mouse
        self._launch = launch
        self._bench = Workbench(launch.model, look.arrangement)
        self._early: list[str] = []
        self._on_painted = on_painted
        self._safe_lines = SafeLines()
        self._last: tuple[LineFilter, ...] = {NONE: (NoColor(),), PALETTE: (Palette(),)}.get(colours, ())
        self.no_color = self.no_color or colours == NONE
        self._elsewhere = False

    def get_default_screen(self) -> Workbench:
        return self._bench

    def shows(self, theme: str) -> bool:
        """Whether the terminal has colours enough for the theme of that name."""
        return theme in self.available_themes and (self.colours != FEW or self.no_color or self.available_themes[theme].ansi)

    def _shown_as(self, theme: str) -> str:
        """The theme of that name, or what stands for it."""
        theme = theme if theme in self.available_themes else DARK
        return theme if self.shows(theme) else of_the_terminal(self.available_themes[theme].dark)

    def get_css_variables(self) -> dict[str, str]:
        painted = (nearest,) if self.colours == PALETTE else ()
        self.theme_variables = readable(self.current_theme, super().get_css_variables(), *painted)
        return self.theme_variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Every line of every widget passes these."""
        return (*super().get_line_filters(), self._safe_lines, *self._last)

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self.call_after_refresh(self._painted)

    def on_resize(self, event: Resize) -> None:
        """Of sizes that follow each other within a frame the screen hears only the last. When that is the size it has, it paints
        nothing; but a terminal that was small in between has lost the frame."""
        if event.size == self.screen.outer_size:
            self.refresh(layout=True)

    def on_app_blur(self, event: AppBlur) -> None:
        """Keys that came just before it are still on their way through the widgets, and would find no key of theirs without the
        focus: it is told the same way, behind them."""
        if self.focused is not None:
            event.prevent_default()
            self._elsewhere = True
            self.focused.post_message(self.WindowLeft())

    def on_app_focus(self, event: AppFocus) -> None:
        self._elsewhere = False

    def on_pygent_app_window_left(self) -> None:
        if self._elsewhere:
            self.app_focus = self._elsewhere = False

    def _painted(self) -> None:
        self._on_painted()
        load("pygent_tui.conductor", lambda: self.call_later(self._begin), lambda error: self.call_later(self._handle_exception, error))

    async def _begin(self) -> None:
        from .conductor import Conductor  # noqa: PLC0415 - a third of the start, and nobody sees it before the first paint

        conductor = Conductor(self, self._bench, self._launch)
        await conductor.begin()
        self.conductor = conductor
        for text in self._early:
            conductor.composing.submit(text)

    def deliver(self, news: News) -> None:
        """Called from the connection's threads."""
        self.post_message(self.Arrived(news))

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Paint a frame; nothing of it is kept."""
        super()._display(screen, renderable)
        release(renderable)

    def copy_to_clipboard(self, text: str) -> None:
        """Textual's way to copy: taken by the station that knows which clipboards there are."""
        self.post_message(CopyAsked(text, "the selection"))

    def write_to_terminal(self, sequence: str) -> None:
        """Send what is no part of a frame; the caller answers for every byte of it."""
        if self._driver is not None:
            self._driver.write(sequence)

    @property
    def terminal(self) -> TerminalDriver | None:
        """The terminal that is drawn on, if it is one."""
        return self._driver if isinstance(self._driver, TerminalDriver) else None

    def say_last(self, sentence: str) -> None:
        """Say `sentence` on the terminal that is left, once, after what is said there already."""
        if sentence not in self.last_word:
            self.last_word = f"{self.last_word} {sentence}".strip()

    def leave(self, code: int) -> None:
        """End the app with the exit code `code`."""
        if self._exit:
            return
        if self.conductor is not None:
            self.conductor.end()
        self.exit(return_code=code)

    # ------------------------------------------------------------ what bubbles up

    def on_terminal_lost(self) -> None:
        self.leave(LOST)

    def on_pygent_app_arrived(self, event: Arrived) -> None:
        if self.conductor is not None:
            self.conductor.arrived(event.news)

    @on(Request)
    def _take(self, request: Request) -> None:
        """Before there is a conductor only the composer is there to ask for something."""
        if self.conductor is not None:
            self.conductor.take(request)
        elif isinstance(request, Composer.Submitted):
            self._early.append(request.text)
            self._bench.composer.sent(request.text)

    # ------------------------------------------------------------ keys

    async def action_quit(self) -> None:
        if self.conductor is not None:
            self.conductor.leaving.quit()
        else:
            self.leave(0)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "suspend_process" or not self.is_web  # a tab has no shell to go back to

    def action_command_palette(self) -> None:
        """Textual gives the list an id, and so fails where one lies below what was opened from it."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette())

    def action_help(self) -> None:
        if self.conductor is not None:
            self.conductor.open_help()

    def action_copy_or_interrupt(self) -> None:
        """Ctrl+C never ends the app."""
        selected = getattr(self.focused, "selected_text", "") or self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
        elif self.conductor is not None and not self.conductor.interrupt():
            self.conductor.say(f"Nothing runs. {key_of(self, 'app.quit')} quits.")

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
