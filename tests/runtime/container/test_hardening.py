"""The laws of what a container may do: little, and to the workspace alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pygent_engine.errors import RuntimeUnavailable
from pygent_engine.runtime import Runtime
from pygent_engine.values import Resources
from tests.support.engine_proxy import proxy
from tests.support.images import ImageMaker

pytestmark = pytest.mark.docker


@pytest.fixture
def small(docker_image: str, no_container_left: None, tmp_path: Path) -> Runtime:
    """A runtime with little of everything, not started."""
    return Runtime(True, image=docker_image, workspace=tmp_path, resources=Resources(96, cpus=1.5, pids=64, tmp_mb=8, home_mb=4, file_mb=2))


def test_every_limit_is_on_the_container(small: Runtime, docker_client: Any) -> None:
    with small as runtime:
        runtime.start()
        facts = docker_client.inspect_container(runtime.container_id)
    host = facts["HostConfig"]
    assert {limit["Name"]: (limit["Soft"], limit["Hard"]) for limit in host["Ulimits"]} == {"fsize": (2 << 20, 2 << 20), "core": (0, 0)}
    assert host["Tmpfs"] == {
        "/tmp": "rw,exec,nosuid,nodev,mode=1777,size=8m",
        "/home/pygent": "rw,exec,nosuid,nodev,mode=1777,size=4m",
    }
    assert (host["Memory"], host["MemorySwap"], host["PidsLimit"]) == (96 << 20, 96 << 20, 64)
    assert (host["CpuQuota"] / host["CpuPeriod"], host["LogConfig"]["Type"]) == (1.5, "none")
    assert (host["Binds"], host["VolumesFrom"], host["Devices"], host["IpcMode"], host["UTSMode"], host["PidMode"], host["UsernsMode"]) == (
        None,
        None,
        None,
        "private",
        "",
        "",
        "",
    )
    assert facts["Config"]["Healthcheck"] == {"Test": ["NONE"]}


def test_what_would_lead_out_is_refused(docker_runtime: Runtime) -> None:
    attempts = (
        "touch /etc/x /usr/x /x /var/x /root/x /home/x",
        "mount -t tmpfs none /mnt",
        "unshare -r true && unshare -rm mount -t tmpfs none /mnt",
        "ls /var/run/docker.sock /run/docker.sock",
        "mknod /tmp/disk b 8 0",
        "chown 1:1 /workspace",
        "echo 1 > /proc/sys/kernel/panic",
        "echo 0 > /proc/1/oom_score_adj && echo -500 > /proc/self/oom_score_adj",
        "hostname other",
    )
    codes = {attempt: docker_runtime.execute(f"{{ {attempt}; }} 2>/dev/null").exit_code for attempt in attempts}
    assert [attempt for attempt, code in codes.items() if code in (0, None)] == []


def test_no_right_is_held_nor_can_be_gained(docker_runtime: Runtime) -> None:
    docker_runtime.execute("cp /bin/cat own; chmod u+s own; cp own /tmp/own; chmod u+s /tmp/own")
    status = docker_runtime.execute("./own /proc/self/status; /tmp/own /proc/self/status").output
    lines = {line for line in status.splitlines() if line.startswith(("Cap", "NoNewPrivs"))}
    none = "0" * 16
    assert lines == {f"{name}:\t{none}" for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} | {"NoNewPrivs:\t1"}
    assert docker_runtime.execute("grep -E ' (/tmp|/home/pygent) ' /proc/mounts | grep -c nosuid").output == "2\n"


def test_files_and_folders_in_memory_have_their_sizes(small: Runtime) -> None:
    with small as runtime:
        for folder, size in (("/tmp", 8), ("/home/pygent", 4)):
            filled = runtime.execute(f"cd {folder}; for n in 1 2 3 4 5 6; do head -c 1900000 /dev/zero > $n || exit 9; done")
            assert (filled.exit_code, "No space left" in filled.output) == (9, True)
            assert runtime.execute(f"du -sm {folder} | cut -f 1; rm {folder}/*").output == f"{size}\n"
        assert runtime.execute("echo x > $HOME/x; cd; pwd; cat x").output == "/home/pygent\nx\n"


def test_no_file_may_grow_beyond_its_size_and_no_core_is_left(small: Runtime) -> None:
    with small as runtime:
        assert runtime.execute("head -c 4000000 /dev/zero > big").exit_code == 153  # SIGXFSZ
        assert (runtime.base_dir / "big").stat().st_size == 2 << 20
        assert runtime.execute("ulimit -c; ulimit -f; rm big; { sh -c 'kill -SEGV $$'; } 2>/dev/null; ls -A").output == "0\n2048\n"


def test_home_can_be_written_by_any_user_and_named_by_the_program(docker_image: str, no_container_left: None) -> None:
    with Runtime(True, image=docker_image, env={"HOME": "/tmp"}) as runtime:
        assert runtime.execute("echo $HOME; stat -c %a /home/pygent").output == "/tmp\n1777\n"


# ---------------------------------------------------------------- what an image brings along

SHELL = {"sh": "/bin/dash", "setsid": "/usr/bin/setsid", "stat": "/usr/bin/stat"}


def images_volumes(docker_client: Any) -> set[str]:
    """The volumes that no program made by a name."""
    return {volume["Name"] for volume in docker_client.volumes()["Volumes"] or () if not volume["Labels"]}


@pytest.mark.parametrize("away", [False, True], ids=["on this machine", "remote"])
def test_a_volume_of_the_image_is_a_folder_in_memory(
    make_image: ImageMaker, no_container_left: None, docker_client: Any, monkeypatch: pytest.MonkeyPatch, away: bool
) -> None:
    image = make_image(SHELL, ["ENV PATH=/bin", "VOLUME /data", "VOLUME /tmp/", "VOLUME /workspace", 'VOLUME "/home/pygent"'])
    before = images_volumes(docker_client)
    with proxy() as between:
        if away:
            monkeypatch.setenv("DOCKER_HOST", between.address)
        with Runtime(True, image=image, resources=Resources(tmp_mb=8)) as runtime:
            assert runtime.execute("echo x > /data/x; echo y > y; stat -f -c '%T %b' /data").output == "tmpfs 2048\n"
            facts = docker_client.inspect_container(str(runtime.container_id))
            assert [mount["Destination"] for mount in facts["Mounts"] if mount["Type"] != "tmpfs"] == ["/workspace"]
            assert (runtime.base_dir / "y").read_text() == "y\n"
    assert images_volumes(docker_client) - before == set()


def test_an_image_with_a_volume_within_the_workspace_is_refused(make_image: ImageMaker, no_container_left: None, tmp_path: Path) -> None:
    image = make_image(SHELL, ["VOLUME /workspace/deep"])
    with Runtime(True, image=image, workspace=tmp_path) as runtime, pytest.raises(RuntimeUnavailable) as caught:
        runtime.execute("true")
    assert str(caught.value) == (
        f"Docker image {image} cannot be used: it wants a volume at /workspace/deep, within the workspace; choose another image."
    )
    assert list(tmp_path.iterdir()) == []
