"""The help as a page: sections of keys and what they do, folded to a width. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap

from pygent_engine.frozen import frozen

Rows = tuple[tuple[str, str], ...]
Part = tuple[str, str]

_INDENT = 2
_KEYS = 22  # cells of the keys, where there is room beside them
_BESIDE = 60
_WIDEST = 100  # longer lines are hard to read

BADGE: Rows = (
    ("DOCKER", "commands run in a container that sees nothing but the workspace; its network is off"),
    ("LOCAL", "commands run on this machine, and each is asked for unless you turned that off"),
)
CONNECT = (
    "Set OPENAI_API_KEY, and OPENAI_BASE_URL for another OpenAI-compatible endpoint, then start Pygent again; "
    "--model or PYGENT_MODEL names the model. Without them the offline demo answers. pygent doctor tells what was found."
)
REBIND = 'A table [keys] in your pygent.toml gives other keys, several by comma: "output.wrap" = "f7, w". /keys lists the names.'


@frozen
class Section:
    """`rows` are keys, or what else is explained, each with what it does; `text` follows them."""

    title: str
    rows: Rows = ()
    text: str = ""


def laid(sections: Iterable[Section], width: int) -> list[tuple[Part, ...]]:
    """The lines of the page in `width` cells, as pieces of text with their roles; a blank one between sections."""
    width = min(width, _WIDEST)
    lines: list[tuple[Part, ...]] = []
    for section in sections:
        if lines:
            lines.append(())
        lines.append(((section.title, "heading"),))
        for key, what in section.rows:
            lines += _beside(key, what, width) if width >= _BESIDE else _below(key, what, width)
        lines += [((" " * _INDENT + piece, "muted"),) for piece in _folded(section.text, width - _INDENT)]
    return lines


def _beside(key: str, what: str, width: int) -> Sequence[tuple[Part, ...]]:
    """The key, and beside it what it does."""
    column = _INDENT + _KEYS + _INDENT
    first, *rest = _folded(what, width - column) or [""]
    if len(key) > _KEYS:
        return [((" " * _INDENT + key, "strong"),), *(((" " * column + piece, "muted"),) for piece in (first, *rest))]
    head = f"{' ' * _INDENT}{key}{' ' * (column - _INDENT - len(key))}"
    return [((head, "strong"), (first, "muted")), *(((" " * column + piece, "muted"),) for piece in rest)]


def _below(key: str, what: str, width: int) -> Sequence[tuple[Part, ...]]:
    """The key, and on the next lines what it does."""
    keys = [((" " * _INDENT + piece, "strong"),) for piece in _folded(key, width - _INDENT)]
    return [*keys, *(((" " * 2 * _INDENT + piece, "muted"),) for piece in _folded(what, width - 2 * _INDENT))]


def _folded(text: str, width: int) -> list[str]:
    return wrap(text, max(1, width), break_on_hyphens=False)
