"""How the pull of an image is noted on stderr: one line that is written anew on a terminal, a few lines anywhere else."""

from __future__ import annotations

from ..events import ImagePullEnded, ImagePullProgress, ImagePullStarted, PullEvent
from ..untrusted import clean_line
from .outlet import Outlet

_STEPS = 4  # so many lines where none can be written anew
_ERASE = "\r\x1b[K"


class PullNotes:
    """Notes one pull after the other. `columns` is the width of the terminal, 0 when there is none."""

    def __init__(self, notes: Outlet, columns: int) -> None:
        self._notes = notes
        self._columns = columns
        self._share = 0.0

    def show(self, event: PullEvent) -> None:
        """Note what is worth it; why a pull failed is told by whoever ends for it."""
        match event:
            case ImagePullStarted(image=image):
                self._share = 0.0
                self._anew(f"pulling the image {image}")
            case ImagePullProgress():
                self._progress(event)
            case ImagePullEnded(image=image, error=error):
                if self._columns:
                    self._write(_ERASE)
                if not error:
                    self._write(f"{clean_line(f'pulled the image {image}')}\n")

    def _progress(self, event: ImagePullProgress) -> None:
        before, self._share = self._share, max(self._share, event.share)
        if self._columns or int(self._share * _STEPS) > int(before * _STEPS):
            self._anew(f"pulling the image {event.image}: {int(100 * self._share)} %, {event.counts}".removesuffix(", "))

    def _anew(self, line: str) -> None:
        shown = clean_line(line)
        self._write(f"{_ERASE}{shown[: self._columns - 1]}" if self._columns else f"{shown}\n")

    def _write(self, text: str) -> None:
        self._notes.write(text.encode(errors="replace"))
