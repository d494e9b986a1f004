"""What the app looked like when it was left: its theme and the arrangement of its panes, in a small file of the state folder.

Read before the first paint, so it is lines of `name value`: a parser of JSON would have to be imported for it.
"""

from __future__ import annotations

from dataclasses import field, replace
from pathlib import Path
from threading import Condition, Thread

from pygent_engine.frozen import frozen

from ..theme import DARK
from ..views.arrangement import Arrangement
from . import private

NAME = "look"

_DELAY_S = 0.5
_LAST_S = 2.0
_MOST = 4096  # bytes; a longer file is none of ours


@frozen
class Look:
    """A theme, by its name, and where the panes stand."""

    theme: str = DARK
    arrangement: Arrangement = field(default_factory=Arrangement)


class Memory:
    """Gives the `look` of the last run, and keeps the newest that it is told, a moment later and on a thread of its own.

    Without a folder it forgets. `problem` is a sentence when there was a file that could not be used.
    """

    def __init__(self, folder: Path | None, delay_s: float = _DELAY_S) -> None:
        self._path = folder / NAME if folder is not None else None
        self._delay_s = delay_s
        self.look, self.problem = _read(self._path) if self._path is not None else (Look(), "")
        self._changed = Condition()  # guards the four below
        self._wanted: Look | None = None
        self._closed = False
        self._writer: Thread | None = None
        self._failure = ""

    @property
    def failure(self) -> str:
        """Why the last look could not be kept, "" when it was."""
        with self._changed:
            return self._failure

    def keep(self, look: Look) -> None:
        """Remember `look`; of many in a row the last is written."""
        self.look = look
        if self._path is None:
            return
        with self._changed:
            self._wanted = look
            if self._writer is None and not self._closed:
                self._writer = Thread(target=self._write_late, args=(self._path,), name="pygent-memory", daemon=True)
                self._writer.start()

    def close(self) -> None:
        """Write what is not written yet; takes at most two seconds."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            writer = self._writer
        if writer is not None:
            writer.join(_LAST_S)

    def _write_late(self, path: Path) -> None:
        """The thread: waits for the end of a drag, writes, and goes."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed, self._delay_s)
                look, self._wanted = self._wanted, None
                if look is None:
                    self._writer = None
                    return
            failure = _written(path, look)
            with self._changed:
                self._failure = failure


def _written(path: Path, look: Look) -> str:
    """Why `look` cannot be written, "" when it was."""
    chosen = look.arrangement
    values = {
        "theme": look.theme,
        "columns": chosen.columns,
        "rows": chosen.rows,
        "output": chosen.output,
        "side": int(chosen.side),
        "zoomed": int(chosen.zoomed),
    }
    try:
        private.write(path, "".join(f"{name} {value}\n" for name, value in values.items()))
    except OSError as error:
        return private.failed("How the panes stand could not be kept", path, error)
    return ""


def _read(path: Path) -> tuple[Look, str]:
    """The look in the file at `path`, and a sentence when the file is no use."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST + 1)
    except FileNotFoundError:
        return Look(), ""
    except OSError as error:
        return Look(), private.failed("What was kept of the look cannot be read", path, error)
    try:
        return _parsed(text), ""
    except ValueError:
        return Look(), _aside(path)


def _aside(path: Path) -> str:
    try:
        return f"What was kept of the look is damaged; it was put aside as {private.put_aside(path).name}."
    except OSError as error:
        return private.failed("What was kept of the look is damaged, and cannot be put aside", path, error)


def _parsed(text: bytes) -> Look:
    """Raises ValueError when `text` is no look."""
    if len(text) > _MOST:
        raise ValueError("too long")
    values = {name: value for name, _, value in (line.partition(" ") for line in text.decode().splitlines())}
    numbers = {name: int(value) for name, value in values.items() if name != "theme"}  # nothing after a name is no number
    chosen = Arrangement()
    for seam in ("columns", "rows", "output"):
        chosen = chosen.moved(seam, numbers.get(seam, chosen.at(seam)))
    side, zoomed = bool(numbers.get("side", chosen.side)), bool(numbers.get("zoomed", chosen.zoomed))
    return Look(values.get("theme", DARK), replace(chosen, side=side, zoomed=zoomed))
