"""A text area with chips deletes text without chips as a plain one does, wherever the cursor stands."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest
from textual.app import App, ComposeResult
from textual.widgets import TextArea

from pygent_tui.widgets.composer.chip_area import ChipArea

_EDITS = sorted({binding.action for binding in TextArea.BINDINGS if binding.action.startswith(("delete_", "cut"))})  # type: ignore[union-attr]


class _Both(App[None]):
    def compose(self) -> ComposeResult:
        yield TextArea(highlight_cursor_line=False)
        yield ChipArea()


async def _edited(area: TextArea, text: str, place: tuple[int, int], action: str) -> tuple[str, object]:
    """What is there, and where the cursor stands, after `action` at `place` of `text`."""
    area.load_text(text)
    area.move_cursor(place)
    await area.run_action(action)
    return area.text, area.selection


@pytest.mark.parametrize("text", ["", "one", "one\n\ntwo"])
def test_what_is_deleted_is_what_goes_from_a_plain_text_area(text: str) -> None:
    places = [(row, column) for row, line in enumerate(text.split("\n")) for column in sorted({0, len(line)})]

    async def compare() -> None:
        async with _Both().run_test() as pilot:
            plain, ours = pilot.app.query(TextArea)
            for action, place in product(_EDITS, places):
                assert await _edited(ours, text, place, action) == await _edited(plain, text, place, action), (action, place)

    asyncio.run(compare())


def test_the_last_line_is_taken_away_with_the_chip_in_it() -> None:
    async def scenario() -> None:
        async with _Both().run_test() as pilot:
            area = pilot.app.query_one(ChipArea)
            area.focus()
            area.insert(f"first\n{area.chips.add('x' * 3_000, '')}")
            await pilot.press("ctrl+shift+k")
            assert area.text == "first\n"

    asyncio.run(scenario())
