"""The laws of text in files: its encoding is said and kept, its lines end as they did, its other bytes are not touched."""

from __future__ import annotations

import base64
import tracemalloc
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent_engine.errors import WorkspaceError
from pygent_engine.runtime import Runtime
from pygent_engine.runtime.files.edits import NoEdit, edited
from pygent_engine.runtime.files.encodings import LATIN_1, UTF_8, UTF_8_MARKED, UTF_16_BE, UTF_16_LE, WINDOWS, Encoding, decoded

ENCODINGS = [UTF_8, UTF_8_MARKED, UTF_16_LE, UTF_16_BE, LATIN_1, WINDOWS]
NAMES = [encoding.codec + "-marked" * bool(encoding.mark) for encoding in ENCODINGS]
SAMPLE = {WINDOWS: "“café”\nzwei\n"}


def sample(encoding: Encoding) -> str:
    return SAMPLE.get(encoding, "café\nzwei\n")


def note(encoding: Encoding) -> str:
    return "" if encoding.plain else f"[the file is {encoding.name}]\n"


@pytest.fixture
def file(local_runtime: Runtime) -> Path:
    return local_runtime.base_dir / "file"


@pytest.mark.parametrize("encoding", ENCODINGS, ids=NAMES)
def test_an_encoding_is_told_from_the_bytes_and_said(runtime: Runtime, encoding: Encoding) -> None:
    text = sample(encoding)
    (runtime.base_dir / "file").write_bytes(encoding.encode(text))
    assert runtime.read_file("file") == text
    assert runtime.read_encoded("file") == (text, "" if encoding.plain else encoding.name)
    one, two = text.splitlines()
    assert runtime.read_range("file") == f"{note(encoding)}     1\t{one}\n     2\t{two}"
    assert runtime.read_range("file", 2, 1) == f"{note(encoding)}     2\t{two}"


@pytest.mark.parametrize("data", [b"a\0b", b"\x89PNG\r\n\x1a\n", b"caf\xe9\x01", b"\xff\xfea", b"\xfe\xff\xd8\x00", b"\xe9\x81"])
def test_what_is_in_no_encoding_is_binary_and_its_size_is_said(runtime: Runtime, data: bytes) -> None:
    (runtime.base_dir / "file").write_bytes(data)
    sentence = rf"^file is binary \({len(data)} bytes\), not text\.$"
    for attempt in (runtime.read_file, runtime.read_range, lambda path: runtime.edit_file(path, "a", "b")):
        with pytest.raises(WorkspaceError, match=sentence):
            attempt("file")
    assert base64.b64decode(runtime.read_file("file", binary=True)) == data


def test_lines_of_the_wide_encodings_are_not_cut_within_a_character(local_runtime: Runtime, file: Path) -> None:
    text = "".join(f"{number} \u0a0a\u0d0d\u2028 {'𝄞' * 40_000}\n" for number in range(3))
    for encoding in (UTF_16_LE, UTF_16_BE):
        file.write_bytes(encoding.encode(text))
        shown = local_runtime.read_range("file", 2, 1).split("\n")
        assert shown[1].startswith("     2\t1 \u0a0a\u0d0d\u2028 𝄞")
        assert (len(shown), shown[2]) == (3, "[more lines follow; read on with offset=3]")


# ---------------------------------------------------------------- edits


@pytest.mark.parametrize("encoding", ENCODINGS, ids=NAMES)
def test_an_edit_keeps_encoding_mode_and_every_other_byte(runtime: Runtime, encoding: Encoding) -> None:
    before = sample(encoding) + "drei\r\nvier"
    path = runtime.base_dir / "file"
    path.write_bytes(encoding.encode(before))
    path.chmod(0o750)
    still = "" if encoding.plain else f" It is still {encoding.name}."
    assert runtime.edit_file("file", "zwei", "zwö") == f"Edited file.{still}"
    assert path.read_bytes() == encoding.encode(before.replace("zwei", "zwö"))
    assert path.stat().st_mode & 0o777 == 0o750


def test_a_character_that_the_encoding_cannot_hold_changes_nothing(local_runtime: Runtime, file: Path) -> None:
    file.write_bytes("café".encode("latin-1"))
    with pytest.raises(WorkspaceError) as raised:
        local_runtime.edit_file("file", "café", "→ kafe")
    assert str(raised.value) == "Nothing was changed in file: it is Latin-1, which cannot hold '→'."
    with pytest.raises(WorkspaceError, match="characters that UTF-8 cannot hold"):
        local_runtime.edit_file("file", "café", "\ud800")
    assert file.read_bytes() == b"caf\xe9"


@pytest.mark.parametrize(
    ("before", "old", "new", "after", "adapted"),
    [
        ("a\r\nb\r\nc\r\n", "a\nb", "x\ny", "x\r\ny\r\nc\r\n", True),
        ("a\r\nb\r\n", "b", "x\ny", "a\r\nx\r\ny\r\n", True),
        ("a\r\nb\r\n", "a\r\nb", "x\r\ny", "x\r\ny\r\n", False),
        ("a\nb\nc\n", "a\r\nb", "x\r\ny", "x\ny\nc\n", True),
        ("a\nb\n", "b", "x\r\ny", "a\nx\r\ny\n", False),
        ("a\r\nb\nc", "b\nc", "x\ny", "a\r\nx\ny", False),
        ("a", "a", "x\ny", "x\ny", False),
    ],
)
def test_line_ends_become_those_of_the_file_where_it_has_one_kind(
    local_runtime: Runtime, file: Path, before: str, old: str, new: str, after: str, adapted: bool
) -> None:
    file.write_bytes(before.encode())
    said = "Edited file." + " The new lines end as the others in it do." * adapted
    assert (local_runtime.edit_file("file", old, new), file.read_bytes()) == (said, after.encode())


@pytest.mark.parametrize(
    ("before", "old", "why"),
    [
        ("a\r\nb\nc", "a\nb", "is not there"),
        ("a\r\nb\r\na\r\nb\r\n", "a\nb", "stands there more than once; give more of the lines around it"),
        ("abc", "", "is not there"),
        ("a\n", "\r\n\r\n", "is not there"),
    ],
)
def test_nothing_is_changed_where_the_old_text_does_not_stand_exactly_once(
    local_runtime: Runtime, file: Path, before: str, old: str, why: str
) -> None:
    file.write_bytes(before.encode())
    with pytest.raises(WorkspaceError) as raised:
        local_runtime.edit_file("file", old, "x")
    assert (str(raised.value), file.read_bytes()) == (f"Nothing was changed in file: the old text {why}.", before.encode())


@given(st.text("ab\r\né", max_size=30), st.text("ab\n", min_size=1, max_size=3), st.text("xy\n", max_size=3))
@settings(deadline=None)
def test_an_edit_changes_one_place_alone(text: str, old: str, new: str) -> None:
    try:
        after, adapted = edited(text, old, new)
    except NoEdit:
        return
    head = next(size for size in range(len(text) + 1) if text[size : size + 1] != after[size : size + 1] or size == len(text))
    assert (text[:head] + after[head:], after.count("é")) == (after, text.count("é"))
    if not adapted and old in text:
        assert after == text.replace(old, new)


@given(st.text(max_size=60), st.sampled_from(ENCODINGS))
@settings(deadline=None)
def test_what_is_decoded_is_encoded_to_the_same_bytes(text: str, encoding: Encoding) -> None:
    try:
        data = encoding.encode(text)
        again, found = decoded(data)
    except ValueError:
        return
    assert found.encode(again) == data


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_any_bytes_are_binary_or_come_back_as_they_were(data: bytes) -> None:
    try:
        text, encoding = decoded(data)
    except ValueError:
        return
    assert encoding.encode(text) == data


# ---------------------------------------------------------------- writes, and what is huge


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (b"plain", ""),
        ("é".encode(), ""),
        (b"", ""),
        (b"caf\xe9", " It was Latin-1 before, and is UTF-8 now."),
        (UTF_8_MARKED.encode("a"), " It was UTF-8 with a byte order mark before, and is UTF-8 now."),
        (b"\0", " It was binary before, and is UTF-8 now."),
        ("é".encode() * 40_000, ""),
    ],
)
def test_a_write_over_another_encoding_says_so(local_runtime: Runtime, file: Path, before: bytes, said: str) -> None:
    file.write_bytes(before)
    assert local_runtime.write_file("file", "ñ") == f"Wrote 2 bytes to file.{said}"
    assert file.read_bytes() == "ñ".encode()


def test_a_huge_file_is_refused_whole_and_read_in_part_in_flat_memory_and_time(local_runtime: Runtime, file: Path) -> None:
    lines = "".join(f"line {number}\n" for number in range(1000))
    with file.open("wb") as written:
        written.write(lines.encode())
        written.truncate(10 << 30)
    with pytest.raises(WorkspaceError, match=r"file is 10,737,418,240 bytes, more than the 1,048,576 that are read at once"):
        local_runtime.read_file("file")
    tracemalloc.start()
    begun = process_time()
    try:
        assert local_runtime.read_range("file", 999, 1) == "   999\tline 998\n[more lines follow; read on with offset=1000]"
        assert local_runtime.read_range("file", 1000, 2) == "  1000\tline 999\n[stopped after 268,435,456 bytes, in line 1001]"
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (peak < 2_000_000, process_time() - begun < 20) == (True, True)
