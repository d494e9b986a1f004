"""What is written in the fields of a form, and what it means: numbers, times, names, paths. Pure; what does not fit is a sentence."""

from __future__ import annotations

import re
import shlex
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Literal

from pygent_engine.frozen import frozen

_COUNT = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)([kKmM]?)")
_SPAN = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(s|m|min|h)?")
_PLAIN = re.compile(r"[^\s,'\"\\]+")
_TIMES = {"": 1, "k": 1_000, "m": 1_000_000}
_UNITS = {"": 1, "s": 1, "m": 60, "min": 60, "h": 3600}
_NONE = frozenset({"none", "no", "-", "unlimited"})

Values = Mapping[str, str]
"""What was written, by the names of the fields."""


class Unfit(ValueError):
    """What was written cannot be meant; the message is one sentence for the user."""


@frozen
class Field:
    """One field of a form. With `choices` (a value and its words each) one of them is chosen; `lines` of text otherwise."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    lines: int = 1
    paths: bool = False
    """Whether paths of the workspace are written here, so that they can be completed."""
    replaced: bool = False
    """Whether what is typed takes the place of what stands there, as of a number."""


@frozen
class Verdict:
    """What a form says of itself: what it would do, a doubt, or why it cannot be sent."""

    text: str
    role: Literal["muted", "text", "warn", "error"] = "muted"
    fits: bool = True
    """Whether it can be sent."""


def count(text: str, what: str) -> int | None:
    """A number of at least 1, None for none: "20", "200k", "1.5m"."""
    shown = text.strip().replace("_", "").replace(",", "")
    if not shown or shown.lower() in _NONE:
        return None
    found = _COUNT.fullmatch(shown)
    number = int(float(found[1]) * _TIMES[found[2].lower()]) if found else 0
    if number < 1:
        raise Unfit(f"{what}: write a number, like 20 or 200k, or nothing for no limit.")
    return number


def seconds(text: str, what: str) -> float | None:
    """A span in seconds, None for none: "90", "90s", "5m", "1h"."""
    shown = text.strip().lower()
    if not shown or shown in _NONE:
        return None
    found = _SPAN.fullmatch(shown)
    span = float(found[1]) * _UNITS[found[2] or ""] if found else 0.0
    if span <= 0:
        raise Unfit(f"{what}: write a time, like 90s or 5m, or nothing for no limit.")
    return span


def words(text: str, what: str) -> tuple[str, ...]:
    """Names by commas or blanks; one with a blank in it stands in quotes."""
    try:
        return tuple(dict.fromkeys(shlex.split(text.replace(",", " "))))
    except ValueError:
        raise Unfit(f"{what}: a quotation mark is not closed.") from None


def paths(text: str) -> tuple[str, ...]:
    """Paths of the workspace, relative."""
    found = words(text, "Files")
    for path in found:
        if path.startswith(("/", "~")) or ".." in path.split("/"):
            raise Unfit(f"Files: {path} is not in the workspace; write paths relative to it, or . for all of it.")
    return tuple(path.removeprefix("./") or "." for path in found)


def unlisted(found: Sequence[str], known: Sequence[str]) -> list[str]:
    """Those of `found` that are not among the `known` paths, which are sorted; a folder is known by what is in it."""
    return [path for path in found if path != "." and known and not _is_listed(path, known)]


def _is_listed(path: str, known: Sequence[str]) -> bool:
    bare = path.rstrip("/")
    at = bisect_left(known, bare)
    below = bisect_left(known, f"{bare}/")
    return (at < len(known) and known[at] == bare) or (below < len(known) and known[below].startswith(f"{bare}/"))


def last_word(text: str) -> str:
    """The word that is being written."""
    return re.split(r"[,\s]", text)[-1]


def with_path(text: str, path: str) -> str:
    """`text` with `path` in place of its last word; one that is no folder is done with."""
    before = text[: len(text) - len(last_word(text))]
    return f"{before}{path if _PLAIN.fullmatch(path) else shlex.quote(path)}{'' if path.endswith('/') else ' '}"
