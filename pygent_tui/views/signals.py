"""What the terminal is told outside of the screen: its title, and the sign that something waits for the user. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal

from pygent_engine.untrusted import clean_line

from .app_state import AppState

Sign = Literal["bell", "osc9"]

_LONGEST = 60
# Terminals that show the text of an OSC 9 as a notification; others take it for something else, or print it.
_PROGRAMS = frozenset({"iTerm.app", "WezTerm", "ghostty", "WarpTerminal"})
_KINDS = ("xterm-kitty", "xterm-ghostty", "foot")
_WITHOUT_TITLE = ("", "dumb", "linux")


def title(workspace: str, state: AppState) -> str:
    """The title of the terminal: the folder, and whether it runs or waits for the user."""
    folder = PurePath(workspace).name or workspace
    status = state.status
    if state.asks.pending:
        doing = "needs you"
    elif status.closed is not None:
        doing = "closed"
    else:
        doing = "running" if status.busy else "ready" if status.opened is not None else "starting"
    return clean_line(f"pygent · {clean_line(folder, _LONGEST)} · {doing}")


def news(old: AppState, new: AppState) -> str:
    """What somebody who looks elsewhere is to be told of, once; "" when nothing came that needs them."""
    known = {ask.call_id for ask in old.asks.pending}
    if any(ask.call_id not in known for ask in new.asks.pending):
        return "Pygent needs you"
    ended = old.status.turn_since is not None and new.status.turn_since is None
    return "Pygent is done" if ended and not new.asks.pending else ""


def sign(setting: str, environment: Mapping[str, str]) -> Sign | None:
    """How somebody is told, by the setting and by what the terminal is."""
    if setting == "off":
        return None
    if setting in ("bell", "osc9"):
        return "osc9" if setting == "osc9" else "bell"
    inside = environment.get("TMUX") or environment.get("STY")  # what passes none of it on
    shows = environment.get("TERM_PROGRAM") in _PROGRAMS or environment.get("TERM", "").startswith(_KINDS)
    return "osc9" if shows and not inside else "bell"


def takes_title(environment: Mapping[str, str]) -> bool:
    """Whether the terminal has a title, as far as its name tells."""
    term = environment.get("TERM", "")
    return term not in _WITHOUT_TITLE and not term.startswith("vt")
