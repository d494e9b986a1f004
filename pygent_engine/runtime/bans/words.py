"""Words of shell text: what is known of one before a shell expands it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...frozen import frozen

UNKNOWN = "\0"
_SUBSTITUTED_FILE = "/dev/fd/"
_SHOWN = 60
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_ESCAPED_IN_QUOTES = re.compile(r'\\([$`"\\\n])')
_ESCAPED_IN_HEREDOC = re.compile(r"\\([$`\\\n])")
_ANSI_C = re.compile(
    r"\\(?:(?P<plain>[abeEfnrtv\\'\"?])|(?P<octal>[0-7]{1,3})|x(?P<hex>[0-9a-fA-F]{1,2})"
    r"|u(?P<short>[0-9a-fA-F]{1,4})|U(?P<long>[0-9a-fA-F]{1,8})|c(?P<control>.))",
    re.DOTALL,
)
_PLAIN = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))


@frozen
class Word:
    """One word. `known` is its text with UNKNOWN in place of what is decided when it runs; a process substitution is the
    path that it becomes. `single` says that it becomes exactly one word. `shown` is how it is written."""

    known: str
    single: bool = True
    shown: str = ""

    @property
    def text(self) -> str | None:
        """The word as the shell will have it, None when something of it is not known."""
        return None if UNKNOWN in self.known or not self.single else self.known

    def holding_unknown(self, placeholder: str) -> Word:
        """The word with `placeholder` taken for something that is not known."""
        if not placeholder or placeholder not in self.known:
            return self
        return Word(self.known.replace(placeholder, UNKNOWN), self.single, self.shown or self.known[:_SHOWN])


def word_of(node: dict[str, Any], source: bytes) -> Word:
    """The word that a node of shfmt's tree stands for, in the text that the tree was made of."""
    parts = node.get("Parts", [])
    bare = "".join(_bare(part) for part in parts)
    known = "".join(_known(part) for part in parts)
    begin, end = (node.get(name, {}).get("Offset", 0) for name in ("Pos", "End"))
    shown = source[begin:end][: 4 * _SHOWN].decode(errors="replace")[:_SHOWN]
    return Word(known, not _expands(bare) and not any(map(_splits, parts)), shown)


def heredoc_of(redirection: dict[str, Any]) -> str | None:
    """The text of a here-document, None when something of it is not known."""
    parts = redirection.get("Hdoc", {}).get("Parts", [])
    if any(part["Type"] != "Lit" for part in parts):
        return None
    text = "".join(part.get("Value", "") for part in parts)
    if redirection["Op"] == "<<-":
        text = re.sub(r"^\t+", "", text, flags=re.MULTILINE)
    delimiter = redirection["Word"].get("Parts", [])
    if any(part["Type"] != "Lit" or "\\" in part.get("Value", "") for part in delimiter):
        return text
    return _ESCAPED_IN_HEREDOC.sub(_unescaped, text)


def _known(part: dict[str, Any]) -> str:
    match part:
        case {"Type": "Lit"}:
            return _ESCAPED.sub(_unescaped, part.get("Value", ""))
        case {"Type": "SglQuoted"}:
            return _ansi_c(part.get("Value", "")) if part.get("Dollar") else part.get("Value", "")
        case {"Type": "DblQuoted"}:
            return "".join(_quoted(inner) for inner in part.get("Parts", []))
        case {"Type": "ProcSubst"}:
            return _SUBSTITUTED_FILE + UNKNOWN
        case _:
            return UNKNOWN


def _quoted(part: dict[str, Any]) -> str:
    return _ESCAPED_IN_QUOTES.sub(_unescaped, part.get("Value", "")) if part["Type"] == "Lit" else UNKNOWN


def _unescaped(found: re.Match[str]) -> str:
    return "" if found[1] == "\n" else found[1]


def _bare(part: dict[str, Any]) -> str:
    """What stands there without any quoting; something else in place of what is quoted."""
    return _ESCAPED.sub("q", part.get("Value", "")) if part["Type"] == "Lit" else "q"


def _expands(bare: str) -> bool:
    """Whether file names or braces may make other words of it."""
    if bare == "[":
        return False
    return any(sign in bare for sign in "*?[") or ("{" in bare and "}" in bare and ("," in bare or ".." in bare))


def _splits(part: dict[str, Any]) -> bool:
    """Whether a part may become several words, or none."""
    match part:
        case {"Type": "Lit" | "SglQuoted" | "ProcSubst" | "ArithmExp"}:
            return False
        case {"Type": "DblQuoted"}:
            return any(map(_spreads, part.get("Parts", [])))
        case _:
            return True


def _spreads(part: dict[str, Any]) -> bool:
    """Whether an expansion becomes several words within quotes, as "$@" does."""
    names = {part.get("Param", {}).get("Value")} | set(_literals(part.get("Index", {})))
    return part["Type"] == "ParamExp" and bool(part.get("Excl") or "@" in names)


def _literals(node: dict[str, Any]) -> Iterator[str]:
    for part in node.get("Parts", []):
        yield part.get("Value", "")


def _ansi_c(text: str) -> str:
    if "\\x{" in text:  # what it means differs between versions of bash
        return UNKNOWN
    return _ANSI_C.sub(_decoded, text).partition("\0")[0]


def _decoded(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "plain":
            return _PLAIN[found[0][1]]
        case "control":
            return chr(ord(found["control"]) & 0x1F)
        case "octal":
            return chr(int(found["octal"], 8) & 0xFF)
        case _:
            code = int(found[0][2:], 16)
            return chr(code) if code < 0x110000 else "\ufffd"
