"""Front ends are found by entry point, without importing one before it is needed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pygent_engine.errors import PygentError
from pygent_engine.frontends import find_front_end, find_web_front_end


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that takes the place of everything that is installed."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    return tmp_path


def install(folder: Path, name: str, module: str, group: str = "pygent.frontends") -> None:
    info = folder / f"{name}_screen-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}-screen\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {module}:open_app\n")


def test_without_a_front_end_the_error_says_what_to_install(installed: Path) -> None:
    with pytest.raises(PygentError) as caught:
        find_front_end()
    assert str(caught.value) == "No front end is installed; install one with: pip install pygent-tui"


def test_a_front_end_that_cannot_be_imported_is_named(installed: Path) -> None:
    install(installed, "broken", "no_such_screen_module")
    with pytest.raises(PygentError, match=r"The front end 'broken' cannot be loaded: No module named 'no_such_screen_module'"):
        find_front_end()


def test_the_first_front_end_by_name_is_loaded(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (installed / "second_screen_module.py").write_text("raise RuntimeError\n")
    (installed / "first_screen_module.py").write_text("def open_app(launch): return 7\n")
    install(installed, "zebra", "second_screen_module")
    install(installed, "ant", "first_screen_module")
    front_end = find_front_end()
    monkeypatch.delitem(sys.modules, "first_screen_module")
    assert (front_end.__module__, "second_screen_module" in sys.modules) == ("first_screen_module", False)


def test_without_a_front_end_for_the_browser_the_error_says_what_to_install(installed: Path) -> None:
    install(installed, "terminal", "terminal_screen_module")
    with pytest.raises(PygentError) as caught:
        find_web_front_end()
    assert str(caught.value) == "No front end for the browser is installed; install one with: pip install 'pygent-tui[web]'"


def test_without_what_the_browser_needs_the_error_names_the_extra(installed: Path) -> None:
    install(installed, "browser", "browser_screen_module", "pygent.webfrontends")
    (installed / "browser_screen_module.py").write_text("import no_such_web_server\n")
    with pytest.raises(PygentError) as caught:
        find_web_front_end()
    assert str(caught.value) == (
        "The browser needs more than is installed (No module named 'no_such_web_server'); install it with: pip install 'pygent-tui[web]'"
    )
