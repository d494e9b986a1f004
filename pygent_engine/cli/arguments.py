"""The command line as values: which command, with which settings. Reads arguments only; decides nothing."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from ..errors import SettingsError
from ..frozen import frozen
from ..version import __version__
from . import tasks_arguments
from .tasks_arguments import Tasks

_APP_USAGE = "pygent [PATH] [flags]\n       pygent COMMAND ..."
_APP_TEXT = """\
A coding agent in your terminal. Opens the app on PATH, or the current folder."""
_APP_NOTES = """\
commands (a folder of such a name is ./run, ./serve ...):
  run PROMPT            do one prompt without a screen (pygent run --help)
  attach [ID]           open the app on a session of another terminal
  serve [PATH]          open the app in a browser of this machine
  tasks [COMMAND ID]    the delegated tasks of a session of another terminal
  doctor                say what is here, what is missing, and what to do

connecting a model (without either, the app opens on the offline demo):
  export OPENAI_API_KEY=...      the key
  export OPENAI_BASE_URL=...     a server other than OpenAI's own
"""
_RUN_TEXT = """\
Do one prompt without a screen. Nothing is asked: commands run, but a container
has no network without --network. An image that is missing is pulled. Standard
input is never read."""
_RUN_NOTES = """\
exit codes:
  0 finished       1 failed           2 wrong usage, or it could not start
  3 met a limit    130 interrupted
"""
_ATTACH_TEXT = """\
Open the app on a session that runs in another terminal of yours. Both show the
same and both can answer. Leaving this one detaches; the session goes on.
Without an ID: the only session, else the newest one of the current folder."""
_ATTACH_NOTES = """\
exit codes:
  0 detached, or the session has ended      1 the session's process is gone
  2 wrong usage, or there is no such session
"""
_SERVE_TEXT = """\
Host a session, and show the app in a browser of this machine, in one tab at a
time. Prints the link, which opens it once. Closing the tab leaves the session
running; /exit in the tab or Ctrl+C here ends it."""
_SERVE_NOTES = """\
from another machine:
  Only this machine is listened to (127.0.0.1). Build a tunnel with the same port
  at both ends, then open the link there:
    ssh -t -L 8484:127.0.0.1:8484 HOST pygent serve --port 8484
"""
_DOCTOR_TEXT = """\
Say what Pygent finds on this machine, and what to do about what is missing.
Asks no model."""


@frozen
class Show:
    """Print `text`, do nothing else."""

    text: str


@frozen
class OpenApp:
    """Open the full-screen app on `path` (None: as configured, else the current folder), or on a throwaway folder."""

    flags: Mapping[str, object]
    config_file: Path | None
    path: str | None
    scratch: bool


@frozen
class RunPrompt:
    """Run one prompt without a screen."""

    flags: Mapping[str, object]
    config_file: Path | None
    prompt: str
    json: bool
    scratch: bool


@frozen
class Diagnose:
    """Report what is here and what is missing."""

    flags: Mapping[str, object]
    config_file: Path | None


@frozen
class Attach:
    """Open the app on a running session (`id` may be its beginning, None: whichever is meant), or list them."""

    flags: Mapping[str, object]
    config_file: Path | None
    id: str | None
    lists: bool


@frozen
class Serve:
    """Show the app in a browser, on `path` as OpenApp has it. `port`: 0 for a free one."""

    flags: Mapping[str, object]
    config_file: Path | None
    path: str | None
    scratch: bool
    port: int


Command = OpenApp | RunPrompt | Diagnose | Attach | Serve | Tasks
_WORDS = ("run", "attach", "serve", "tasks", "doctor")


class _Parser(argparse.ArgumentParser):
    """Answers every mistake with one sentence in place of the usage text."""

    def error(self, message: str) -> NoReturn:
        said = message.removeprefix("argument ").partition("ignored explicit argument")
        raise SettingsError(f"{said[0]}{'it takes no value' if said[1] else ''}; {self.prog} --help says more.")

    def read(self, arguments: list[str]) -> argparse.Namespace:
        found, unknown = self.parse_known_intermixed_args(arguments)
        _check_path(getattr(found, "path", None))  # before its flags are found strange, for they may be a subcommand's
        for word in unknown:
            if word.startswith("-") and word != "--":
                self.error(f"unknown flag {word.partition('=')[0]}{self._advice(word)}")
        if unknown:
            self.error(f"unexpected argument {unknown[0]!r} (a text of several words needs quotes)")
        return found

    def _advice(self, word: str) -> str:
        from difflib import get_close_matches  # noqa: PLC0415 - only a misspelt flag pays for it

        near = get_close_matches(word.partition("=")[0], list(self._option_string_actions), 1, 0.7)
        return f" (did you mean {near[0]}?)" if near else ""


def parse(arguments: list[str]) -> Command | Show:
    """What the command line asks for. Raises SettingsError, one sentence with the way out."""
    word, rest = (arguments[0], arguments[1:]) if arguments and arguments[0] in _WORDS else ("", arguments)
    parser = _SUBCOMMANDS.get(word, _app_parser)()
    flags_only = rest[: rest.index("--")] if "--" in rest else rest
    if "-h" in flags_only or "--help" in flags_only:
        return Show((_tasks_parser(flags_only) if word == "tasks" else parser).format_help())
    if not word and ("-V" in flags_only or "--version" in flags_only):
        return Show(f"pygent {__version__}\n")
    return _command(word, parser.read(rest))


def _command(word: str, found: argparse.Namespace) -> Command:
    values = vars(found)
    if word == "tasks":
        return tasks_arguments.read(values, Path(values["config"]) if values["config"] else None)
    own = {
        name: values.pop(name, None) for name in ("help", "version", "config", "path", "scratch", "prompt", "json", "id", "list", "port")
    }
    config = Path(own["config"]) if own["config"] else None
    match word:
        case "run":
            return RunPrompt(values, config, _prompt(own["prompt"]), own["json"], own["scratch"])
        case "doctor":
            return Diagnose(values, config)
        case "attach":
            return Attach(values, config, own["id"], own["list"])
        case "serve":
            return Serve(values, config, own["path"], own["scratch"], _port(own["port"]))
        case _:
            return OpenApp(values, config, own["path"], own["scratch"])


def _port(text: str | None) -> int:
    if text is None:
        return 0
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65_536):
        raise SettingsError(f"--port: {text!r} is no port (1 to 65535).")
    return int(text)


def _prompt(text: str) -> str:
    """The prompt; bytes that are not UTF-8 are replaced, as no model could be sent them."""
    prompt = text.encode(errors="surrogateescape").decode(errors="replace")
    if not prompt.strip():
        raise SettingsError("The prompt is empty; say what is to be done: pygent run 'PROMPT'.")
    return prompt


def _check_path(path: str | None) -> None:
    if path in _WORDS:
        raise SettingsError(f"A subcommand comes first, its flags follow: pygent {path} ...; a folder of that name is ./{path}.")
    if path == "":
        raise SettingsError("The folder's name is empty; name a folder, or none for the current one.")


def _bare_parser(prog: str, text: str, notes: str = "", usage: str | None = None) -> _Parser:
    parser = _Parser(
        prog=prog,
        usage=usage,
        description=text,
        epilog=notes,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
        allow_abbrev=False,
    )
    parser.add_argument("-h", "--help", action="store_true", help="show this text")
    parser.add_argument("--config", metavar="FILE", help="read this TOML file in place of your own pygent.toml")
    return parser


def _new_parser(prog: str, text: str, notes: str = "", usage: str | None = None) -> _Parser:
    parser = _bare_parser(prog, text, notes, usage)
    add = parser.add_argument
    add("--docker", dest="use_docker", action=argparse.BooleanOptionalAction, help="run commands in a container, or on this machine")
    add("--image", metavar="NAME", help="Docker image of the containers (python:3.12-slim)")
    add("--network", action=argparse.BooleanOptionalAction, help="network for all commands, unasked")
    add("--resources", action="append", metavar="NAME=N", help="set a limit, as memory_mb=4096 (repeatable)")
    return parser


def _add_session_flags(parser: _Parser) -> None:
    add = parser.add_argument
    add("--model", metavar="NAME", help="model to ask; demo is the offline demo")
    add("-e", dest="env", action="append", metavar="NAME=VALUE", help="set a variable for the agent's commands (repeatable)")
    add("--ban-cmd", dest="banned_commands", action="append", metavar="NAME", help="refuse this command (repeatable)")
    add("--omit-tool", dest="omit_tools", action="append", metavar="NAME", help="offer the model no such tool (repeatable)")
    add("--max-steps", metavar="N", help="end a turn after N replies of the model")
    add("--scratch", action="store_true", help="work in a throwaway folder")


def _app_parser() -> _Parser:
    parser = _new_parser("pygent", _APP_TEXT, _APP_NOTES, _APP_USAGE)
    parser.add_argument("-V", "--version", action="store_true", help="show the version")
    parser.add_argument("path", metavar="PATH", nargs="?", help="the folder to work in")
    _add_app_flags(parser)
    parser.add_argument("--mouse", action=argparse.BooleanOptionalAction, help="the mouse is the app's (default), or the terminal's")
    return parser


def _serve_parser() -> _Parser:
    parser = _new_parser("pygent serve", _SERVE_TEXT, _SERVE_NOTES)
    parser.add_argument("path", metavar="PATH", nargs="?", help="the folder to work in")
    parser.add_argument("--port", metavar="N", help="the port to listen at (a free one)")
    _add_app_flags(parser)
    return parser


def _add_app_flags(parser: _Parser) -> None:
    _add_session_flags(parser)
    parser.add_argument(
        "--confirm-bash",
        action=argparse.BooleanOptionalAction,
        help="ask before each command on this machine (default)",
    )
    parser.add_argument("--approvals", metavar="MODE", help="what asks: auto (default), ask, or never-write")


def _run_parser() -> _Parser:
    parser = _new_parser("pygent run", _RUN_TEXT, _RUN_NOTES)
    parser.add_argument("prompt", metavar="PROMPT", help="what is to be done, as one argument")
    parser.add_argument("--json", action="store_true", help="print every event as one JSON object a line")
    parser.add_argument("--workspace", metavar="DIR", help="the folder to work in (the current one)")
    _add_session_flags(parser)
    return parser


def _attach_parser() -> _Parser:
    parser = _bare_parser("pygent attach", _ATTACH_TEXT, _ATTACH_NOTES)
    parser.add_argument("id", metavar="ID", nargs="?", help="the session's id, or how it begins")
    parser.add_argument("--list", action="store_true", help="tell which sessions run, and nothing else")
    return parser


def _tasks_parser(asking: Sequence[str] = ()) -> _Parser:
    """With the words of a line that asks for help: the parser of the command that they name."""
    from .tasks_help import asked_for, page  # noqa: PLC0415 - only `pygent tasks` needs them

    verb = asked_for(asking)
    parser = _bare_parser(*page(verb))
    tasks_arguments.add_flags(parser, verb)
    return parser


def _doctor_parser() -> _Parser:
    return _new_parser("pygent doctor", _DOCTOR_TEXT)


_SUBCOMMANDS = {"run": _run_parser, "attach": _attach_parser, "serve": _serve_parser, "tasks": _tasks_parser, "doctor": _doctor_parser}
