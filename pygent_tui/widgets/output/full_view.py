"""A file with the full output of a command. Reads and draws only what is visible; its lines are looked for behind the screen."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual.message import Message
from textual.strip import Strip

from ...bound import key_of
from ...files.search import FileIndex, FileSearch
from ...files.text_file import TextFile
from ...views.output import Buffer
from ..sanitise import safe_text
from .buffer_view import BufferView
from .file_source import FileSource

if TYPE_CHECKING:
    from .matches import Matches
    from .sheet import Source


class FullView(BufferView):
    """Begins at the top, for the end was shown before. The file is closed with the view."""

    FOLLOWS: ClassVar[bool] = False

    class Read(Message):
        """More of the file was indexed or searched."""

    def __init__(self, file: TextFile, path: str, buffer: Buffer, *, wrap: bool = False, id: str | None = None) -> None:
        super().__init__(wrap=wrap, id=id)
        self.buffer = buffer
        self._file = file
        self._path = path
        self._index: FileIndex | None = None
        self._search: FileSearch | None = None
        self._all_counted = True
        """Whether what was counted last is all that there is; the search may have come further since."""

    def on_mount(self) -> None:
        self._index = FileIndex(self._file, self._tell)

    def on_unmount(self) -> None:
        if self._index is not None:
            self._index.end()
        self.clear()
        self._file.close()

    def _tell(self) -> None:
        """Called from the threads that read."""
        with suppress(RuntimeError):  # the app's loop is closed: nobody is there to be told
            self.post_message(self.Read())

    def on_full_view_read(self, event: Read) -> None:
        event.stop()
        self.touch()

    def source(self) -> FileSource:
        return FileSource(self._file)

    def below(self) -> int:
        return 0

    def line_below(self, y: int) -> Strip:
        return Strip.blank(0)

    def reflow(self) -> None:
        super().reflow()
        lines = "1 line" if self._file.lines == 1 else f"{self._file.lines:,} lines"
        far = "" if self._index is None or self._index.done else f" so far, {self._index.part:.0%}"
        self.border_title = Content(safe_text(f"Full output · {key_of(self, 'full-output.close')} closes · {lines}{far} · {self._path}"))

    # ------------------------------------------------------------ searching

    def count(self, matches: Matches, source: Source) -> None:
        if self._search is None:
            self._search = FileSearch(self._file, matches.needle, self._tell)
        done = self._search.done  # looked at before the counts, which are added to until then
        counts = self._search.counts[: source.sections]
        self._all_counted = done and len(self._search.counts) <= source.sections
        matches.counted(source, counts)
        line = self.top_line
        if matches.current is None and (self._all_counted or any(counts[source.section(line) :])):
            self.go(matches.go(line))

    def clear(self) -> None:
        super().clear()
        if self._search is not None:
            self._search.end()
            self._search = None

    def search_note(self) -> str:
        if self._search is None or self._all_counted:
            return ""
        return f"searching … {self._search.part:.0%}"
