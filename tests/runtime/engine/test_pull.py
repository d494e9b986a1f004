"""The laws of pulling an image: what is counted, who is told, how it ends."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.errors import ImageMissing
from pygent_engine.events import ContainerStarted, Event, ImagePullEnded, ImagePullProgress, ImagePullStarted
from pygent_engine.runtime import Runtime
from pygent_engine.runtime.engine.pull import Progress, PullRefused, Tally, follow
from pygent_engine.scope import Scope, working_in
from tests.support.engine_proxy import Upstream, proxy
from tests.support.registry import LAYER_BYTES, Registry, forgetting, tags_here

PATIENCE = 30.0
MANY = 3

# ---------------------------------------------------------------- the count

anything = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), st.lists, max_leaves=3)
details = st.fixed_dictionaries({}, optional={"current": st.integers(-5, 100) | anything, "total": st.integers(-5, 100) | anything})
ENGINE_SAYS = (
    "Pulling from library/x, Pulling fs layer, Waiting, Downloading, Retrying in 5 seconds, Verifying Checksum, Download complete, "
    "Extracting, Pull complete, Already exists"
)
statuses = st.sampled_from(ENGINE_SAYS.split(", "))
lines = st.fixed_dictionaries(
    {}, optional={"status": statuses | anything, "id": st.sampled_from("abc") | anything, "progressDetail": details | anything}
)


@given(st.lists(lines | anything))
def test_no_count_ever_falls_or_passes_its_whole_whatever_the_engine_says(said: list[object]) -> None:
    tally = Tally()
    seen = [tally.progress]
    for line in said:
        tally.add(line)
        seen.append(tally.progress)
    for before, after in pairwise(seen):
        assert before.layers_done <= after.layers_done <= after.layers
        assert before.layers <= after.layers
        assert before.bytes_done <= after.bytes_done <= after.bytes_total
        assert before.bytes_total <= after.bytes_total


def test_layers_and_their_bytes_are_counted() -> None:
    tally = Tally()
    for line in (
        {"status": "Pulling from x", "id": "latest"},
        {"status": "Already exists", "progressDetail": {}, "id": "a"},
        {"status": "Pulling fs layer", "progressDetail": {}, "id": "b"},
        {"status": "Pulling fs layer", "progressDetail": {}, "id": "c"},
        {"status": "Downloading", "progressDetail": {"current": 10, "total": 100}, "id": "b"},
        {"status": "Downloading", "progressDetail": {"current": 50, "total": 50}, "id": "c"},
        {"status": "Download complete", "progressDetail": {}, "id": "c"},
        {"status": "Extracting", "progressDetail": {"current": 5, "total": 50}, "id": "c"},
        {"status": "Digest: sha256:00"},
    ):
        tally.add(line)
    assert (tally.progress, tally.problem) == (Progress(1, 3, 60, 150), "")
    tally.add({"errorDetail": {"message": "no space"}, "error": "other words"})
    assert tally.problem == "no space"


# ---------------------------------------------------------------- the wait


def test_progress_is_told_a_few_times_a_second_and_at_the_end() -> None:
    told: list[Progress] = []
    said = [{"id": "a", "status": "Downloading", "progressDetail": {"current": each, "total": 5000}} for each in range(5001)]
    assert follow(lambda: said, lambda: None, told.append, lambda: False)
    assert told[-1] == Progress(0, 1, 5000, 5000)
    assert len(told) < 10


def test_a_cancel_ends_a_pull_that_says_nothing() -> None:
    shut, cancelled = threading.Event(), threading.Event()

    def silent() -> Iterator[object]:
        cancelled.set()
        assert shut.wait(PATIENCE)
        yield from ()

    assert not follow(silent, shut.set, lambda progress: None, cancelled.is_set)
    assert not [thread for thread in threading.enumerate() if thread.name == "pygent-pull"]


def test_what_the_engine_says_and_what_reading_raises_come_out() -> None:
    with pytest.raises(PullRefused, match="denied"):
        follow(lambda: [{"error": "denied"}], lambda: None, lambda progress: None, lambda: False)
    with pytest.raises(ZeroDivisionError):
        follow(lambda: [1 / 0], lambda: None, lambda progress: None, lambda: False)


# ---------------------------------------------------------------- a real registry


def pull_started(runtime: Runtime, told: list[Event], cancel: threading.Event | None = None) -> float:
    """Start `runtime` within a scope; how long that took."""
    began = time.monotonic()
    with working_in(Scope(lambda needs, command: "", told.append)):
        runtime.start(cancel)
    told[:] = [event for event in told if not isinstance(event, ContainerStarted)]  # which comes last, and is no part of the pull
    return time.monotonic() - began


@pytest.mark.docker
def test_a_missing_image_is_pulled_when_the_container_starts_and_all_is_told(registry: Registry, no_container_left: None) -> None:
    told: list[Event] = []
    with proxy(Upstream(port=registry.port), rate=2 * LAYER_BYTES) as slow:
        image = registry.image("latest", slow.port)
        with forgetting(image), Runtime(True, image=image, pull=True) as runtime:
            assert runtime.container_id is None
            pull_started(runtime, told)
            assert runtime.execute("echo on").output == "on\n"
            with runtime.spawn() as spawned:
                assert spawned.pull
    progress = [event for event in told if isinstance(event, ImagePullProgress)]
    assert (told[0], told[-1]) == (ImagePullStarted(image), ImagePullEnded(image))
    assert len(progress) == len(told) - 2 > 1
    last = progress[-1]
    assert (last.layers_done, last.bytes_done) == (last.layers, last.bytes_total)
    assert last.bytes_total > 2 * LAYER_BYTES
    assert any(0 < event.bytes_done < last.bytes_done for event in progress)


@pytest.mark.docker
def test_an_image_that_is_here_is_not_pulled(docker_image: str, docker_runtime: Runtime) -> None:
    told: list[Event] = []
    with Runtime(True, image=docker_image, pull=True) as runtime:
        pull_started(runtime, told)
    assert told == []


@pytest.mark.docker
def test_a_pull_ends_with_its_cancel(registry: Registry, no_container_left: None) -> None:
    told: list[Event] = []
    cancel = threading.Event()

    def post(event: Event) -> None:
        told.append(event)
        if isinstance(event, ImagePullProgress) and event.bytes_done:
            cancelled_at.append(time.monotonic())
            cancel.set()

    cancelled_at: list[float] = []
    with proxy(Upstream(port=registry.port), rate=LAYER_BYTES // 10) as slow:
        image = registry.image("latest", slow.port)
        with forgetting(image), Runtime(True, image=image, pull=True) as runtime:
            with working_in(Scope(lambda needs, command: "", post)):
                runtime.start(cancel)
            assert time.monotonic() - cancelled_at[0] < PATIENCE / 3  # all of it would take twice that
            assert (told[-1], runtime.container_id, tags_here(image)) == (ImagePullEnded(image, "cancelled"), None, [])


@pytest.mark.docker
def test_a_registry_that_never_answers_hangs_nothing(docker_image: str, no_container_left: None) -> None:
    told: list[Event] = []
    cancel = threading.Event()
    with proxy(silent=True) as mute, Runtime(True, image=f"127.0.0.1:{mute.port}/x:1", pull=True) as runtime:
        waiting = threading.Thread(target=pull_started, args=(runtime, told, cancel))
        waiting.start()
        while not mute.accepted:
            assert waiting.is_alive()
        cancel.set()
        waiting.join(PATIENCE)
        assert not waiting.is_alive()
    assert told == [ImagePullStarted(runtime.image), ImagePullEnded(runtime.image, "cancelled")]


@pytest.mark.docker
@pytest.mark.parametrize("image", ["127.0.0.1:1/nobody:1", "127.0.0.1:1/nobody"])
def test_an_image_that_cannot_be_had_says_why_and_what_to_run(docker_image: str, image: str, no_container_left: None) -> None:
    told: list[Event] = []
    with Runtime(True, image=image, pull=True) as runtime, pytest.raises(ImageMissing) as caught:
        pull_started(runtime, told)
    assert str(caught.value).startswith(f"Docker image {image} could not be pulled: ")
    assert str(caught.value).endswith(f"; run: docker pull {image}")
    assert told == [ImagePullStarted(image), ImagePullEnded(image, str(caught.value))]
    assert caught.value.image == image


@pytest.mark.docker
def test_an_image_that_the_registry_does_not_have_is_told(registry: Registry, no_container_left: None) -> None:
    image = registry.image("missing")
    with Runtime(True, image=image, pull=True) as runtime, pytest.raises(ImageMissing) as caught:
        runtime.start()
    assert "manifest unknown" in str(caught.value)


@pytest.mark.docker
def test_a_name_without_a_tag_means_the_latest_and_no_other(registry: Registry, no_container_left: None) -> None:
    image = registry.image()
    with forgetting(f"{image}:latest"), Runtime(True, image=image, pull=True) as runtime:
        assert runtime.execute("echo on").output == "on\n"
        assert tags_here(image) == [f"{image}:latest"]


@pytest.mark.docker
def test_an_image_is_pulled_by_its_digest(registry: Registry, no_container_left: None) -> None:
    host, _, name = registry.image().partition("/")
    kind = "application/vnd.docker.distribution.manifest.v2+json"
    with urlopen(Request(f"http://{host}/v2/{name}/manifests/old", headers={"Accept": kind}), timeout=PATIENCE) as answer:
        image = f"{registry.image()}@{answer.headers['Docker-Content-Digest']}"
    with forgetting(image), Runtime(True, image=image, pull=True) as runtime:
        assert runtime.execute("echo on", timeout=PATIENCE).output == "on\n"


@pytest.mark.docker
def test_many_may_pull_the_same_image_at_once(registry: Registry, no_container_left: None, tmp_path: Path) -> None:
    image = registry.image("old")
    outputs: list[str] = []

    def work() -> None:
        with Runtime(True, image=image, pull=True) as runtime:
            outputs.append(runtime.execute("echo on", timeout=PATIENCE).output)

    with forgetting(image):
        workers = [threading.Thread(target=work) for _ in range(MANY)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(PATIENCE)
    assert outputs == ["on\n"] * MANY
