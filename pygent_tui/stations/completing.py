"""The list of what can be completed above the composer: files after `@`, commands after `/`, and what a command takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual.content import Content

from pygent_engine.listing import Listing, list_workspace

from ..aside import Aside
from ..bound import key_of, keys_of
from ..commands.command import Command
from ..matching import Names
from ..views.app_state import AppState
from ..views.tokens import Token, mention, token_at
from ..widgets.composer.composer import Composer
from ..widgets.popup import Choice, Popup
from ..widgets.request import Brought, Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor

_FRESH_S = 2.0
_MOST = 50


class Completing(Station):
    """Lists and searches files on threads of its own; the newest question is the one that is answered."""

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self.popup = Popup()
        self._lister = Aside("pygent-listing", self._bring)
        self._searcher = Aside("pygent-search", self._bring)
        self._listing: Listing | None = None
        self._names = Names()
        self._listed_at: float | None = None
        self._token: Token | None = None
        self._before = ""
        """What stood before the cursor when the token was looked for; more may stand there by now."""
        self._folder: Path | None = None

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {Brought: lambda request: request.then(), Popup.Pressed: lambda _: self.bench.composer.action_send()}

    def begin(self) -> None:
        self.bench.mount(self.popup, before=self.bench.composer)
        self.bench.composer.popup = self.popup

    def show(self, old: AppState, new: AppState) -> None:
        if self._folder is None and new.status.opened is not None:
            told = self.conductor.launch.workspace  # the session's is cleaned, and cut when it is long
            self._folder = Path(told if Path(told).is_absolute() else new.status.opened.workspace)

    def _bring(self, then: Callable[[], object]) -> None:
        self.app.post_message(Brought(then))

    # ------------------------------------------------------------ what is asked

    def touched(self) -> None:
        """The text or the cursor changed."""
        composer = self.bench.composer
        if composer.searching:
            return
        token = self._wanted(composer)
        fresh = token is None or self._token is None or (token.kind, token.start) != (self._token.kind, self._token.start)
        if fresh:
            self.popup.left = False
        self._token, self._before = token, composer.before
        self._hint(token)
        if token is None or self.popup.left:
            self._offer(())
        elif token.kind == "file":
            if fresh:
                self._list_anew()
            self._ask_for_files(token)
        else:
            self._offer_commands(token)

    def _wanted(self, composer: Composer) -> Token | None:
        if not composer.selection.is_empty or not composer.has_focus:
            return None
        row, column = composer.cursor_location
        last = row == composer.document.line_count - 1 and column == len(composer.document.get_line(row))
        return token_at(composer.before, first=row == 0, last=last)

    def _offer(self, choices: Sequence[Choice], title: str = "", *, marked: bool = True) -> None:
        """Fill the list for what was looked for last."""
        composer = self.bench.composer
        self.popup.fill(self._before, choices, title, _keys(composer), marked=marked)
        if choices:
            self._place()
            self.app.call_after_refresh(self._place)  # the composer may just be growing
        composer.offered()

    def _place(self) -> None:
        self.popup.place(self.bench.composer.region, self.bench.region)

    # ------------------------------------------------------------ files

    def _ask_for_files(self, token: Token) -> None:
        if self._listing is None:
            return
        names = self._names
        self._searcher.do_newest(
            lambda wanted: names.best(token.query, _MOST, wanted),
            lambda found: self._offer_files(token, found),
        )

    def _offer_files(self, token: Token, found: list[str]) -> None:
        if token != self._token or self.popup.left:
            return
        cut = self._listing.cut if self._listing is not None else ""
        self._offer([_file(path, token.start) for path in found], f"Files · {cut}" if cut else "Files")

    def _list_anew(self) -> None:
        """List the workspace, unless that was done a moment ago."""
        now = monotonic()
        folder = self._folder
        if folder is None or (self._listed_at is not None and now - self._listed_at < _FRESH_S):
            return
        self._listed_at = now
        known = self._listing

        def listed() -> tuple[Listing, Names | None]:
            listing = list_workspace(folder, known)
            return listing, None if listing is known else Names(listing.paths)

        self._lister.do(listed, self._listed)

    def _listed(self, outcome: tuple[Listing, Names | None]) -> None:
        first = self._listing is None
        self._listing, names = outcome
        self._listed_at = monotonic()
        if names is not None:
            self._names = names
        if (names is not None or first) and self._token is not None and self._token.kind == "file":
            self._ask_for_files(self._token)

    # ------------------------------------------------------------ commands

    def _offer_commands(self, token: Token) -> None:
        if token.kind == "command":
            found = _fitting(self.conductor.installed.table, token.query.lower())
            exact = any(token.query.lower() in command.names and not command.needs_argument for command in found)
            self._offer([_choice(command) for command in found], "Commands", marked=not exact)
            return
        command = self._command(token.command)
        choices = list(command.choices(self.conductor)) if command is not None else []
        sought = token.query.lower().strip()
        fits = [choice for choice in choices if choice.lower().startswith(sought)]
        fits += [choice for choice in choices if sought in choice.lower() and choice not in fits]
        if fits == [token.query.strip()]:
            fits = []
        self._offer([Choice(fit, fit, start=token.start) for fit in fits], f"/{token.command}", marked=bool(sought))

    def _hint(self, token: Token | None) -> None:
        """While an argument is written, the border says what it is."""
        command = self._command(token.command) if token is not None and token.kind == "argument" else None
        self.bench.composer.border_subtitle = Content(f"{command.usage} · {command.what}" if command is not None else "")

    def _command(self, name: str) -> Command | None:
        return next((command for command in self.conductor.installed.table if name in command.names), None)


def _keys(composer: Composer) -> str:
    choose = keys_of(composer, "composer.up", "composer.down")
    return f"{choose} choose · {key_of(composer, 'composer.complete')} complete · {key_of(composer, 'composer.leave')} close"


def _fitting(table: Sequence[Command], sought: str) -> list[Command]:
    """Those whose name begins so, then those that have it somewhere in their name."""
    begins = [command for command in table if any(name.startswith(sought) for name in command.names)]
    begins.sort(key=lambda command: not command.name.startswith(sought))
    return begins + [command for command in table if command not in begins and sought in command.name]


def _file(path: str, start: int) -> Choice:
    """Tab goes on into a folder."""
    return Choice(path, mention(path), start=start, after_enter=" ", after_tab="" if path.endswith("/") else " ")


def _choice(command: Command) -> Choice:
    return Choice(command.usage, f"/{command.name}{' ' if command.argument else ''}", command.what, sends=not command.argument)
