"""What is cut fits, also where characters are two cells wide."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from pygent_tui.widgets.fitting import cut


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("model", 5, "model"),
        ("models", 5, "mode…"),
        ("", 0, ""),
        ("m", 0, ""),
        ("m", -3, ""),
        ("模型模型", 5, "模型…"),
        ("模型模型", 4, "模 …"),
    ],
)
def test_a_text_is_cut_to_its_room(text: str, width: int, shown: str) -> None:
    assert cut(text, width) == shown
    assert cell_len(shown) <= max(0, width)
