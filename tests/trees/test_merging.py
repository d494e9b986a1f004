"""The three-way merge of one path."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pygent_engine.trees import Merge, Store, Version, three_way
from pygent_engine.trees.store import blob_id
from pygent_engine.trees.tree import Kind

A, B, C = (b"1\n2\n3\n4\n5\n", b"one\n2\n3\n4\n5\n", b"1\n2\n3\n4\nfive\n")


def version(content: bytes, kind: Kind = "file") -> Version:
    return Version(kind, len(content), blob_id(content), content)


_VERSIONS = st.one_of(
    st.none(),
    st.builds(version, st.sampled_from([A, B, C, b"", b"\0"]), st.sampled_from(["file", "exec"])),
    st.builds(version, st.sampled_from([b"a", b"b"]), st.just("link")),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    def make() -> Path:
        (tmp_path / "store").mkdir()
        return tmp_path / "store"

    store = Store(make, shutil.rmtree)
    yield store
    store.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(_VERSIONS, _VERSIONS, _VERSIONS)
def test_one_side_alone_wins_and_the_sides_can_be_swapped(
    store: Store, base: Version | None, left: Version | None, right: Version | None
) -> None:
    assert three_way(base, base, right, store) == Merge(right)
    assert three_way(base, left, base, store) == Merge(left)
    assert three_way(base, left, left, store) == Merge(left)
    there, back = three_way(base, left, right, store), three_way(base, right, left, store)
    assert there.clash == back.clash
    if base is not None and not there.clash:
        assert there.version == back.version


def test_text_and_the_right_to_run_merge_apart(store: Store) -> None:
    merged = three_way(version(A), version(B, "exec"), version(C), store)
    assert merged == Merge(version(b"one\n2\n3\n4\nfive\n", "exec"))


@pytest.mark.parametrize(
    ("base", "ours", "theirs"),
    [
        (version(A), None, version(B)),
        (version(A), version(B), None),
        (None, version(A), version(B)),
        (version(b"\0a"), version(b"\0b"), version(b"\0c")),
        (version(A), version(b"a", "link"), version(B)),
        (version(b"a", "link"), version(b"b", "link"), version(b"c", "link")),
    ],
)
def test_what_cannot_be_both_clashes(base: Version | None, ours: Version | None, theirs: Version | None, store: Store) -> None:
    merged = three_way(base, ours, theirs, store)
    assert (merged.version, merged.clash) == (None, True)
    is_text = not any(each is not None and (each.kind == "link" or b"\0" in (each.content or b"")) for each in (base, ours, theirs))
    assert (merged.marked is not None and b"<<<<<<<" in merged.marked) == is_text
