"""How a setting's value is read: of the typed values of a file or a program (`_of`), and of the text of a variable or flag (`_in`).

Each raises ValueError for what it does not take, Unfit where a sentence can say more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .untrusted import clean_line

if TYPE_CHECKING:
    from .values import Persona

TRUE = ("1", "true", "yes", "on")
FALSE = ("0", "false", "no", "off")
APPROVALS = ("auto", "ask", "never-write")  # as values.ApprovalMode, which the app's start does without
NOTIFY = ("auto", "bell", "osc9", "off")  # how a front end tells who is elsewhere
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER_SAFE = re.compile(r"[!-~]+")


class Unfit(ValueError):
    """A value that cannot be used; the message says which part of it and why, and ends the sentence."""


# ---------------------------------------------------------------- single values


def text_of(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError
    return value.strip()


def folder_of(value: object) -> str:
    return str(Path(text_of(value)).expanduser())


def secret_of(value: object) -> str:
    """A key is sent as an HTTP header: a character that is illegal there would end up, key and all, in an error message."""
    key = text_of(value)
    if not _HEADER_SAFE.fullmatch(key):
        raise ValueError
    return key


def url_of(value: object) -> str:
    from urllib.parse import urlsplit  # noqa: PLC0415 - kept out of the app's start, as most have no address to check

    url = text_of(value)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in url) or not url.isprintable():
        raise ValueError
    return url


def switch_of(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def switch_in(text: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE + FALSE:
        raise ValueError
    return word in TRUE


def approvals_of(value: object) -> str:
    if not isinstance(value, str) or value.strip() not in APPROVALS:
        raise ValueError
    return value.strip()


def notify_of(value: object) -> str:
    if not isinstance(value, str) or value.strip() not in NOTIFY:
        raise ValueError
    return value.strip()


def count_of(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError
    return value


def count_in(text: str) -> int:
    return count_of(int(text))


def seconds_of(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise ValueError
    return float(value)


def seconds_in(text: str) -> float:
    return seconds_of(float(text))


# ---------------------------------------------------------------- lists


def names_of(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise ValueError
    return tuple(dict.fromkeys(text_of(item) for item in value))


def names_in(text: str) -> tuple[str, ...]:
    return names_of([word for word in re.split(r"[,:\s]+", text) if word])


def joined(weaker: tuple[str, ...], stronger: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(weaker + stronger))


def _persona(value: object) -> Persona:
    from .values import Persona  # noqa: PLC0415 - costs the app's start milliseconds, and few have personas

    if isinstance(value, Persona):
        return value
    if not isinstance(value, dict) or not value.keys() <= {"name", "description"}:
        raise ValueError
    description = value.get("description", "")
    if not isinstance(description, str):
        raise ValueError
    return Persona(text_of(value.get("name")), description)


def personas_of(value: object) -> tuple[Persona, ...]:
    if not isinstance(value, (list, tuple)):
        raise ValueError
    return tuple(map(_persona, value))


def personas_in(text: str) -> tuple[Persona, ...]:
    import json  # noqa: PLC0415 - few have personas

    return personas_of(json.loads(text))


def variables_of(value: object) -> tuple[tuple[str, str], ...]:
    """A table of names and values, or a list of NAME=VALUE texts; the last one of a name counts."""
    pairs = list(value.items()) if isinstance(value, Mapping) else [_variable(item) for item in _list(value)]
    for name, content in pairs:
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(content, str) or "\0" in content:
            raise ValueError
    return tuple(dict(pairs).items())


def keys_of(value: object) -> tuple[tuple[str, str], ...]:
    """A table of texts; one of tables is meant by a name with a dot that is written without quotes."""
    if not isinstance(value, Mapping):
        raise ValueError
    found: list[tuple[str, str]] = []
    for name, keys in value.items():
        found += [(f"{name}.{end}", text) for end, text in keys_of(keys)] if isinstance(keys, Mapping) else [(str(name), text_of(keys))]
    return tuple(found)


def keys_in(text: str) -> tuple[tuple[str, str], ...]:
    raise ValueError  # no flag and no variable gives keys


def _list(value: object) -> list[object]:
    if not isinstance(value, (list, tuple)):
        raise ValueError
    return list(value)


def _variable(item: object) -> tuple[str, str]:
    if not isinstance(item, str) or "=" not in item:
        raise ValueError
    name, _, content = item.partition("=")
    return name, content


def variables_in(text: str) -> tuple[tuple[str, str], ...]:
    return variables_of([text])


def overlaid(weaker: tuple[tuple[str, Any], ...], stronger: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
    return tuple(dict(weaker + stronger).items())


# ---------------------------------------------------------------- limits of a runtime

# The fields of values.Resources, with the least that the Docker engine takes of each.
_LEAST: dict[str, float] = {"memory_mb": 6, "cpus": 0.01, "pids": 1, "tmp_mb": 1, "home_mb": 1, "file_mb": 1}

Amounts = tuple[tuple[str, float], ...]


def amounts_of(value: object) -> Amounts:
    """A table of names and numbers, or a list of texts as in a variable; the last one of a name counts."""
    if isinstance(value, Mapping):
        return tuple((str(name), _amount(str(name), amount)) for name, amount in value.items())
    texts = _list(value)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError
    return tuple(dict(pair for text in texts for pair in amounts_in(str(text))).items())


def amounts_in(text: str) -> Amounts:
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if not words or not all("=" in word for word in words):
        raise ValueError
    pairs = [word.split("=", 1) for word in words]
    return tuple({name: _amount(name, _number(amount)) for name, amount in pairs}.items())


def _number(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        with suppress(ValueError):
            return float(text)
        return text


def _amount(name: str, value: object) -> float:
    if name not in _LEAST:
        raise Unfit(f"there is no limit called {clean_line(repr(name), 60)}; there are {', '.join(_LEAST)}.")
    whole = name != "cpus"
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not 0 < value < float("inf"):
        raise Unfit(f"{name} is {clean_line(repr(value), 60)}, which is not a {'whole ' if whole else ''}number above 0.")
    if value < _LEAST[name]:
        raise Unfit(f"{name} is {value}, and the Docker engine takes no less than {_LEAST[name]:g}.")
    return value
