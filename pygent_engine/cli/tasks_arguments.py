"""The command line of `pygent tasks` as a value. Reads arguments only."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from ..errors import SettingsError
from ..frozen import frozen

if TYPE_CHECKING:
    from ..values import RetryMode

Verb = Literal["list", "show", "cancel", "message", "pause", "resume", "retry", "diff", "apply", "unapply", "remove"]

TEXT = """\
The delegated tasks of a session that runs in another terminal of yours: how
they stand, and what is to become of them. ID is a task's, as task-1 or 1."""
USAGE = "pygent tasks [--json] [--session ID]\n       pygent tasks COMMAND ID [...] [flags]"
NOTES = """\
commands:
  show ID               all that is known of a task
  cancel ID             end it
  message ID TEXT       say something to its agent, read before its next step
  pause ID              have it stop before its next step
  resume ID             have it go on
  retry ID              start one that is over again, where it stopped
  diff ID [PATH...]     what it changed
  apply ID [PATH...]    merge that into the workspace; on a conflict, nothing
  unapply ID            take back what was applied last
  remove ID             forget one that is over, and delete its files

exit codes:
  0 done          1 refused, a conflict, or no answer came
  2 wrong usage, or there is no such session or task
"""

_TAKES_PATHS = ("diff", "apply")


@frozen
class Tasks:
    """What is asked of the tasks of a session (`session` as in Attach). `words` are what follows the task's id: paths, or one text."""

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


def add_flags(parser: ArgumentParser) -> None:
    """What `pygent tasks` takes."""
    add = parser.add_argument
    add("words", metavar="COMMAND", nargs="*", help="one of the commands below; without one, the tasks are listed")
    add("--session", metavar="ID", help="the session's id, or how it begins (the only one, or the newest in this folder)")
    add("--json", action="store_true", help="print one JSON object a line")
    add("--clean", action="store_true", help="retry: in a new workspace, and without its history")
    add("--prompt", metavar="TEXT", help="retry: what it is told")
    add("--model", metavar="NAME", help="retry: another model")
    add("--persona", metavar="NAME", help="retry: another persona")


def read(values: Mapping[str, object], config: Path | None) -> Tasks:
    """What the parsed line asks for. Raises SettingsError, one sentence with the way out."""
    said = values["words"]
    words = [_text(word) for word in said] if isinstance(said, list) else []
    verb = _verb(words.pop(0)) if words else "list"
    task, rest = _task(verb, words)
    retrying = {name: _text(values.get(name) or "") for name in ("prompt", "model", "persona")}
    if verb != "retry" and (unfit := [name for name in (*retrying, "clean") if values.get(name)]):
        raise SettingsError(f"--{unfit[0]} belongs to: pygent tasks retry ID.")
    session = values.get("session")
    mode: RetryMode = "clean" if values.get("clean") else "resume"
    return Tasks({}, config, verb, task, rest, None if session is None else _text(session), bool(values.get("json")), mode, **retrying)


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
