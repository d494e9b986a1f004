"""Finds the simple commands in the tree of a shell text, with what each reads from its standard input. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...frozen import frozen
from .parser import Tree, Unreadable
from .words import Word, heredoc_of, word_of

# The text of a here-document or here-string; "" is nothing, or a file, which is not looked into; None is not known.
Stdin = str | None

_ESCAPED = re.compile(r"\\([$`\\])")
_ESCAPED_IN_QUOTES = re.compile(r'\\([$`\\"])')
_KEYWORDS = {"LetClause": "let", "TimeClause": "time", "CoprocClause": "coproc", "TestClause": "[["}
# A file under these may be what the shell itself reads, writes, or has just opened.
DEVICES = ("/dev/", "/proc/")


@frozen
class Simple:
    """One command: its words, the name first, and its standard input."""

    words: tuple[Word, ...]
    stdin: Stdin = ""


@frozen
class Script:
    """Text that a shell reads, and the standard input of what it runs."""

    text: str
    stdin: Stdin = ""


Found = Simple | Word | Script


def read_tree(tree: Tree, script: Script) -> Iterator[Found]:
    """Every command wherever one stands, and every word wherever it stands; the text of here-documents is neither.

    Raises Unreadable when the tree of `script` is not one that this shfmt should print.
    """
    data = script.text.encode()
    rest: list[tuple[Any, Stdin]] = [(tree, script.stdin)]
    while rest:
        node, stdin = rest.pop()
        if isinstance(node, list):
            rest.extend((item, stdin) for item in reversed(node))
        elif isinstance(node, dict):
            yield from _found(node, stdin, data)
            rest.extend(reversed(list(_below(node, stdin, data))))


def _found(node: dict[str, Any], stdin: Stdin, source: bytes) -> Iterator[Found]:
    kind = node.get("Type")
    if "Parts" in node and kind in (None, "Word"):
        yield word_of(node, source)
    elif kind == "CallExpr" and node.get("Args"):
        yield Simple(tuple(word_of(word, source) for word in node["Args"]), stdin)
    elif kind == "DeclClause":
        yield Simple((Word(node["Variant"]["Value"]),), stdin)
    elif _is_escaped(node, source):
        pattern = _ESCAPED_IN_QUOTES if node.get("Quoted") else _ESCAPED
        yield Script(pattern.sub(_unescaped, _backquoted(node, source)), stdin)
    elif kind in _KEYWORDS:
        yield Simple((Word(_KEYWORDS[kind]),), stdin)


def _below(node: dict[str, Any], stdin: Stdin, source: bytes) -> Iterator[tuple[Any, Stdin]]:
    """The parts of a node, each with the standard input that holds in it."""
    kind = node.get("Type")
    if _is_escaped(node, source):
        return
    if "Redirs" in node:
        yield [_without_text(redirection) for redirection in node["Redirs"]], stdin
        yield node.get("Cmd"), _redirected(node["Redirs"], stdin, source)
        return
    if kind == "DblQuoted":
        yield [{**part, "Quoted": True} for part in node.get("Parts", [])], stdin
        return
    if kind == "BinaryCmd" and _operator(node) in ("|", "|&"):
        yield node["X"], stdin
        yield node["Y"], None
        return
    if kind in ("FuncDecl", "CoprocClause") or (kind == "ProcSubst" and _operator(node) == ">("):
        stdin = None
    for part in node.values():
        if isinstance(part, (dict, list)):
            yield part, stdin


def _is_escaped(node: dict[str, Any], source: bytes) -> bool:
    """Whether a node is text in backticks with backslashes: those go away before it is read, which its tree does not tell."""
    return bool(node.get("Backquotes")) and "\\" in _backquoted(node, source)


def _backquoted(node: dict[str, Any], source: bytes) -> str:
    begin, end = (node.get(name, {}).get("Offset", 0) for name in ("Pos", "End"))
    return source[begin + 1 : end - 1].decode(errors="replace")


def _unescaped(found: re.Match[str]) -> str:
    return found[1]


def _without_text(redirection: dict[str, Any]) -> dict[str, Any]:
    """A redirection without the text of its here-document, in which only what is expanded counts."""
    parts = redirection.get("Hdoc", {}).get("Parts", [])
    return {"Word": redirection.get("Word"), "Expanded": [part for part in parts if part["Type"] != "Lit"]}


def _redirected(redirections: list[dict[str, Any]], stdin: Stdin, source: bytes) -> Stdin:
    for redirection in redirections:
        if redirection.get("N", {}).get("Value", "0").strip("0"):
            continue
        match _operator(redirection):
            case "<<" | "<<-":
                stdin = heredoc_of(redirection)
            case "<<<":
                stdin = word_of(redirection["Word"], source).text
            case "<&":
                stdin = None
            case "<" | "<>":
                stdin = None if word_of(redirection["Word"], source).known.startswith(DEVICES) else ""
            case _:
                pass
    return stdin


def _operator(node: dict[str, Any]) -> str:
    operator = node.get("Op")
    if not isinstance(operator, str):
        raise Unreadable("the shell parser shfmt is too old (pip install --upgrade shfmt-py).")
    return operator
