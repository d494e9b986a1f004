"""Reads the options of a command as getopt does, as far as its words are known before it runs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...frozen import frozen
from .words import Word

_NO_VALUE = Word("")


class Unclear(Exception):
    """What a command runs cannot be told, because of `word`."""

    def __init__(self, word: Word) -> None:
        super().__init__(word.shown)
        self.word = word


@frozen
class Read:
    """The options that were given, by letter or long name with their values, and the words after them."""

    options: Mapping[str, Word]
    rest: tuple[Word, ...]


@frozen
class Grammar:
    """The options of a command. Each maps to "" (no value), ":" (a value) or "::" (a value only when attached); "*" among the
    long ones stands for all others. Then come `operands`, which `rest` leaves out. With `permuted` options may come after
    operands; with `plus` they may begin with a + too."""

    short: Mapping[str, str]
    long: Mapping[str, str]
    operands: int = 0
    permuted: bool = False
    plus: bool = False

    def read(self, words: Sequence[Word]) -> Read:
        """Raises Unclear at an option that is not known, and at a word of which it is not known whether it is one."""
        return _Reading(self, list(words)).read()


def grammar(short: str, long: str = "", *, operands: int = 0, permuted: bool = False, plus: bool = False) -> Grammar:
    """`short` as for getopt; `long` are names, followed by = for a value and :: for one only when attached."""
    return Grammar(_short(short), dict(map(_long, long.split())), operands, permuted, plus)


def _short(text: str) -> dict[str, str]:
    kinds: dict[str, str] = {}
    letter = ""
    for sign in text:
        if sign == ":":
            kinds[letter] += sign
        else:
            letter = sign
            kinds[letter] = ""
    return kinds


def _long(name: str) -> tuple[str, str]:
    if name.endswith("::"):
        return name[:-2], "::"
    return (name[:-1], ":") if name.endswith("=") else (name, "")


@dataclass(slots=True)
class _Reading:
    grammar: Grammar
    left: list[Word]
    options: dict[str, Word] = field(default_factory=dict)
    operands: list[Word] = field(default_factory=list)

    def read(self) -> Read:
        while self.left:
            if self._is_operand(self.left[0]):
                if not self.grammar.permuted:
                    break
                self.operands.append(self.left.pop(0))
            elif self.left[0].text == "--":
                del self.left[0]
                break
            else:
                self._option(self.left.pop(0))
        rest = [*self.operands, *self.left]
        for word in rest[: self.grammar.operands]:
            if not word.single:
                raise Unclear(word)
        return Read(self.options, tuple(rest[self.grammar.operands :]))

    def _is_operand(self, word: Word) -> bool:
        signs = ("-", "+") if self.grammar.plus else ("-",)
        if word.known and not word.known.startswith("\0"):
            return not word.known.startswith(signs) or (word.text is not None and len(word.text) == 1)
        if word.text is None:
            raise Unclear(word)
        return True

    def _option(self, word: Word) -> None:
        if not word.single:
            raise Unclear(word)
        if word.known.startswith("--"):
            self._long(word)
        else:
            self._cluster(word)

    def _long(self, word: Word) -> None:
        name, equals, value = word.known[2:].partition("=")
        kind = self.grammar.long.get(name, None if "*" not in self.grammar.long else "")
        if kind is None or "\0" in name:
            raise Unclear(word)
        if equals:
            self.options[name] = Word(value, shown=word.shown)
        else:
            self.options[name] = self._next(word) if kind == ":" else _NO_VALUE

    def _cluster(self, word: Word) -> None:
        letters = word.known[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            kind = self.grammar.short.get(letter)
            if kind is None:
                raise Unclear(word)
            if kind and (letters or kind == "::"):
                self.options[letter] = Word(letters, shown=word.shown)
                return
            self.options[letter] = self._next(word) if kind else _NO_VALUE

    def _next(self, word: Word) -> Word:
        if not self.left:
            return _NO_VALUE
        if not self.left[0].single:
            raise Unclear(self.left[0])
        return self.left.pop(0)
