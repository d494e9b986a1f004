"""Fetches a container image: counts what the engine says of it, watches for the cancel, reports to whom the call works for."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import ImageMissing
from ...events import Event, ImagePullEnded, ImagePullProgress, ImagePullStarted
from ...frozen import frozen
from ...scope import current_scope
from ...untrusted import clean_line
from ..backend import POLL_S

if TYPE_CHECKING:
    from .engine import Engine

_EVERY_S = 0.2
_ENDING_S = 1.0
_LAYER_DONE = ("Pull complete", "Already exists")


@frozen
class Progress:
    """How far a pull is. Bytes count the layers whose size is known."""

    layers_done: int = 0
    layers: int = 0
    bytes_done: int = 0
    bytes_total: int = 0


class Tally:
    """Folds the engine's lines into how far the pull is, and why it failed. No count ever falls."""

    def __init__(self) -> None:
        self._layers: set[str] = set()
        self._complete: set[str] = set()
        self._sizes: dict[str, int] = {}
        self._bytes: dict[str, int] = {}
        self.problem = ""

    @property
    def progress(self) -> Progress:
        return Progress(len(self._complete), len(self._layers), sum(self._bytes.values()), sum(self._sizes.values()))

    def add(self, line: object) -> None:
        """Take one line of the engine; what makes no sense is passed over."""
        if not isinstance(line, Mapping):
            return
        if "error" in line or "errorDetail" in line:
            self.problem = _problem(line)
        layer, status = line.get("id"), line.get("status")
        if isinstance(layer, str) and isinstance(status, str) and not status.startswith("Pulling from"):
            self._layer(layer, status, line.get("progressDetail"))

    def _layer(self, layer: str, status: str, detail: object) -> None:
        self._layers.add(layer)
        if isinstance(detail, Mapping):
            done, size = _count(detail.get("current")), _count(detail.get("total"))
            self._sizes[layer] = max(self._sizes.get(layer, 0), size, done)
            # What is extracted was fetched before: its own count begins anew.
            self._fetched(layer, done if status == "Downloading" else self._sizes[layer] if status == "Extracting" else 0)
        if status == "Download complete" or status in _LAYER_DONE:
            self._fetched(layer, self._sizes.get(layer, 0))
        if status in _LAYER_DONE:
            self._complete.add(layer)

    def _fetched(self, layer: str, done: int) -> None:
        self._bytes[layer] = max(self._bytes.get(layer, 0), done)


def _count(value: object) -> int:
    return max(0, value) if isinstance(value, int) else 0


def _problem(line: Mapping[Any, Any]) -> str:
    detail = line.get("errorDetail")
    message = detail.get("message") if isinstance(detail, Mapping) else None
    return str(message or line.get("error") or "the engine does not say why")


# ---------------------------------------------------------------- the wait


def follow(
    lines: Callable[[], Iterable[object]], shut: Callable[[], None], report: Callable[[Progress], None], cancelled: Callable[[], bool]
) -> bool:
    """Read `lines` to their end on a thread of their own; False when `cancelled`, which has `shut` end them.

    `report` gets how far it is, a few times a second while that changes. Raises what reading raises, and PullRefused with
    the reason when the engine says one.
    """
    arrived: queue.SimpleQueue[object] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(lines, arrived), name="pygent-pull", daemon=True)
    reader.start()
    try:
        return _followed(arrived, report, cancelled)
    finally:
        shut()
        reader.join(_ENDING_S)


def _followed(arrived: queue.SimpleQueue[object], report: Callable[[Progress], None], cancelled: Callable[[], bool]) -> bool:
    tally, shown, at = Tally(), Progress(), 0.0
    ended: _Ended | None = None
    while ended is None and not cancelled():
        try:
            line = arrived.get(timeout=POLL_S)
        except queue.Empty:
            pass
        else:
            ended = line if isinstance(line, _Ended) else None
            tally.add(line)
        if tally.progress != shown and (ended is not None or time.monotonic() - at >= _EVERY_S):
            shown, at = tally.progress, time.monotonic()
            report(shown)
    if ended is None:
        return False
    if ended.error is not None:
        raise ended.error
    if tally.problem:
        raise PullRefused(tally.problem)
    return True


class PullRefused(Exception):
    """The engine ended a pull with a reason."""


@frozen
class _Ended:
    error: Exception | None = None


def _read(lines: Callable[[], Iterable[object]], arrived: queue.SimpleQueue[object]) -> None:
    try:
        for line in lines():
            arrived.put(line)
    except Exception as error:  # raised where it is waited for
        arrived.put(_Ended(error))
    else:
        arrived.put(_Ended())


# ---------------------------------------------------------------- the report


class PullCancelled(Exception):
    """A pull was given up because the command that waits for it was."""


def require(engine: Engine, image: str, cancelled: Callable[[], bool]) -> None:
    """Have `engine` pull `image` if it is missing, reporting to the current scope.

    Raises ImageMissing when the image cannot be had, and PullCancelled.
    """
    try:
        engine.require_image(image)
    except ImageMissing:
        scope = current_scope()
        _fetch(engine, image, cancelled, (lambda event: None) if scope is None else scope.post)


def _fetch(engine: Engine, image: str, cancelled: Callable[[], bool], post: Callable[[Event], None]) -> None:
    shown, error = clean_line(image), "cancelled"

    def report(done: Progress) -> None:
        post(ImagePullProgress(shown, done.layers_done, done.layers, done.bytes_done, done.bytes_total))

    post(ImagePullStarted(shown))
    try:
        if not engine.pull(image, report, cancelled):
            raise PullCancelled
        error = ""
    except ImageMissing as missing:
        error = str(missing)
        raise
    finally:
        post(ImagePullEnded(shown, error))
