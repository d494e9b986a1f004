"""What breaks between the two sides: what is lost is said, and no file is left half written."""

from __future__ import annotations

import os
import threading
import time

import docker
import pytest

from pygent_engine.errors import RuntimeLost
from pygent_engine.runtime import Runtime

from ...support.engine_proxy import Proxy, proxy
from .remote import tree, volumes

pytestmark = pytest.mark.docker


def test_a_container_that_is_killed_leaves_what_the_command_had_written(runtime: Runtime) -> None:
    def remove(text: str) -> None:
        client = docker.from_env()
        try:
            client.containers.get(runtime.container_id or "").remove(force=True)
        finally:
            client.close()

    with pytest.raises(RuntimeLost, match="the workspace is still there, with what the command changed in it"):
        runtime.execute("echo x > written; echo on; sleep 60", on_output=remove)
    assert tree(runtime.base_dir) == {"written": "644 x\n"}
    assert runtime.execute("cat written; echo y > more").output == "x\n"
    assert tree(runtime.base_dir) == {"more": "644 y\n", "written": "644 x\n"}


def test_a_way_that_breaks_says_what_is_lost_and_leaves_whole_files(runtime: Runtime, way: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    (runtime.base_dir / "file").write_text("old")
    runtime.start()
    with pytest.raises(RuntimeLost, match="what changed in the workspace there since the last exchange is lost with it"):
        runtime.execute("printf new > file; echo on; sleep 60", on_output=lambda text: way.close())
    assert tree(runtime.base_dir) == {"file": "644 old"}
    with proxy() as another:
        monkeypatch.setenv("DOCKER_HOST", another.address)
        assert runtime.execute("cat file").output == "new"
        assert tree(runtime.base_dir) == {"file": "644 new"}
        runtime.cleanup()


def test_a_way_that_falls_silent_holds_no_call(runtime: Runtime, way: Proxy) -> None:
    cancel = threading.Event()

    def hold(text: str) -> None:
        way.held = True
        cancel.set()

    runtime.start()
    started = time.monotonic()
    with pytest.raises(RuntimeLost, match="the Docker engine does not answer any more"):
        runtime.execute("echo x > written; echo on; sleep 60", timeout=60, on_output=hold, cancel=cancel)
    assert time.monotonic() - started < 15
    way.held = False
    assert runtime.execute("cat written", timeout=60).output == "x\n"


def test_a_volume_that_is_gone_is_filled_again(runtime: Runtime) -> None:
    runtime.write_file("file", "x")
    runtime.start()
    client = docker.APIClient()
    try:
        for container in client.containers(all=True, filters={"label": f"pygent.owner.pid={os.getpid()}"}):
            client.remove_container(container["Id"], force=True)
        for volume in volumes():
            client.remove_volume(volume, force=True)
    finally:
        client.close()
    assert runtime.execute("cat file").output == "x"
