"""Parses shell text with shfmt: bash's grammar, as the tree that `shfmt -tojson` prints."""

from __future__ import annotations

import json
from typing import Any

from ...host import find_program, run_program
from ...untrusted import clean_line

Tree = dict[str, Any]

_LONGEST = 100_000  # characters; a tree takes up to 1000 times as much, and shfmt's time grows with it
_LARGEST_TREE = 24 << 20


class Unreadable(Exception):
    """The text cannot be judged; the message is a sentence that says why."""


def parse(text: str, seconds: float) -> Tree:
    """The syntax tree of `text`. Raises Unreadable when there is none, or not within `seconds`."""
    if len(text) > _LONGEST:
        raise Unreadable(f"it is longer than {_LONGEST} characters.")
    if "\0" in text:
        raise Unreadable("it holds a NUL character.")
    program = find_program("shfmt")
    if program is None:
        raise Unreadable("the shell parser shfmt, which reads commands, is not installed (pip install shfmt-py).")
    try:
        source = text.encode()
    except UnicodeEncodeError as error:
        raise Unreadable("it holds characters that UTF-8 cannot hold.") from error
    ended = run_program([program, "-tojson", "-ln", "bash"], source, seconds=seconds, limit=_LARGEST_TREE)
    if ended.code != 0:
        raise Unreadable(_why(ended.code, ended.err.decode(errors="replace")))
    return _tree(ended.out)


def _why(code: int | None, said: str) -> str:
    if code is None:
        return "the shell parser did not come to an end with it."
    if code != 1:
        return f"the shell parser failed on it (exit code {code})."
    return f"it cannot be parsed ({clean_line(said.strip().partition(chr(10))[0], 120)})."


def _tree(printed: bytes) -> Tree:
    try:
        tree = json.loads(printed)
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is nested too deeply.") from error
    if not isinstance(tree, dict):
        raise Unreadable("the shell parser printed no tree.")
    return tree
