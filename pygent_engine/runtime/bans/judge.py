"""Finds banned commands in shell text. Advice to a model, not a border: the border is the container.

A real shell parser reads the text; a name counts wherever a command stands, also behind `env`, `xargs`, `sh -c` and their
like. Where the name or the script is known only when it runs, the command is undecided. Beyond what is judged: what files
hold that are run or sourced, and what other programs run (`awk`, `python -c`, `make`, `git`, an editor, another host).
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence

from ...untrusted import clean_line
from .bans import Judgement
from .commands import Found, Script, Simple, Stdin, read_tree
from .options import Unclear
from .parser import Unreadable, parse
from .words import UNKNOWN, Word
from .wrappers import inner

_SECONDS = 2.0
_MOST_SCRIPTS = 40
_DEEPEST = 24  # a script or command within another


def judge(command: str, commands: Iterable[str], apps: Iterable[str], seconds: float = _SECONDS) -> Judgement:
    """What the bans say of `command`: a name in `commands` counts where a command stands, one in `apps` wherever it stands
    as a word. Undecided at the latest after `seconds`."""
    reading = _Reading(frozenset(commands), tuple(apps), time.monotonic() + seconds)
    try:
        reading.script(Script(command), 0)
    except _Banned as found:
        return Judgement(banned=str(found))
    except Unreadable as error:
        return Judgement(undecided=str(error))
    except RecursionError:
        return Judgement(undecided="it is nested too deeply.")
    return Judgement(undecided=reading.doubt)


class _Banned(Exception):
    """Says which ban is met."""


class _Reading:
    """One command as it is read. `doubt` is the first sentence on what could not be told."""

    def __init__(self, commands: frozenset[str], apps: Sequence[str], deadline: float) -> None:
        self.doubt = ""
        self._commands = commands
        self._deadline = deadline
        self._scripts = 0
        names = "|".join(map(re.escape, sorted(apps)))
        self._app = re.compile(rf"(?<![\w.-])(?:{names})(?![\w.-])") if names else None

    def script(self, script: Script, depth: int) -> None:
        """Read what a shell would. Raises _Banned at a ban, Unreadable when it cannot be read."""
        self._scripts += 1
        left = self._deadline - time.monotonic()
        if depth > _DEEPEST or self._scripts > _MOST_SCRIPTS:
            raise Unreadable("it holds too many scripts within scripts.")
        if left <= 0:
            raise Unreadable("reading it took too long.")
        if not script.text.strip():
            return
        for found in read_tree(parse(script.text, left), script):
            self._take(found, depth)

    def _take(self, found: Found, depth: int) -> None:
        match found:
            case Word():
                self._word(found)
            case Script():
                self._inner_script(found, depth + 1)
            case Simple(words, stdin):
                self._command(words, stdin, depth)

    def _word(self, word: Word) -> None:
        if self._app is not None and (met := self._app.search(word.known)):
            raise _Banned(f"The application {met[0]!r} is banned here.")

    def _command(self, words: Sequence[Word], stdin: Stdin, depth: int) -> None:
        if depth > _DEEPEST:
            raise Unreadable("it holds too many commands within commands.")
        path = words[0].known
        name = path.rstrip("/").rpartition("/")[2]
        if words[0].text is None and not self._is_named(words[0], name):
            self._doubt(words[0])
            return
        for banned in (path, name):
            if banned in self._commands:
                raise _Banned(f"The command {banned!r} is banned here.")
        try:
            for found in inner(name, words[1:], stdin):
                self._take(found, depth + 1)
        except Unclear as unclear:
            self._doubt(unclear.word, name)

    def _is_named(self, word: Word, name: str) -> bool:
        """Whether all that counts of a path is known: its folder does not, unless a ban names one."""
        return word.single and UNKNOWN not in name and not any(ban.endswith(f"/{name}") for ban in self._commands)

    def _inner_script(self, script: Script, depth: int) -> None:
        """A ban that stands elsewhere counts more than a script in it that cannot be read."""
        try:
            self.script(script, depth)
        except Unreadable as error:
            self.doubt = self.doubt or f"of a script in it, {error}"

    def _doubt(self, word: Word, name: str = "") -> None:
        what = clean_line(word.shown or word.known, 80)
        self.doubt = self.doubt or f"what {name or 'it'} runs depends on {what}, which is known only when it runs."
