"""Runs each command on a remote engine between two exchanges of the workspace. Knows lanes and events; the rest is `mirror`'s."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ...errors import RuntimeUnavailable
from ...events import Warned
from ...scope import current_scope
from ...untrusted import clean_line
from ...values import ExecResult, Flag
from ..backend import Command, Watch
from ..mirror.mirror import Fetched, Mirror, Shell
from ..output.capture import Capture
from .attached import LaneEnded
from .lanes import Lanes

if TYPE_CHECKING:
    from ..engine.storage import Storage

_ENDED_S = 1.2  # for what an ended command changed: its call must be back
_RESCUE_S = 10.0
_NAMED = 5
_SAVED = "the workspace is still there, with what the command changed in it"
_LOST = (
    "what changed in the workspace there since the last exchange is lost with it, unless the engine still has it for the next command;"
    " the copy on this machine is whole"
)


class Exchange:
    """The commands of one container, with `mirror` kept by them. LaneEnded and RuntimeUnavailable say that the way there ended."""

    def __init__(self, mirror: Mirror, storage: Storage, lanes: Lanes, marker: Callable[[], str]) -> None:
        self._mirror = mirror
        self._storage = storage
        self._lanes = lanes
        self._marker = marker

    def around(self, run: Callable[[], ExecResult], command: Command, halt: Flag) -> ExecResult:
        """Run a command on the workspace as it is here now, and bring back what it changed, also when it was ended."""
        watch = Watch(replace(command, timeout=None), halt)
        shell = self._shell(command.cancel, halt)

        def is_cancelled() -> bool:
            return watch.is_cancelled

        if self._mirror.behind:
            self._fetch(shell, None, is_cancelled)
        self._mirror.push(self._storage, shell, is_cancelled)
        if watch.is_cancelled:
            return watch.result("cancelled", None)
        self._mirror.behind = True
        try:
            result = run()
        except (LaneEnded, RuntimeUnavailable):
            raise
        except BaseException:
            self._fetch_ended()
            raise
        note = self._fetch_ended() if result.timed_out or result.cancelled else self._fetch(shell, None, is_cancelled)
        return replace(result, output=f"{result.output}{note}") if note else result

    def rescue(self, engine_answers: bool = True) -> str:
        """Bring back what there is when the container is gone; what became of the workspace, in words."""
        if not engine_answers:
            return _LOST
        try:
            self._mirror.fetch(self._storage, None, _RESCUE_S, lambda: False)
        except RuntimeUnavailable:
            return _LOST
        return _LOST if self._mirror.behind else _SAVED

    def finish(self) -> None:
        """Bring back what background jobs have changed since the last command, if that can be had."""
        try:
            self._fetch_ended()
        except (LaneEnded, RuntimeUnavailable):
            self.rescue()

    def _fetch_ended(self) -> str:
        """What an ended command changed is brought back in its own time: the cancel was the command's."""
        return self._fetch(self._shell(None, threading.Event()), _ENDED_S, lambda: False)

    def _fetch(self, shell: Shell, seconds: float | None, is_cancelled: Callable[[], bool]) -> str:
        """What there is to say of it in the command's output."""
        fetched = self._mirror.fetch(self._storage, shell if self._lanes.usable else None, seconds, is_cancelled)
        missing = _missing(fetched)
        scope = current_scope()
        for sentence in filter(None, (*_both(fetched), missing)):
            if scope is not None:
                scope.post(Warned(sentence))
        return f"\n[{missing}]\n" if missing else ""

    def _shell(self, cancel: Flag | None, halt: Flag) -> Shell:
        def run(script: str, take: Callable[[bytes], None], seconds: float) -> int | None:
            command = Command(script, seconds, cancel=cancel)
            return self._lanes.run(command, self._marker(), Watch(command, halt), _Raw(take)).exit_code

        return run


class _Raw(Capture):
    """Hands on the bytes as they are."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        super().__init__()
        self._take = take

    def feed(self, data: bytes, final: bool = False) -> None:
        if data:
            self._take(data)


def _both(fetched: Fetched) -> tuple[str, str]:
    """What a person should know of what was changed on both sides; "" where there is nothing."""
    overwritten = (
        f"Changed both here and by the command, whose version counts: {_list(fetched.overwritten)}." if fetched.overwritten else ""
    )
    kept = f"Changed here and removed by the command, so that it stays: {_list(fetched.kept)}." if fetched.kept else ""
    return overwritten, kept


def _missing(fetched: Fetched) -> str:
    """What did not come, "" when all did."""
    if not fetched.missing:
        return ""
    named = _list(f"{path} ({reason})" for path, reason in sorted(fetched.missing.items()))
    return f"Not carried back from the container: {named}."


def _list(names: Iterable[str]) -> str:
    shown = [clean_line(name, 200) for name in names]
    more = len(shown) - _NAMED
    return ", ".join(shown[:_NAMED]) + (f" and {more} more" if more > 0 else "")
