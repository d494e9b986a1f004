"""What importing costs in modules: seen from a new interpreter, since nothing here may be loaded twice or by accident."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCREEN = frozenset({"textual", "rich"})
HEAVY = frozenset({"openai", "docker", "pydantic", "httpx", "httpx2", "requests"})
# What speaks to a Docker engine: loaded when a container is wanted.
CLIENT = frozenset(f"pygent_engine.runtime.engine.{name}" for name in ("client", "engine", "refusals", "storage", "transport", "visits"))
MARKDOWN = frozenset({"markdown_it", "pygments"})
# The first paint waits for none of these.
AFTER_PAINT = frozenset({"importlib.metadata", "argparse", "tomllib"})


def loaded_by(statement: str) -> frozenset[str]:
    """The names in sys.modules of a new interpreter after `statement`."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    return frozenset(result.stdout.split())


def modules(package: str) -> list[str]:
    """Every importable module of `package`, by its files; `__main__` runs when imported."""
    files = sorted((ROOT / package).rglob("*.py"))
    dotted = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in dotted if not name.endswith(".__main__")]


def test_importing_the_engine_loads_no_screen_and_no_client() -> None:
    assert loaded_by("import pygent_engine") & (SCREEN | HEAVY) == frozenset()


def test_every_public_name_of_the_engine_loads_no_screen_and_no_client() -> None:
    assert loaded_by("from pygent_engine import *") & (SCREEN | HEAVY) == frozenset()


def test_no_module_of_the_engine_loads_a_screen_or_a_client() -> None:
    names = [name for name in modules("pygent_engine") if name not in CLIENT]
    found = loaded_by("\n".join(f"import {name}" for name in names)) & (SCREEN | HEAVY)
    # Each alone only when that is needed to name it: an interpreter for every module costs a quarter of a minute.
    assert found == frozenset(), [name for name in names if loaded_by(f"import {name}") & found]


def test_the_app_is_imported_without_what_its_first_paint_does_not_need() -> None:
    # What textual itself loads is the floor; the app adds none of the heavy ones to it.
    floor = loaded_by("import textual.app, textual.widgets, textual.scroll_view")
    assert (loaded_by("import pygent_tui.launch, pygent_tui.app") - floor) & (HEAVY | MARKDOWN | AFTER_PAINT) == frozenset()


def test_the_command_line_hands_over_to_the_app_before_any_of_the_engine_is_loaded() -> None:
    loaded = loaded_by("from pygent_engine.cli import main\nmain(['--scratch', '--no-docker'], open_app=lambda launch: 0)")
    assert loaded & {f"pygent_engine.{name}" for name in ("values", "events", "session", "runtime.runtime", "tools")} == frozenset()


def test_the_views_are_folds_without_textual() -> None:
    views = [name for name in modules("pygent_tui") if name.startswith("pygent_tui.views")]
    assert loaded_by("\n".join(f"import {name}" for name in views)) & SCREEN == frozenset()


def test_the_version_is_told_without_parsing_arguments() -> None:
    loaded = loaded_by("from pygent_tui.launch import main\ntry:\n    main(['--version'])\nexcept SystemExit:\n    pass")
    assert loaded & (SCREEN | HEAVY | MARKDOWN | {"argparse", "importlib.metadata"}) == frozenset()
