"""Writes texts to files that the user names, off the UI's thread: never over a file without a yes, and says what was written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from pygent_engine.frozen import frozen
from pygent_engine.untrusted import clean_line

from ..screens.confirm import Confirm
from ..widgets.request import Request
from .station import Station

if TYPE_CHECKING:
    from ..conductor import Conductor


@frozen
class Text:
    """A text that is to be written to the file `name`, in the current folder unless it says another; `what` names it in sentences.

    `make` is called on the writing thread. What is `private` only the user can read.
    """

    name: str
    make: Callable[[], Iterable[str]]
    what: str
    private: bool = True


class Writing(Station):
    """What still runs when the app is left is given up."""

    class Told(Request):
        """What came of a text: so many bytes are in the file at `path`, or one is in the way (`taken`), or it failed."""

        def __init__(self, text: Text, path: str, size: int = 0, failure: str = "", taken: bool = False) -> None:
            super().__init__()
            self.text = text
            self.path = path
            self.size = size
            self.failure = failure
            self.taken = taken

    def __init__(self, conductor: Conductor) -> None:
        super().__init__(conductor)
        self._left = Event()

    def requests(self) -> Mapping[type[Request], Callable[[Any], object]]:
        return {Writing.Told: self._told}

    def end(self) -> None:
        self._left.set()

    def write(self, text: Text, *, over: bool = False) -> None:
        """Begin to write; `over` what is there."""
        Thread(target=self._write, args=(text, over), name="pygent-write", daemon=True).start()

    def _write(self, text: Text, over: bool) -> None:
        from ..files.saving import Given, save, target  # noqa: PLC0415 - few save

        path = text.name
        try:
            whole = target(text.name, Path.cwd())
            path = str(whole)
            told = Writing.Told(text, path, save(text.make(), whole, overwrite=over, cancel=self._left, private=text.private))
        except FileExistsError:
            told = Writing.Told(text, path, taken=True)
        except Given:
            return
        except (OSError, ValueError) as error:
            told = Writing.Told(text, path, failure=getattr(error, "strerror", None) or str(error))
        if not self._left.is_set():
            self.app.post_message(told)

    def _told(self, told: Writing.Told) -> None:
        path = clean_line(told.path, 300)
        if told.taken:
            dialog = Confirm("Write over this file?", f"{path} is there already.", "write over it", "leave it")
            self.conductor.confirm(dialog, lambda: self.write(told.text, over=True))
        elif told.failure:
            self.conductor.refuse(f"{path} could not be written: {clean_line(told.failure)}.")
        else:
            self.conductor.say(f"Wrote {told.text.what} to {path} ({_size(told.size)}).")


def _size(count: int) -> str:
    if count < 1000:
        return f"{count} byte{'s' if count != 1 else ''}"
    return f"{count / 1e3:.1f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"
