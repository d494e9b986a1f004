"""Finds banned commands in shell text. Advice to a model, not a border: the border is the container.

Reads words and operators as a shell would, follows `$(`, backticks, `sh -c` and the usual prefixes (`env`, `xargs` ...).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

_OPERATORS = frozenset(";|&()<>\n`")
_REDIRECTION = re.compile(r"[^(]*[<>][^(]*")
_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ksh", "eval"})
_OPENERS = re.compile(
    r"if|then|else|elif|do|while|until|!|{|time|exec|eval|command|builtin|env|nohup|nice|sudo|doas|xargs|timeout|setsid",
)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_DURATION = re.compile(r"[\d.]+[smhd]?")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the bans say of a command, each a sentence, "" for none: it is `banned`, or it is `undecided` whether it is."""

    banned: str = ""
    undecided: str = ""


def judge(command: str, commands: Iterable[str], apps: Iterable[str]) -> Judgement:
    """What the bans say of `command`."""
    return Judgement(banned=find_ban(command, commands, apps))


def find_ban(command: str, commands: Iterable[str], apps: Iterable[str]) -> str:
    """One sentence that says which ban `command` meets, "" when none: a name in `commands` counts where a command
    stands, one in `apps` wherever it stands as a word."""
    banned, words = frozenset(commands), frozenset(apps)
    if not banned and not words:
        return ""
    for name in _command_names(command):
        if name in banned:
            return f"The command {name!r} is banned here."
    for name in sorted(words):
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.sub(r"[\\'\"]", "", command)):
            return f"The application {name!r} is banned here."
    return ""


def _command_names(text: str, depth: int = 0) -> Iterator[str]:
    """The names that stand where a command stands, with folder and leading backslash taken off."""
    expecting, inner_shell = True, False
    for token in _tokens(text):
        if set(token) <= _OPERATORS:
            expecting, inner_shell = _REDIRECTION.fullmatch(token) is None, False
            continue
        if depth < 4 and (inner_shell or "$(" in token or "`" in token):
            yield from _command_names(_substituted(token), depth + 1)
        if not expecting or _passes_over(token):
            continue
        name = PurePosixPath(token).name
        yield name
        inner_shell = inner_shell or name in _SHELLS
        expecting = _OPENERS.fullmatch(name) is not None


def _passes_over(token: str) -> bool:
    return bool(_ASSIGNMENT.match(token) or token.startswith("-") or token == "{}" or _DURATION.fullmatch(token))


def _substituted(token: str) -> str:
    return token.replace("$(", "\n").replace("`", "\n")


def _tokens(text: str) -> list[str]:
    reader = shlex.shlex(text, posix=True, punctuation_chars="".join(_OPERATORS))
    reader.whitespace = " \t\r"
    reader.whitespace_split = True
    reader.commenters = ""
    try:
        return list(reader)
    except ValueError:  # unbalanced quotes: read on without them
        return re.findall(r"[;|&()<>\n`]+|[^\s;|&()<>`'\"]+", text)
