"""Cleans text that came from outside (models, commands, files, servers) before it is shown or stored as an event.

Two ways: `clean` makes controls visible, for text that a person must be able to judge; `OutputCleaner` treats a
command's output as a terminal would, keeps SGR colours and drops every other sequence, also when split over chunks.
What an agent *executes* is never cleaned, only what is shown.
"""

from __future__ import annotations

import re

# C0 but \t \n, DEL, C1, bidi controls, line and paragraph separators, invisible tags, lone surrogates.
_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ODD = _BIDI + "\u2028\u2029\U000e0000-\U000e007f\ud800-\udfff"
_CONTROL = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_ODD}]")

# ECMA-48: CSI, the five string sequences (OSC DCS SOS PM APC), other escapes; 7 and 8 bit forms.
# A newline ends an unterminated string, so that binary noise cannot swallow what follows.
_STRING = r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*"
_CSI = r"(?:\x1b\[|\x9b)[0-?]*[ -/]*"
_SEQUENCE = re.compile(
    r"(\x1b\[[0-9;:]*m)"
    rf"|{_CSI}[@-~]"
    rf"|{_STRING}(?:\x07|\x1b\\|\x9c|(?=\n|\x1b[^\\]))"
    rf"|((?:{_STRING}\x1b?|{_CSI}|\x1b[ -/]*)\Z)"
    r"|\x1b[ -/]*[0-~]"
    rf"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_ODD}]"
)
_NEEDS_WORK = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_ODD}]")
_HELD_LIMIT = 4096


def clean(text: str) -> str:
    """`text` with every control made visible, carriage returns too; tabs and newlines stay."""
    if _CONTROL.search(text) is None:
        return text
    return _CONTROL.sub(_visible, text)


def clean_text(text: str) -> str:
    """As `clean`, but carriage returns are dropped: for prose and file content, piece by piece as it streams."""
    return clean(text.replace("\r", ""))


def clean_line(text: str, limit: int = 200) -> str:
    """`text` cleaned as one line of at most `limit` characters, for names, titles and summaries."""
    line = " ".join(clean(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class OutputCleaner:
    """Cleans a stream of output pieces; the joined result is the same at any split.

    Keeps text, tab, newline, carriage return and SGR sequences. At most _HELD_LIMIT characters are held back.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """What may be shown now of everything fed so far and not yet returned."""
        if not self._held and _NEEDS_WORK.search(text) is None:
            return text
        text = self._held + text
        unfinished = _unfinished(text)
        self._held = text[unfinished:]
        if len(self._held) > _HELD_LIMIT:
            self._held = self._held[:2]
        return _SEQUENCE.sub(r"\1", text)


def _unfinished(text: str) -> int:
    """Where a sequence begins that the end of `text` cuts off; the length of `text` when there is none."""
    last: re.Match[str] | None = None
    for match in _SEQUENCE.finditer(text, text.rfind("\n") + 1):
        last = match
    return last.start() if last is not None and last[2] else len(text)
