"""The help screen: keys, commands, what the badge means, and how to connect a model."""

from __future__ import annotations

from textwrap import wrap

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ..commands.table import COMMANDS

Rows = tuple[tuple[str, str], ...]

_KEYS: tuple[tuple[str, Rows], ...] = (
    (
        "Write",
        (
            ("Enter", "send the prompt; while a turn runs it waits its turn"),
            ("Shift+Enter, Ctrl+J", "break the line"),
            ("Up, Down", "walk the prompts of this session, on the first and last line"),
        ),
    ),
    (
        "Everywhere",
        (
            ("Esc", "interrupt the running turn; delegated tasks go on"),
            ("Ctrl+C", "copy the selection; without one, interrupt"),
            ("Ctrl+Q", "quit; asks when something still runs"),
            ("Tab, F6", "next pane"),
            ("F3", "make this pane fill the screen, and back"),
            ("Ctrl+P", "command palette"),
        ),
    ),
    (
        "In a pane",
        (
            ("Up, Down, PgUp, PgDn", "scroll, as j, k, g and G do; End follows what comes"),
            ("o", "in the conversation: unfold the results, and back"),
            ("Left, Right", "in the output: see long lines to their end"),
            ("f", "in the output: all that a command put out, when its result was cut"),
            ("Enter", "on the board: show the task's output; Esc goes back"),
            ("x", "on the board: cancel the task"),
        ),
    ),
    (
        "When the agent asks",
        (
            ("y", "yes, once"),
            ("s", "yes, and to all commands of the session, of delegated tasks too"),
            ("n", "no, with a reason that the model reads"),
            ("Esc", "no"),
        ),
    ),
)

_BADGE: Rows = (
    ("DOCKER", "commands run in a container that sees nothing but the workspace; its network is off"),
    ("LOCAL", "commands run on this machine, and each is asked for unless you turned that off"),
)

_CONNECT = (
    "Set OPENAI_API_KEY, and OPENAI_BASE_URL for another OpenAI-compatible endpoint, then start Pygent again; "
    "--model or PYGENT_MODEL names the model. Without them the offline demo answers. pygent doctor tells what was found."
)


class Help(ModalScreen[None]):
    """Scrolls; any of Escape, Enter, F1 and q leaves."""

    BINDINGS = [Binding("escape,f1,q,enter", "dismiss", show=False)]  # noqa: RUF012 - Textual's own declaration

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -tall") as dialog:
            dialog.border_title = Content("Help")
            dialog.border_subtitle = Content("Esc closes")
            yield Static(help_content())


def help_content() -> Content:
    """The whole help as one text."""
    commands = tuple((command.usage, command.what) for command in COMMANDS)
    parts: list[tuple[str, str]] = []
    for title, rows in (*_KEYS, ("Commands", commands), ("The badge", _BADGE)):
        parts.append((f"{title}\n", "bold $text-primary"))
        for key, what in rows:
            parts += [(f"  {key:<22}", "$foreground"), (f"{_hang(what)}\n", "$text-muted")]
        parts.append(("\n", ""))
    parts += [("Connect a model\n", "bold $text-primary"), ("  " + _hang(_CONNECT, 74, 2), "$text-muted")]
    return Content.assemble(*parts)


def _hang(text: str, width: int = 52, indent: int = 24) -> str:
    """`text` in lines of `width`, the later ones under the first."""
    return f"\n{' ' * indent}".join(wrap(text, width))
