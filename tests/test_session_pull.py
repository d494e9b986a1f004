"""A session whose image is missing: it is pulled before the first turn; an interrupt or the end ends that."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from pygent_engine import ScriptedModel, Session, Settings, open_session
from pygent_engine.errors import ImageMissing
from pygent_engine.events import (
    CallEnded,
    ImagePullEnded,
    ImagePullProgress,
    ImagePullStarted,
    Interrupt,
    SubmitPrompt,
    TurnEnded,
    TurnStarted,
    Warned,
)
from tests.support.agents import Recorder, bash
from tests.support.engine_proxy import Upstream, proxy
from tests.support.images import ImageMaker
from tests.support.laws import check_stream
from tests.support.registry import LAYER_BYTES, Registry, forgetting

pytestmark = pytest.mark.docker


@contextlib.contextmanager
def opened(image: str, folder: Path, *, pull: bool = True) -> Iterator[tuple[Session, Recorder]]:
    """A session whose model runs one command; its stream is checked when it is closed."""
    recorder = Recorder()
    settings = Settings(use_docker=True, image=image)
    model = ScriptedModel([bash("echo on"), "done"])
    session = open_session(settings, workspace=folder, model=model, interactive=False, on_event=recorder, pull=pull)
    try:
        yield session, recorder
    finally:
        session.close()
        check_stream(recorder.envelopes)


def kinds(recorder: Recorder) -> list[type]:
    """The events of the pull and of turns, in order, each kind once in a row."""
    wanted = (ImagePullStarted, ImagePullProgress, ImagePullEnded, TurnStarted, TurnEnded)
    seen = [type(event) for event in recorder.of(*wanted)]
    return [kind for number, kind in enumerate(seen) if number == 0 or seen[number - 1] is not kind]


def test_without_leave_to_pull_it_does_not_open(docker_image: str, tmp_path: Path) -> None:
    with pytest.raises(ImageMissing) as caught, opened("pygent-test:missing", tmp_path, pull=False):
        pass
    assert caught.value.image == "pygent-test:missing"


def test_a_prompt_waits_for_the_pull(registry: Registry, no_container_left: None, tmp_path: Path) -> None:
    with proxy(Upstream(port=registry.port), rate=4 * LAYER_BYTES) as slow:
        image = registry.image("latest", slow.port)
        with forgetting(image), opened(image, tmp_path) as (session, recorder):
            session.send(SubmitPrompt("go"))
            assert recorder.wait_for(TurnEnded).outcome == "finished"
            assert [event.result.content for event in recorder.of(CallEnded)] == ["on\n"]
            assert kinds(recorder) == [ImagePullStarted, ImagePullProgress, ImagePullEnded, TurnStarted, TurnEnded]


def test_an_interrupt_ends_the_pull_and_a_command_tries_again(registry: Registry, no_container_left: None, tmp_path: Path) -> None:
    with proxy(Upstream(port=registry.port), rate=LAYER_BYTES) as slow:
        image = registry.image("latest", slow.port)
        with forgetting(image), opened(image, tmp_path) as (session, recorder):
            recorder.wait_for(ImagePullProgress)
            session.send(Interrupt())
            assert recorder.wait_for(ImagePullEnded) == ImagePullEnded(image, "cancelled")
            session.send(SubmitPrompt("go"))
            assert recorder.wait_for(TurnEnded).outcome == "finished"
            assert recorder.of(ImagePullEnded) == [ImagePullEnded(image, "cancelled"), ImagePullEnded(image)]
            assert [event.result.content for event in recorder.of(CallEnded)] == ["on\n"]


def test_closing_ends_the_pull_and_begins_nothing(registry: Registry, no_container_left: None, tmp_path: Path) -> None:
    with proxy(Upstream(port=registry.port), rate=LAYER_BYTES // 10) as slow:
        image = registry.image("latest", slow.port)
        with forgetting(image), opened(image, tmp_path) as (session, recorder):
            session.send(SubmitPrompt("go"))
            recorder.wait_for(ImagePullProgress)
            began = time.monotonic()
            session.close()
            assert time.monotonic() - began < 10
            assert recorder.of(ImagePullEnded, TurnStarted) == [ImagePullEnded(image, "cancelled")]


def test_after_a_pull_that_failed_the_session_is_of_use_once_the_image_is_there(
    docker_image: str, no_container_left: None, tmp_path: Path
) -> None:
    image = "127.0.0.1:1/nobody:1"
    with forgetting(image), opened(image, tmp_path) as (session, recorder):
        error = recorder.wait_for(ImagePullEnded).error
        assert error.startswith(f"Docker image {image} could not be pulled: ") and error.endswith(f"; run: docker pull {image}")
        with contextlib.closing(docker.APIClient(timeout=20)) as client:
            client.tag(docker_image, "127.0.0.1:1/nobody", "1")
        session.send(SubmitPrompt("go"))
        assert recorder.wait_for(TurnEnded).outcome == "finished"
        assert [event.result.content for event in recorder.of(CallEnded)] == ["on\n"]


def test_a_start_that_fails_for_another_reason_is_told(make_image: ImageMaker, no_container_left: None, tmp_path: Path) -> None:
    with opened(make_image({"true": "/bin/true"}), tmp_path) as (_, recorder):
        assert "it has no sh, the shell that commands run in" in recorder.wait_for(Warned).text
