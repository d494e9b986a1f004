"""Laws of what the panes load when they are imported."""

from __future__ import annotations

import subprocess
import sys

import pytest

PANES = "pygent_tui.widgets.conversation.conversation, pygent_tui.widgets.output.output_pane, pygent_tui.widgets.board.task_table"
VIEWS = "pygent_tui.views.transcript, pygent_tui.views.output, pygent_tui.views.board, pygent_tui.views.layout"


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        (PANES, {"rich.markdown", "rich.syntax", "markdown_it", "pygments", "openai", "docker"}),
        (VIEWS, {"textual", "rich", "openai", "docker"}),
    ],
)
def test_what_is_not_needed_for_the_first_paint_is_not_imported(modules: str, absent: set[str]) -> None:
    program = f"import sys; import {modules}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert absent & set(done.stdout.split()) == set()
