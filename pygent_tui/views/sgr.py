"""The colour sequences that output keeps: taken out of text, and carried to the lines that follow."""

from __future__ import annotations

import re

SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_RESETS = ("\x1b[m", "\x1b[0m", "\x1b[0;")
_KEPT = 64


def plain(text: str) -> str:
    """`text` without colour sequences."""
    return SGR.sub("", text) if "\x1b" in text else text


def reset_in(text: str) -> int:
    """Where the last sequence stands that takes all colours back; -1 when none does."""
    return max(text.rfind(sequence) for sequence in _RESETS) if "\x1b" in text else -1


def carried(before: str, text: str) -> str:
    """The sequences that make the colour at the end of `text`, when those of `before` made the one at its start.

    One that comes again counts where it came last, and only the last ones are kept: the result stays short.
    """
    if "\x1b" not in text:
        return before
    reset = reset_in(text)
    found = [match[0] for match in SGR.finditer(text, max(0, reset))]
    if reset < 0:
        found = [*(match[0] for match in SGR.finditer(before)), *found]
    elif found and found[0] in _RESETS:
        del found[0]
    last = list(dict.fromkeys(reversed(found)))[:_KEPT]
    return "".join(reversed(last))
