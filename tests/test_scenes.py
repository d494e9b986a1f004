"""The scripted sessions obey the laws that real ones do, or they would show screens that cannot be."""

from __future__ import annotations

import pytest

from tests.scenes import SCENES, Scene
from tests.support.laws import check_stream

SCRIPTED = [scene for scene in SCENES if scene.script is not None]


@pytest.mark.parametrize("scene", SCRIPTED, ids=lambda scene: scene.name)
def test_a_scene_keeps_the_stream_laws_as_far_as_it_goes_and_to_its_end(scene: Scene) -> None:
    assert scene.script is not None
    check_stream(scene.envelopes(), complete=False)
    check_stream(scene.script().closed())


def test_scenes_have_names_of_their_own() -> None:
    assert len({scene.name for scene in SCENES}) == len(SCENES)
