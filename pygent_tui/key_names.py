"""Keys by the names that people know: what a binding's key is called on the screen, and what a user may write for one."""

from __future__ import annotations

from collections.abc import Iterable

from textual.keys import _character_to_key, format_key

_MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_NAMES = {
    "escape": "Esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "delete": "Del",
    "insert": "Ins",
}
_WRITTEN = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete", "ins": "insert"}
_WORDS = frozenset(
    {"backspace", "delete", "down", "end", "enter", "escape", "home", "insert", "left", "pagedown", "pageup", "right", "space", "tab", "up"}
    | {f"f{number}" for number in range(1, 25)}
)


def shown(key: str) -> str:
    """`key`, as Textual calls it, in the words of a keyboard: ctrl+q is Ctrl+Q, slash is /."""
    *modifiers, base = key.split("+")
    return "+".join((*(modifier.capitalize() for modifier in modifiers), _base(base, bool(modifiers))))


def shown_all(keys: Iterable[str]) -> str:
    """Several keys for one thing, the first of them first."""
    return ", ".join(dict.fromkeys(map(shown, keys)))


def writes(key: str) -> bool:
    """Whether `key` writes a character where text is written."""
    return "+" not in key and (key == "space" or key not in _WORDS)


def _base(base: str, modified: bool) -> str:
    if base in _NAMES:
        return _NAMES[base]
    character = base if base in _WORDS else format_key(base)
    if len(character) > 1:
        return character.capitalize()
    return character.upper() if modified else character


def parse(text: str) -> tuple[str, ...]:
    """The keys that `text` names, several by comma. Raises ValueError with the part that is no key."""
    parts = [","] if text.strip() == "," else [part.strip() for part in text.split(",")]
    return tuple(dict.fromkeys(map(_key, parts)))


def _key(part: str) -> str:
    *words, base = [*part[:-2].split("+"), "+"] if part.endswith("++") else part.split("+") if part != "+" else ["+"]
    modifiers = {word.strip().lower() for word in words}
    name = _named(base.strip(), bool(modifiers))
    if not name or len(modifiers) != len(words) or not modifiers <= _MODIFIERS:
        raise ValueError(part)
    return "+".join((*sorted(modifiers), name))  # the order in which Textual puts them together


def _named(base: str, modified: bool) -> str:
    """Textual's name of a key without its modifiers; "" when there is no such key."""
    if len(base) == 1 and base.isprintable():
        return base.lower() if modified and base.isalpha() else _character_to_key(base)
    word = _WRITTEN.get(base.lower(), base.lower())
    return word if word in _WORDS or (word.isprintable() and len(format_key(word)) == 1) else ""
