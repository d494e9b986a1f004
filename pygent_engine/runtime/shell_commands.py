"""Finds the simple commands in the tree of a shell text, with what each reads from its standard input. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .shell_parser import Tree, Unreadable
from .shell_words import Word, heredoc_of, word_of

# The text of a here-document or here-string; "" is nothing, or a file, which is not looked into; None is not known.
Stdin = str | None

_KEYWORDS = {"LetClause": "let", "TimeClause": "time", "CoprocClause": "coproc", "TestClause": "[["}
_DEVICES = ("/dev/", "/proc/")


@dataclass(frozen=True, slots=True)
class Simple:
    """One command: its words, the name first, and its standard input."""

    words: tuple[Word, ...]
    stdin: Stdin = ""


def read_tree(tree: Tree, source: str) -> Iterator[Simple | Word]:
    """Every command wherever one stands, and every word wherever it stands; the text of here-documents is neither.

    Raises Unreadable when the tree is not one that this shfmt should print.
    """
    data = source.encode()
    rest: list[tuple[Any, Stdin]] = [(tree, "")]
    while rest:
        node, stdin = rest.pop()
        if isinstance(node, list):
            rest.extend((item, stdin) for item in reversed(node))
        elif isinstance(node, dict):
            yield from _found(node, stdin, data)
            rest.extend(reversed(list(_below(node, stdin, data))))


def _found(node: dict[str, Any], stdin: Stdin, source: bytes) -> Iterator[Simple | Word]:
    kind = node.get("Type")
    if "Parts" in node and kind in (None, "Word"):
        yield word_of(node, source)
    elif kind == "CallExpr" and node.get("Args"):
        yield Simple(tuple(word_of(word, source) for word in node["Args"]), stdin)
    elif kind == "DeclClause":
        yield Simple((Word(node["Variant"]["Value"]),), stdin)
    elif kind in _KEYWORDS:
        yield Simple((Word(_KEYWORDS[kind]),), stdin)


def _below(node: dict[str, Any], stdin: Stdin, source: bytes) -> Iterator[tuple[Any, Stdin]]:
    """The parts of a node, each with the standard input that holds in it."""
    kind = node.get("Type")
    if "Redirs" in node:
        yield [_without_text(redirection) for redirection in node["Redirs"]], stdin
        yield node.get("Cmd"), _redirected(node["Redirs"], stdin, source)
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
                stdin = None if word_of(redirection["Word"], source).known.startswith(_DEVICES) else ""
            case _:
                pass
    return stdin


def _operator(node: dict[str, Any]) -> str:
    operator = node.get("Op")
    if not isinstance(operator, str):
        raise Unreadable("the shell parser shfmt is too old (pip install --upgrade shfmt-py).")
    return operator
