"""Text in the files of a workspace: read, written and edited, whatever its encoding; each in a sentence for who asked."""

from __future__ import annotations

import os
from typing import BinaryIO

from ...errors import WorkspaceError
from .edits import NoEdit, edited
from .encodings import UTF_8, Encoding, NotText, decoded, encoding_at
from .ranges import numbered_range
from .workspace import Workspace

_HEAD = 1 << 16


def read_text(files: Workspace, path: str) -> tuple[str, Encoding]:
    """The whole text of a file, and its encoding."""
    data = files.read(path)
    try:
        return decoded(data)
    except NotText as error:
        raise _binary(path, len(data)) from error


def read_range(files: Workspace, path: str, offset: int, limit: int) -> str:
    """Numbered lines, `limit` of them from line `offset` on."""
    with files.open(path) as file:
        try:
            return numbered_range(file, offset, limit)
        except NotText as error:
            raise _binary(path, _size(file)) from error


def write_text(files: Workspace, path: str, content: str) -> str:
    """Create or replace a file, in UTF-8; says what was written, and over what."""
    data = _encoded(path, content)
    before = _encoding_before(files, path)
    files.write(path, data)
    name = "/".join(files.parts(path))
    return f"Wrote {len(data)} bytes to {name}.{f' It was {before} before, and is UTF-8 now.' if before else ''}"


def edit_text(files: Workspace, path: str, old: str, new: str) -> str:
    """Replace `old` by `new`; says what was done."""
    text, encoding = read_text(files, path)
    _encoded(path, new)
    try:
        changed = edited(text, old, new)
    except NoEdit as error:
        raise WorkspaceError(f"Nothing was changed in {path}: the old text {error}.") from error
    try:
        data = encoding.encode(changed.text)
    except UnicodeEncodeError as error:
        raise WorkspaceError(
            f"Nothing was changed in {path}: it is {encoding.name}, which cannot hold {error.object[error.start]!r}."
        ) from error
    files.write(path, data)
    stays = "" if encoding.plain else f" It is still {encoding.name}."
    ends = " The new lines end as the others in it do." if changed.adapted else ""
    return f"Edited {path}.{stays}{ends}"


def _encoded(path: str, content: str) -> bytes:
    try:
        return UTF_8.encode(content)
    except UnicodeEncodeError as error:
        raise WorkspaceError(f"{path}: the content holds characters that UTF-8 cannot hold.") from error


def _encoding_before(files: Workspace, path: str) -> str:
    """What the file was that is about to be replaced; "" for plain UTF-8, or no file that can be read."""
    try:
        with files.open(path) as file:
            head = file.read(_HEAD)
            encoding = encoding_at(head, len(head) < _HEAD)
    except WorkspaceError:
        return ""
    return "binary" if encoding is None else "" if encoding.plain else encoding.name


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size


def _binary(path: str, size: int) -> WorkspaceError:
    return WorkspaceError(f"{path} is binary ({size:,} bytes), not text.")
