"""Writing versions into a folder, when that or putting them back fails."""

from __future__ import annotations

from pathlib import Path

from pygent_engine.runtime.files.exact import Exact
from pygent_engine.tasks.handover import private_store
from pygent_engine.trees import Step, Version, Written, keep, read_version
from pygent_engine.trees.transfer import take_back
from tests.support.handing import content, fill


def test_what_cannot_be_put_back_is_named_when_the_store_is_gone(tmp_path: Path) -> None:
    store, exact = private_store(), Exact(tmp_path)
    fill(tmp_path, {"a": b"before\n", "b": b"before\n"})
    steps = []
    for path in ("a", "b"):
        before = keep(read_version(exact, path), store)
        fill(tmp_path, {path: b"after\n"})
        after: Version | None = read_version(exact, path)
        steps.append(Step(path, before, after))
    store.close()
    assert take_back(exact, Written(tuple(steps), ()), store) == ["b", "a"]
    assert content(tmp_path) == {"a": b"after\n", "b": b"after\n"}
