"""The laws of the reaper: what dead processes of this host left goes, and nothing else does."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest
from docker.errors import NotFound

from pygent_engine.runtime import Runtime
from pygent_engine.runtime.engine.engine import Engine
from pygent_engine.runtime.engine.owner import labels_of, new_name, this_process
from pygent_engine.runtime.engine.reaper import reap
from pygent_engine.settings import docker_environment
from tests.support.engine_proxy import proxy

pytestmark = pytest.mark.docker

OTHER = """
import sys
from pygent_engine.runtime import Runtime
with Runtime(True, image=sys.argv[1], workspace=sys.argv[2]) as runtime:
    runtime.start()
    print(runtime.container_id, flush=True)
    sys.stdin.read(1)
    print(runtime.execute("echo still").output, end="", flush=True)
"""
# Ends between the making of a container and its start.
HALFWAY = """
import os, signal, sys
from pathlib import Path
from pygent_engine.runtime.engine.engine import Engine
from pygent_engine.runtime.engine.owner import labels_of
from pygent_engine.runtime.engine.plan import Plan
from pygent_engine.settings import docker_environment
from pygent_engine.values import Resources
engine = Engine(docker_environment())
plan = Plan(sys.argv[1], ("sh", "-c", ":"), Path(sys.argv[2]), {}, "0:0", labels_of("half"), False, Resources())
print(engine.create(plan), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def client(docker_image: str) -> Iterator[Any]:
    made = docker.from_env(timeout=20)
    yield made
    made.close()


@pytest.fixture
def engine(docker_image: str) -> Iterator[Engine]:
    with contextlib.closing(Engine(docker_environment())) as made:
        yield made


def exists(client: Any, container: str) -> bool:
    try:
        client.api.inspect_container(container)
    except NotFound:
        return False
    return True


@contextmanager
def left_behind(client: Any, image: str, of: dict[str, str], name: str | None = None) -> Iterator[str]:
    """A container that was made with these labels and never started, with a name as ours have it, unless another is given."""
    made = str(client.api.create_container(image, ["true"], labels=of, name=name or new_name())["Id"])
    try:
        yield made
    finally:
        with contextlib.suppress(NotFound):
            client.api.remove_container(made, force=True)


def a_dead_pid() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait(30)
    return child.pid


def test_a_container_that_was_never_started_goes_when_its_owner_was_killed(docker_image: str, client: Any, tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", HALFWAY, docker_image, str(tmp_path)], capture_output=True, text=True, timeout=60)
    container = died.stdout.strip()  # from here on any Pygent that starts may remove it
    assert (died.returncode, bool(container)) == (-signal.SIGKILL, True)
    with Runtime(True, image=docker_image):
        assert not exists(client, container)


def test_dead_owners_of_this_host_lose_what_they_left_and_nobody_else_does(docker_image: str, client: Any, engine: Engine) -> None:
    ours = this_process()
    gone = replace(ours, pid=a_dead_pid())
    owners = {
        "ours": ours,
        "gone": gone,
        "before the boot": replace(ours, boot="another"),
        "the pid was given again": replace(ours, start="1"),
        "another host": replace(gone, host="another"),
    }
    with contextlib.ExitStack() as stack:
        made = {name: stack.enter_context(left_behind(client, docker_image, labels_of("test", owner))) for name, owner in owners.items()}
        made["unlabelled"] = stack.enter_context(left_behind(client, docker_image, {}))
        made["half labelled"] = stack.enter_context(left_behind(client, docker_image, {"pygent.runtime": "x"}))
        # Who makes an image of our container, and runs it, has our labels on a container of their own.
        made["from an image of ours"] = stack.enter_context(left_behind(client, docker_image, labels_of("test", gone), "not-of-pygent"))
        reap(engine)
        assert {name for name, container in made.items() if exists(client, container)} == {
            "from an image of ours",
            "ours",
            "another host",
            "unlabelled",
            "half labelled",
        }


def test_two_living_owners_never_touch_each_other(docker_image: str, client: Any, tmp_path: Path, no_container_left: None) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
    with Runtime(True, image=docker_image, workspace=ours) as runtime:
        runtime.start()
        command = [sys.executable, "-c", OTHER, docker_image, str(theirs)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            container = other.stdout.readline().strip()
            assert runtime.execute("echo still").output == "still\n"  # the other's start reaped
            Runtime(True, image=docker_image).cleanup()
            assert exists(client, container)
            assert other.communicate("\n", timeout=60)[0] == "still\n"


def test_volumes_go_like_containers_where_the_engine_may_be_remote(docker_image: str, client: Any) -> None:
    ours = this_process()
    gone = replace(ours, pid=a_dead_pid())
    volumes = [client.volumes.create(labels=labels_of("test", owner)) for owner in (ours, gone, replace(gone, host="another"))]
    try:
        with proxy() as remote, contextlib.closing(Engine({**docker_environment(), "DOCKER_HOST": remote.address})) as engine:
            reap(engine)
        left = {volume.id for volume in client.volumes.list(filters={"label": "pygent.runtime=test"})}
        assert [volume.id in left for volume in volumes] == [True, False, True]
    finally:
        for volume in volumes:
            with contextlib.suppress(NotFound):
                volume.remove(force=True)


def test_an_engine_that_goes_away_stops_no_start(docker_image: str, engine: Engine) -> None:
    with proxy() as between:
        cut = Engine({**docker_environment(), "DOCKER_HOST": between.address})
    with contextlib.closing(cut):
        reap(cut)


def test_the_labels_tell_nothing_that_is_secret() -> None:
    told = " ".join(labels_of("x").values())
    machine = Path("/etc/machine-id")
    assert not machine.exists() or machine.read_text().strip() not in told
