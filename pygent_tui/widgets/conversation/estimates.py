"""About how many lines things need before they are drawn. Cheap, and exact where that is easy."""

from __future__ import annotations

from typing import NamedTuple

from ...views.entries import Ask, Call, Entry, Prompt, Reply
from ...views.layout import Card, Greeting, Mark, Paragraph, Speaker, Unit, label, spaced

GUTTER = 2
PREVIEW_LINES = 4
PREVIEW_CHARS = 6_000
DIFF_LINES = 12
_LABEL = 2
"""Lines, one of them blank."""


class Weight(NamedTuple):
    """Lines at any width, and characters that are wrapped."""

    lines: int
    chars: int


def weight(entry: Entry, previous: Entry | None, speaking: Speaker) -> Weight:
    """What `entry` weighs, with the lines above it, where it stands below `previous` and `speaking` spoke last."""
    above = _LABEL if label(entry, speaking) else spaced(entry, previous)
    match entry:
        case Reply(text, cut):
            return Weight(above + text.count("\n") + 1 + bool(cut), len(text))
        case Prompt(text):
            shown = text[:PREVIEW_CHARS]
            return Weight(above + shown.count("\n") + 1, len(shown))
        case Call():
            return Weight(above + 1 + _below(entry), 0)
        case Ask():
            return Weight(above + len(entry.options) + 2 + entry.prompt.count("\n"), len(entry.prompt))
        case _:
            return Weight(above + 1, 0)


def lines(of: Weight, width: int) -> int:
    """How many lines that is at `width`."""
    return of.lines + of.chars // (2 * _room(width))


def estimate(unit: Unit, width: int) -> int:
    """About how many lines `unit` needs."""
    match unit:
        case Paragraph(block):
            return lines(Weight(block.text.count("\n") + 1 + (not block.joined), len(block.text)), width)
        case Card(Prompt(text), spaced):
            shown = text[:PREVIEW_CHARS]
            return lines(Weight(shown.count("\n") + 1 + spaced, len(shown)), width)
        case Card(Call() as call, spaced):
            return 1 + _below(call) + spaced
        case Card(Ask() as ask, spaced):
            return lines(Weight(len(ask.options) + 2 + spaced, len(ask.prompt)), width)
        case Card(_, spaced):
            return 1 + spaced
        case Greeting(said):
            return len(said) + 2
        case Mark():
            return 1
        case _:
            return _LABEL


def _below(call: Call) -> int:
    """What stands below the head of a folded card."""
    if any(diff.text for diff in call.diffs):
        return sum(min(DIFF_LINES + 1, diff.text.count("\n")) for diff in call.diffs)
    return (min(PREVIEW_LINES + 1, call.result.count("\n") + 1) if call.result else 0) + bool(call.files)


def _room(width: int) -> int:
    return max(1, width - GUTTER - 1)
