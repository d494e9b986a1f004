"""Writing into a repository's own folder on this machine needs a yes, however the path is spelled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent_engine import Runtime, WorkspaceError
from pygent_engine.tools.repository import write_needs


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    with Runtime(False, workspace=tmp_path) as runtime:
        (tmp_path / ".git" / "hooks").mkdir(parents=True)
        (tmp_path / "link").symlink_to(".git")
        (tmp_path / "chain").symlink_to("link/hooks")
        (tmp_path / "loop").symlink_to("loop")
        yield runtime


@pytest.mark.parametrize(
    "path", [".git/config", ".git", ".//sub/./.git/config", ".GIT/config", "sub/.git/hooks/pre-commit", "link/config", "chain/pre-push"]
)
def test_a_path_into_it_needs_a_yes(runtime: Runtime, path: str) -> None:
    assert [need.permission for need in write_needs(runtime, path)] == ["write"]
    assert write_needs(runtime, str(runtime.base_dir / path)) == write_needs(runtime, path)


@pytest.mark.parametrize("path", ["a", ".gitignore", ".github/workflows/x.yml", "x.git/config", "src/git", "loop/x"])
def test_any_other_path_needs_none(runtime: Runtime, path: str) -> None:
    assert write_needs(runtime, path) == ()


def test_a_path_that_leads_out_is_an_error(runtime: Runtime) -> None:
    with pytest.raises(WorkspaceError):
        write_needs(runtime, "../.git/config")
