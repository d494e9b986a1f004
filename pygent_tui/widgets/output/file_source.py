"""A file with the full output of a call, as sections of lines."""

from __future__ import annotations

from collections.abc import Hashable

from ...files.search import block_text
from ...files.text_file import TextFile
from ...views.sgr import carried, reset_in

_LOOKS_BACK = 8


class FileSource:
    """A section is a block of the file; there are as many as its index knew when this was made."""

    def __init__(self, file: TextFile) -> None:
        self._file = file
        self._blocks = file.blocks

    @property
    def call(self) -> Hashable:
        return id(self._file)

    @property
    def first(self) -> int:
        return 0

    @property
    def sections(self) -> int:
        return self._blocks

    def start(self, section: int) -> int:
        return self._file.first(section)

    def section(self, line: int) -> int:
        return self._file.block(line)

    def text(self, section: int) -> str:
        """As many lines as the index says, also when the file became shorter."""
        text = block_text(self._file, section)
        missing = self.start(section + 1) - self.start(section) - 1 - text.count("\n")
        return text + "\n" * missing

    def key(self, section: int) -> Hashable:
        return section

    def size(self, section: int) -> int:
        return self._file.size(section)

    def note(self, section: int) -> bool:
        return False

    def opened(self, section: int) -> str:
        """As a few blocks before tell; a colour that was opened earlier is not found."""
        texts: list[str] = []
        for number in range(section - 1, max(-1, section - 1 - _LOOKS_BACK), -1):
            texts.append(self.text(number))
            if reset_in(texts[-1]) >= 0:
                break
        opened = ""
        for text in reversed(texts):
            opened = carried(opened, text)
        return opened
