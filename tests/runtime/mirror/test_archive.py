"""The laws of archives: what is written is read back at any split, and an archive that lies gets nowhere."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.runtime.mirror.archive import ArchiveError, ArchiveReader, Entry, content, end, header

NAME = st.text(st.characters(exclude_characters="/\0", exclude_categories=()), min_size=1, max_size=120).filter(
    lambda name: name not in (".", "..") and _encodable(name)
)
FILES = st.dictionaries(st.lists(NAME, min_size=1, max_size=4).map("/".join), st.binary(max_size=2000), max_size=6)
SPLITS = st.lists(st.integers(1, 700), max_size=30)


def _encodable(name: str) -> bool:
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape") == name
    except UnicodeError:
        return False


class Kept:
    """A receiver that keeps everything."""

    def __init__(self) -> None:
        self.entries: list[tuple[Entry, bytes]] = []
        self._parts: list[bytes] = []

    def begin(self, entry: Entry) -> None:
        self.entries.append((entry, b""))

    def data(self, data: bytes) -> None:
        entry, before = self.entries[-1]
        self.entries[-1] = entry, before + data

    def end(self) -> None:
        pass


def read(archive: bytes, sizes: list[int] | None = None) -> list[tuple[Entry, bytes]]:
    kept = Kept()
    reader = ArchiveReader(kept)
    for size in sizes or []:
        reader.feed(archive[:size])
        archive = archive[size:]
    reader.feed(archive)
    return kept.entries


def foreign(*infos: tarfile.TarInfo, format: int = tarfile.PAX_FORMAT) -> bytes:
    """An archive as the tarfile module writes it, with a byte of content for each regular file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format, errors="surrogateescape") as archive:
        for info in infos:
            info.size = 1 if info.type == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(b"x"))
    return buffer.getvalue()


def info(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname, made.mode = kind, target, 0o6755
    return made


@given(FILES, SPLITS)
def test_what_is_written_is_read_at_any_split(files: dict[str, bytes], sizes: list[int]) -> None:
    wanted = [(Entry(path, "f", 0o640, len(data), 1_700_000_000_123_456_789), data) for path, data in files.items()]
    archive = b"".join(b"".join((header(entry, (12, 34)), *content(io.BytesIO(data), len(data)))) for entry, data in wanted) + end()
    assert read(archive, sizes) == wanted


def test_folders_links_and_long_names_are_read_in_every_dialect() -> None:
    long = "/".join(["n" * 90] * 5)
    for dialect in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        archive = foreign(info("d", tarfile.DIRTYPE), info("./l", tarfile.SYMTYPE, "t" * 300), info(long), format=dialect)
        assert read(archive) == [
            (Entry("d", "d", 0o755), b""),
            (Entry("l", "l", 0o755, target="t" * 300), b""),
            (Entry(long, "f", 0o755, 1), b"x"),
        ]


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "a/..", ".", "", "a\0b"[:1] + "/" * 5000 + "b" * 4097])
def test_a_name_that_leads_out_or_is_absurd_is_passed_over(name: str) -> None:
    assert read(foreign(info(name), info("next"))) == [(Entry("next", "f", 0o755, 1), b"x")]


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, b"?"])
def test_what_is_neither_file_folder_nor_link_is_passed_over(kind: bytes) -> None:
    assert read(foreign(info("odd", kind, "/etc/passwd"), info("next"))) == [(Entry("next", "f", 0o755, 1), b"x")]


def test_noise_and_headers_of_absurd_size_are_errors() -> None:
    bomb = info("bomb")
    bomb.type, bomb.size = tarfile.XHDTYPE, 1 << 40
    for archive in (b"\1" * 512, bomb.tobuf(tarfile.GNU_FORMAT)):
        with pytest.raises(ArchiveError):
            read(archive)


@given(st.binary(max_size=600), SPLITS)
def test_an_extended_header_of_any_bytes_is_read_or_refused(data: bytes, sizes: list[int]) -> None:
    extension = info("extension")
    extension.type, extension.size = tarfile.XHDTYPE, len(data)
    archive = extension.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % 512) + foreign(info("next"))
    try:
        entries = read(archive, sizes)
    except ArchiveError:
        return
    assert all(".." not in entry.path.split("/") and not entry.path.startswith("/") for entry, _ in entries)


def test_a_file_that_shrinks_while_it_is_read_is_filled_up() -> None:
    assert b"".join(content(io.BytesIO(b"abc"), 5)) == b"abc" + bytes(509)
