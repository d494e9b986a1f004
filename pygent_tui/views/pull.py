"""How far the pull of a container image is. Pure."""

from __future__ import annotations

from typing import assert_never

from pygent_engine.events import ImagePullEnded, ImagePullProgress, ImagePullStarted, PullEvent
from pygent_engine.frozen import frozen


@frozen
class Pull:
    """An image that is being fetched. `share` (0 to 1) never falls, though the size of a layer is known only once it began;
    `counts` is what is known of layers and bytes, in words."""

    image: str
    share: float = 0.0
    counts: str = ""

    @property
    def percent(self) -> str:
        return f"{int(100 * self.share)} %"


def fold(state: Pull | None, event: PullEvent) -> Pull | None:
    """The pull after `event`, None when it ended."""
    match event:
        case ImagePullStarted(image):
            return Pull(image)
        case ImagePullProgress(image):
            before = state.share if state is not None else 0.0
            return Pull(image, max(before, event.share), event.counts)
        case ImagePullEnded():
            return None
        case _:
            assert_never(event)
