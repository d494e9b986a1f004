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
# A newline ends an unterminated string, so that binary noise cannot swallow what follows. A control sequence longer
# than any real one is not taken for one: what may have to be held back stays small.
_OPENS = r"(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])"
_BODY = r"[^\x07\x1b\x9c\n]*"
_CSI = r"(?:\x1b\[|\x9b)[0-?]{0,128}[ -/]{0,8}"
_SEQUENCE = (
    r"(?P<colour>\x1b\[[0-9;:]{0,128}m)"
    rf"|{_CSI}[@-~]"
    rf"|{_OPENS}{_BODY}(?:\x07|\x1b\\|\x9c|(?=\n|\x1b[^\\]))"
    rf"|(?P<cut>(?:(?P<opens>{_OPENS}){_BODY}(?P<escape>\x1b?)|{_CSI}|\x1b[ -/]{{0,8}})\Z)"
    r"|\x1b[ -/]{0,8}[0-~]"
    rf"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_ODD}]"
)
_NEEDS_WORK = f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_ODD}]"


def clean(text: str) -> str:
    """`text` with every control made visible, carriage returns too; tabs and newlines stay."""
    if _CONTROL.search(text) is None:
        return text
    return _CONTROL.sub(_visible, text)


def clean_text(text: str) -> str:
    """As `clean`, but carriage returns are dropped: for prose and file content, piece by piece as it streams."""
    return clean(text.replace("\r", ""))


def clean_line(text: str, limit: int = 200) -> str:
    """`text` cleaned as one line of at most `limit` characters, for names, titles and summaries; a cut is shown by "…"."""
    line = " ".join(clean(text).split(maxsplit=limit))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def clean_path(path: str) -> str:
    """A path as it may be shown, on one line; no blank of it is lost."""
    return clean(path).replace("\n", "\u240a").replace("\t", "\u2409")


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class OutputCleaner:
    """Cleans a stream of output pieces; the joined result is the same at any split.

    Keeps text, tab, newline, carriage return and SGR sequences. What is held back is never longer than one control sequence.
    """

    def __init__(self) -> None:
        self._held = ""
        # Compiled for the first command, and then kept by `re`: the app's start does without.
        self._sequence, self._needs_work = re.compile(_SEQUENCE), re.compile(_NEEDS_WORK)

    def feed(self, text: str) -> str:
        """What may be shown now of everything fed so far and not yet returned."""
        if not self._held and self._needs_work.search(text) is None:
            return text
        text = self._held + text
        self._held = _cut_off(text, self._sequence)
        return self._sequence.sub(r"\g<colour>", text)


def _cut_off(text: str, sequence: re.Pattern[str]) -> str:
    """The `sequence` that the end of `text` cuts off; of a string, whose content is dropped anyway, only how it opens and ends."""
    last: re.Match[str] | None = None
    for match in sequence.finditer(text, text.rfind("\n") + 1):
        last = match
    if last is None or last["cut"] is None:
        return ""
    return last["opens"] + last["escape"] if last["opens"] else last["cut"]
