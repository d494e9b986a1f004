"""What both sides of a mirrored workspace had at their last exchange, and so what changed on either since. Touches no file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from ...frozen import frozen
from .archive import Entry
from .comparing import Judgement
from .folder import Sight, beneath_any
from .survey import Survey, Trait


@frozen
class Known:
    """One path as both sides had it. `sight` None: it is not here, or changed while it was read."""

    sight: Sight | None
    trait: Trait


class Ledger:
    """The paths that are known."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}

    def note(self, path: str, sight: Sight | None, trait: Trait) -> None:
        self._known[path] = Known(sight, trait)

    def forget(self, path: str) -> Known:
        return self._known.pop(path)

    def sight(self, path: str) -> Sight | None:
        """How `path` looked here."""
        known = self._known.get(path)
        return None if known is None else known.sight

    # ------------------------------------------------------------ what changed here

    def changed_here(self, seen: Mapping[str, Sight]) -> list[str]:
        """What is new here or another, a folder before what is in it."""
        return sorted(path for path, sight in seen.items() if path not in self._known or self._known[path].sight != sight)

    def gone_here(self, seen: Mapping[str, Sight], closed: Iterable[str]) -> list[str]:
        was_here = (path for path, known in self._known.items() if known.sight is not None)
        return sorted(path for path in was_here if path not in seen and not beneath_any(path, closed))

    # ------------------------------------------------------------ what changed there

    def changed_there(self, survey: Survey) -> dict[str, Trait | None]:
        """What is new there or another, with what the survey tells of it; the rest is noted as the survey has it."""
        changed: dict[str, Trait | None] = {}
        for path, trait in survey.touched.items():
            known = self._known.get(path)
            if known is None or not known.trait.same(trait):
                changed[path] = trait
            else:
                self._known[path] = Known(known.sight, trait)
        for path, inode in survey.untouched.items():
            known = self._known.get(path)
            if known is None or known.trait.inode != inode:
                changed[path] = None
        return changed

    def gone_there(self, survey: Survey) -> list[str]:
        if not survey.whole:
            return []
        there = survey.touched.keys() | survey.untouched.keys()
        return [path for path in self._known if path not in there and not beneath_any(path, survey.closed)]

    def not_among(self, seen: set[str]) -> list[str]:
        return [path for path in self._known if path not in seen]

    def judge(self, entry: Entry, sight: Sight | None, target: Callable[[str], str | None]) -> Judgement:
        """Whether `entry`, as it is there, is what is here and looks like `sight`; `target` tells where a link here leads."""
        known = self._known.get(entry.path)
        trait = trait_of(entry)
        if known is None or (known.trait.kind, known.trait.mode) != (trait.kind, trait.mode):
            return "other"
        if entry.kind == "d":
            return "same"
        if entry.kind == "l":
            return "same" if target(entry.path) == entry.target else "other"
        if sight == known.sight:
            return "compare" if known.trait.size == entry.size else "other"
        # It was changed here: what looks there as it did has not been changed there.
        alike = (known.trait.size, known.trait.mtime_ns // 10**9) == (trait.size, trait.mtime_ns // 10**9)
        return "same" if alike else "other"


def trait_of(entry: Entry) -> Trait:
    """How `entry` looks there once it is unpacked."""
    if entry.kind == "l":
        return Trait("l", 0o777, len(os.fsencode(entry.target)), entry.mtime_ns)
    return Trait(entry.kind, entry.mode, entry.size, entry.mtime_ns)
