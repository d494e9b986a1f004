"""The first words of a command that a yes may be given to for the session. Pure; knows nothing of who asks.

A prefix is no door to anything else, so only what is known to be safe has one: a single command of plain words, of a tool in
`prefix_rules`, whose further words cannot make it run or write what another command would. A later command passes when
its own prefix is the same; whatever is not understood has none, and asks. What the workspace itself makes a tool run (its
tests, its scripts, its hooks) belongs to the tool.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .prefix_rules import RULES, TARGET, Rule

_LONGEST = 4000  # characters
_WORDS = max(map(len, RULES))
# Printable ASCII only; a tilde within a word stays what it is.
_BARE = r"[A-Za-z0-9_./,:=+@%-]|(?<=[A-Za-z0-9])~"
_WORD = re.compile(rf"""(?:{_BARE}|'[ -&(-~]*'|"[ #%-\[\]-_a-~]*")+""")
_PIECE = re.compile(r"""'([^']*)'|"([^"]*)"|([^'"]+)""")
_TARGET = re.compile(r"[A-Za-z][A-Za-z0-9_:.-]*")


def prefix_of(command: str) -> str:
    """The prefix of `command`, "" when it has none."""
    words = plain_words(command)
    for count in range(min(_WORDS, len(words)), 0, -1):
        rule = _rule(words[:count])
        if rule is not None:
            return " ".join(words[:count]) if _harmless(words[count:], rule) else ""
    return ""


def plain_words(command: str) -> tuple[str, ...]:
    """The words of a single simple command in which a shell would expand nothing; empty when `command` is anything else."""
    if len(command) > _LONGEST:
        return ()
    found: list[str] = []
    rest = command.strip(" ")
    while rest:
        word = _WORD.match(rest)
        if word is None:
            return ()
        found.append("".join(single + double + bare for single, double, bare in _PIECE.findall(word[0])))
        after = rest[word.end() :]
        rest = after.lstrip(" ")
        if rest and rest is after:
            return ()
    return tuple(found)


def _rule(words: Sequence[str]) -> Rule | None:
    rule = RULES.get(tuple(words))
    if rule is None and _TARGET.fullmatch(words[-1]):
        rule = RULES.get((*words[:-1], TARGET))
    return rule


def _harmless(words: Sequence[str], rule: Rule) -> bool:
    """Whether all of `words` may follow the prefix of `rule`."""
    if rule.alone:
        return not words
    return all(_option(word, rule) if word.startswith("-") else _stays(word) for word in words)


def _option(word: str, rule: Rule) -> bool:
    if word == "--":
        return rule.paths
    if word.startswith("--") or rule.dashed:
        name, _, value = word[2 if word.startswith("--") else 1 :].partition("=")
        return name in rule.long and _stays(value)
    return _cluster(word[1:], rule.short)


def _cluster(letters: str, known: str) -> bool:
    """Whether `letters` are options of `known`, of which one with a colon takes the rest for its value."""
    if letters.isdecimal() and "#" in known:
        return True
    for at, letter in enumerate(letters):
        place = known.find(letter)
        if letter in ":#" or place < 0:
            return False
        if known[place + 1 : place + 2] == ":":
            return _stays(letters[at + 1 :])
    return bool(letters)


def _stays(word: str) -> bool:
    """Whether a word is neither an option, nor a file of options, nor a path that leads out of the workspace."""
    return not word.startswith(("-", "+", "@", "/", "~")) and ".." not in word.split("/")
