"""The command line of `pygent tasks` as a value. Reads arguments only."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..errors import SettingsError
from ..frozen import frozen

if TYPE_CHECKING:
    from ..values import RetryMode

Verb = Literal["list", "show", "start", "cancel", "message", "pause", "resume", "retry", "limits", "diff", "apply", "unapply", "remove"]

_TAKES_PATHS = ("diff", "apply")
_SPENDS = ("steps", "seconds", "tokens")
_LONGEST = 15  # digits
_FITS: dict[str, tuple[Verb, ...]] = {
    "clean": ("retry",),
    "prompt": ("retry",),
    "model": ("start", "retry"),
    "persona": ("start", "retry"),
    "title": ("start",),
    "files": ("start",),
    "yes": ("remove",),
    **dict.fromkeys(_SPENDS, ("start", "limits")),
}
_FLAGS: dict[str, tuple[str, dict[str, Any]]] = {
    "clean": ("in a new workspace, and without its history", {"action": "store_true"}),
    "prompt": ("what it is told", {"metavar": "TEXT"}),
    "model": ("another model than the session's, or than before", {"metavar": "NAME"}),
    "persona": ("another persona", {"metavar": "NAME"}),
    "title": ("what the task is called (as its prompt begins)", {"metavar": "TEXT"}),
    "files": ("what it is given of the workspace; . is all of it", {"metavar": "PATH", "nargs": "+", "action": "extend"}),
    "steps": ("pause it after N replies of its model", {"metavar": "N"}),
    "tokens": ("pause it after N tokens", {"metavar": "N"}),
    "seconds": ("end it after N seconds", {"metavar": "N"}),
    "yes": ("without asking, whatever is lost with it", {"action": "store_true"}),
}


@frozen
class Tasks:
    """What is asked of the tasks of a session (`session` as in Attach). `words` are what follows the task's id: paths, or one text.
    `limits`: by their names those of `Limits` that are to hold, None for one that is to hold no more."""

    flags: Mapping[str, object]
    config_file: Path | None
    verb: Verb
    task: str
    words: tuple[str, ...]
    session: str | None
    json: bool
    mode: RetryMode = "resume"
    prompt: str = ""
    model: str = ""
    persona: str = ""
    title: str = ""
    files: tuple[str, ...] = ()
    yes: bool = False
    limits: Mapping[str, Any] = field(default_factory=dict)


def add_flags(parser: ArgumentParser, verb: Verb | None = None) -> None:
    """What `pygent tasks` takes; with a `verb` the flags that this command takes."""
    add = parser.add_argument
    if verb is None:
        add("words", metavar="COMMAND", nargs="*", help="one of the commands below; without one, the tasks are listed")
    add("--session", metavar="ID", help="the session's id, or how it begins (the only one, or the newest in this folder)")
    add("--json", action="store_true", help="print one JSON object a line")
    for name, (help_text, options) in _FLAGS.items():
        if verb is None:
            add(f"--{name}", help=f"{', '.join(_FITS[name])}: {help_text}", **options)
        elif verb in _FITS[name]:
            add(f"--{name}", help=help_text, **options)


def read(values: Mapping[str, object], config: Path | None) -> Tasks:
    """What the parsed line asks for. Raises SettingsError, one sentence with the way out."""
    said = values["words"]
    words = [_text(word) for word in said] if isinstance(said, list) else []
    verb = _verb(words.pop(0)) if words else "list"
    task, rest = ("", _prompt(words)) if verb == "start" else _task(verb, words)
    if unfit := [name for name, verbs in _FITS.items() if values.get(name) and verb not in verbs]:
        raise SettingsError(f"--{unfit[0]} belongs to: pygent tasks {' or '.join(_FITS[unfit[0]])}.")
    session, files = values.get("session"), values.get("files")
    return Tasks(
        {},
        config,
        verb,
        task,
        rest,
        None if session is None else _text(session),
        bool(values.get("json")),
        "clean" if values.get("clean") else "resume",
        prompt=_text(values.get("prompt") or ""),
        model=_text(values.get("model") or ""),
        persona=_text(values.get("persona") or ""),
        title=_text(values.get("title") or ""),
        files=tuple(map(_text, files)) if isinstance(files, list) else (),
        yes=bool(values.get("yes")),
        limits=_limits(verb, values),
    )


def _prompt(words: Sequence[str]) -> tuple[str]:
    if len(words) != 1 or not words[0].strip():
        raise SettingsError("A prompt is one text in quotes, as in: pygent tasks start 'PROMPT'.")
    return (words[0],)


def _limits(verb: Verb, values: Mapping[str, object]) -> dict[str, Any]:
    found = {name: _limit(name, _text(values[name]), verb) for name in _SPENDS if values.get(name) is not None}
    if verb == "limits" and not found:
        raise SettingsError("Say what it may spend in all, as in: pygent tasks limits task-1 --steps 40.")
    return found


def _limit(name: str, text: str, verb: Verb) -> float | None:
    if text == "none" and verb == "limits":
        return None
    whole = name != "seconds"
    written = text if whole else text.replace(".", "", 1)
    number = 0.0 if not (written.isascii() and written.isdecimal() and len(text) <= _LONGEST) else int(text) if whole else float(text)
    if number <= 0:
        kind = "a whole number" if whole else "a number"
        raise SettingsError(f"--{name}: {text[:80]!r} is not {kind} above 0{', or none' if verb == 'limits' else ''}.")
    return number


def _verb(word: str) -> Verb:
    for verb in get_args(Verb):
        if word == verb:
            known: Verb = verb
            return known
    raise SettingsError(f"pygent tasks knows no command {word[:80]!r}; there are: {', '.join(get_args(Verb))}.")


def _task(verb: Verb, words: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    if verb == "list":
        if words:
            raise SettingsError(f"pygent tasks list takes no argument; of one task tells: pygent tasks show {words[0][:80]}.")
        return "", ()
    if not words or not words[0]:
        raise SettingsError(f"Name the task, as in: pygent tasks {verb} task-1; pygent tasks lists them.")
    task, rest = words[0], tuple(words[1:])
    if verb == "message":
        if len(rest) != 1 or not rest[0].strip():
            raise SettingsError("A message is one text in quotes, as in: pygent tasks message task-1 'TEXT'.")
    elif rest and verb not in _TAKES_PATHS:
        raise SettingsError(f"pygent tasks {verb} takes one task; {rest[0][:80]!r} is too much.")
    return (f"task-{task}" if task.isascii() and task.isdigit() else task), rest


def _text(value: object) -> str:
    """Bytes that are not UTF-8 are replaced: they could not be sent."""
    return str(value).encode(errors="surrogateescape").decode(errors="replace")
