"""What the app says in passing: the sentences of its toasts."""

from __future__ import annotations

from .stage import Stage


def said(stage: Stage) -> list[str]:
    """The sentences that were said, oldest first."""
    return list(stage.told)


async def hears(stage: Stage, sentence: str) -> None:
    """Wait until a sentence is said that is, or begins with, `sentence`."""
    await stage.until(lambda: any(each.startswith(sentence) for each in said(stage)))


async def command(stage: Stage, text: str) -> None:
    """Write a command, and send it."""
    await stage.press(*text, "enter")
    await stage.pilot.pause()
