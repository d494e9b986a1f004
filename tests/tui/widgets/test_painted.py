"""What was painted goes when nobody draws it any more, without the garbage collector."""

from __future__ import annotations

import gc

import pytest
from textual.strip import Strip

from tests.support.boards import THREE
from tests.support.stage import Stage, play


def strips() -> list[Strip]:
    return [each for each in gc.get_objects() if isinstance(each, Strip)]


@pytest.mark.parametrize("key", ["a", "f2"])
def test_no_line_keeps_itself_once_it_was_painted(key: str) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(key)
        await stage.pilot.pause()
        made = {id(each): each for each in strips() if id(each) not in known}
        said = [each for each in made.values() if each.text.strip()]  # blank ones lie below all the others, and are never painted
        kept = [each.text for each in said for parts in each._divide_cache._cache.values() if any(each is part for part in parts)]
        assert (kept, len(said) > 20) == ([], True)

    before = strips()  # of other tests; as long as they are held here, no new one has their place
    known = {id(each) for each in before}
    play(THREE, scenario)
    assert len(before) == len(known)
