"""How each setting is called and read, one row an option. Takes values and text; knows no file, environment or command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .errors import SettingsError
from .frozen import frozen
from .untrusted import clean_line

if TYPE_CHECKING:
    from .values import Persona

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_APPROVALS = ("auto", "ask", "never-write")  # as values.ApprovalMode, which the app's start does without
_NOTIFY = ("auto", "bell", "osc9", "off")  # how a front end tells who is elsewhere
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER_SAFE = re.compile(r"[!-~]+")


class Unfit(ValueError):
    """A value that cannot be used; the message says which part of it and why, and ends the sentence."""


@frozen
class Option:
    """One setting: the field's name, its flag and variable, what is accepted, and how a value is read.

    `parse` takes a typed value (of a TOML file or a program), `parse_text` the text of a variable or flag; both raise
    ValueError for what is not `accepted`, Unfit where a sentence can say more. With `merge` a stronger source adds to a
    weaker one in place of hiding it.
    """

    name: str
    accepted: str
    parse: Callable[[object], object]
    parse_text: Callable[[str], object]
    flag: str | None = None
    variable: str | None = None
    merge: Callable[[Any, Any], object] | None = None
    secret: bool = False

    def read(self, value: object, where: str, *, is_text: bool) -> object:
        """The setting's value. Raises SettingsError naming `where` the value came from."""
        try:
            return self.parse_text(cast(str, value)) if is_text else self.parse(value)
        except Unfit as error:
            raise SettingsError(f"{where}: {error}") from error
        except ValueError as error:
            one = value[0] if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) else value  # of a flag
            shown = "the value" if self.secret else clean_line(repr(one), 80)
            raise SettingsError(f"{where}: {shown} is not {self.accepted}.") from error


def unknown_key(key: str, path: Path) -> str:
    """The warning about a key of the file that no setting has."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelt file pays for it

    near = get_close_matches(key, [option.name for option in OPTIONS], 1)
    advice = f"; did you mean {near[0]}?" if near else "."
    return f"{path}: the key {clean_line(repr(key), 60)} is unknown and was ignored{advice}"


# ---------------------------------------------------------------- single values


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError
    return value.strip()


def _folder(value: object) -> str:
    return str(Path(_text(value)).expanduser())


def _secret(value: object) -> str:
    """A key is sent as an HTTP header: a character that is illegal there would end up, key and all, in an error message."""
    key = _text(value)
    if not _HEADER_SAFE.fullmatch(key):
        raise ValueError
    return key


def _url(value: object) -> str:
    from urllib.parse import urlsplit  # noqa: PLC0415 - kept out of the app's start, as most have no address to check

    url = _text(value)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(c.isspace() for c in url) or not url.isprintable():
        raise ValueError
    return url


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _switch_text(text: str) -> bool:
    word = text.strip().lower()
    if word not in _TRUE + _FALSE:
        raise ValueError
    return word in _TRUE


def _approvals(value: object) -> str:
    if not isinstance(value, str) or value.strip() not in _APPROVALS:
        raise ValueError
    return value.strip()


def _notify(value: object) -> str:
    if not isinstance(value, str) or value.strip() not in _NOTIFY:
        raise ValueError
    return value.strip()


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError
    return value


def _count_text(text: str) -> int:
    return _count(int(text))


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < float("inf"):
        raise ValueError
    return float(value)


def _seconds_text(text: str) -> float:
    return _seconds(float(text))


# ---------------------------------------------------------------- lists


def _names(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, (list, tuple)):
        raise ValueError
    return tuple(dict.fromkeys(_text(item) for item in value))


def _names_text(text: str) -> tuple[str, ...]:
    return _names([word for word in re.split(r"[,:\s]+", text) if word])


def _joined(weaker: tuple[str, ...], stronger: tuple[str, ...]) -> tuple[str, ...]:
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
    return Persona(_text(value.get("name")), description)


def _personas(value: object) -> tuple[Persona, ...]:
    if not isinstance(value, (list, tuple)):
        raise ValueError
    return tuple(map(_persona, value))


def _personas_text(text: str) -> tuple[Persona, ...]:
    import json  # noqa: PLC0415 - few have personas

    return _personas(json.loads(text))


def _variables(value: object) -> tuple[tuple[str, str], ...]:
    """A table of names and values, or a list of NAME=VALUE texts; the last one of a name counts."""
    pairs = list(value.items()) if isinstance(value, Mapping) else [_variable(item) for item in _list(value)]
    for name, content in pairs:
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(content, str) or "\0" in content:
            raise ValueError
    return tuple(dict(pairs).items())


def _keys(value: object) -> tuple[tuple[str, str], ...]:
    """A table of texts; one of tables is meant by a name with a dot that is written without quotes."""
    if not isinstance(value, Mapping):
        raise ValueError
    found: list[tuple[str, str]] = []
    for name, keys in value.items():
        found += [(f"{name}.{end}", text) for end, text in _keys(keys)] if isinstance(keys, Mapping) else [(str(name), _text(keys))]
    return tuple(found)


def _keys_text(text: str) -> tuple[tuple[str, str], ...]:
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


def _variables_text(text: str) -> tuple[tuple[str, str], ...]:
    return _variables([text])


def _overlaid(weaker: tuple[tuple[str, Any], ...], stronger: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
    return tuple(dict(weaker + stronger).items())


# ---------------------------------------------------------------- limits of a runtime

# The fields of values.Resources, with the least that the Docker engine takes of each.
_LEAST: dict[str, float] = {"memory_mb": 6, "cpus": 0.01, "pids": 1, "tmp_mb": 1, "home_mb": 1, "file_mb": 1}

Amounts = tuple[tuple[str, float], ...]


def _amounts(value: object) -> Amounts:
    """A table of names and numbers, or a list of texts as in a variable; the last one of a name counts."""
    if isinstance(value, Mapping):
        return tuple((str(name), _amount(str(name), amount)) for name, amount in value.items())
    texts = _list(value)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError
    return tuple(dict(pair for text in texts for pair in _amounts_text(str(text))).items())


def _amounts_text(text: str) -> Amounts:
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


# ---------------------------------------------------------------- the table

_AMOUNTS = "limits like memory_mb=4096 cpus=4 (in a file: a table of numbers)"
_WORD = "a text that is not empty"
_LIST = "a list of names"
_YES_NO = f"one of {', '.join(_TRUE)} or {', '.join(_FALSE)} (in a file: true or false)"
_WHOLE = "a whole number of at least 1"
_TIME = "a number of seconds above 0"

OPTIONS: tuple[Option, ...] = (
    Option("model", _WORD, _text, _text, "--model", "PYGENT_MODEL"),
    Option("base_url", "an http:// or https:// address", _url, _url, None, "OPENAI_BASE_URL"),
    Option("api_key", "a key of printable ASCII characters without spaces", _secret, _secret, None, "OPENAI_API_KEY", secret=True),
    Option("image", "the name of a Docker image", _text, _text, "--image", "PYGENT_IMAGE"),
    Option("use_docker", _YES_NO, _switch, _switch_text, "--docker", "PYGENT_USE_DOCKER"),
    Option("network", _YES_NO, _switch, _switch_text, "--network", "PYGENT_NETWORK"),
    Option("resources", _AMOUNTS, _amounts, _amounts_text, "--resources", "PYGENT_RESOURCES", _overlaid),
    Option("workspace", "a folder", _folder, _folder, "--workspace", "PYGENT_WORKSPACE"),
    Option("confirm_bash", _YES_NO, _switch, _switch_text, "--confirm-bash", "PYGENT_CONFIRM_BASH"),
    Option("mouse", _YES_NO, _switch, _switch_text, "--mouse", None),
    Option("notify", f"one of {', '.join(_NOTIFY)}", _notify, _notify, None, "PYGENT_NOTIFY"),
    Option("keys", 'a table like "output.wrap" = "f7, w"', _keys, _keys_text),
    Option("approvals", f"one of {', '.join(_APPROVALS)}", _approvals, _approvals, "--approvals", "PYGENT_APPROVALS"),
    Option("banned_commands", _LIST, _names, _names_text, "--ban-cmd", "PYGENT_BANNED_COMMANDS", _joined),
    Option("banned_apps", _LIST, _names, _names_text, None, "PYGENT_BANNED_APPS", _joined),
    Option("max_tasks", _WHOLE, _count, _count_text, None, "PYGENT_MAX_TASKS"),
    Option("step_timeout", _TIME, _seconds, _seconds_text, None, "PYGENT_STEP_TIMEOUT"),
    Option("task_timeout", _TIME, _seconds, _seconds_text, None, "PYGENT_TASK_TIMEOUT"),
    Option("persona_name", _WORD, _text, _text, None, "PYGENT_PERSONA_NAME"),
    Option("persona", _WORD, _text, _text, None, "PYGENT_PERSONA"),
    Option(
        "task_personas",
        'a list of personas like [{"name": "tester", "description": "writes tests"}]',
        _personas,
        _personas_text,
        None,
        "PYGENT_TASK_PERSONAS_JSON",
    ),
    Option("env", "NAME=VALUE (in a file: a table of texts)", _variables, _variables_text, "-e", None, _overlaid, secret=True),
    Option("omit_tools", _LIST, _names, _names_text, "--omit-tool", None, _joined),
    Option("max_steps", _WHOLE, _count, _count_text, "--max-steps", None),
)
