"""The laws of a workspace on an engine that cannot see the host's folder, 20 ms away: both sides show the same."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import pytest

from pygent_engine.errors import RuntimeLost
from pygent_engine.events import Event, Warned
from pygent_engine.runtime import Runtime
from pygent_engine.scope import Scope, working_in
from pygent_engine.values import Resources

from ...support.engine_proxy import Proxy, proxy
from ..files.test_workspace import (  # noqa: F401 - as above
    outside,
    test_a_folder_is_taken_without_what_leads_out_of_it,
    test_a_spawned_runtime_is_of_the_same_kind_in_a_workspace_of_its_own,
    test_what_is_written_is_read_and_seen_by_commands,
)
from ..test_commands import (  # noqa: F401 - the contract of commands holds here, too: these laws touch the exchange
    seconds,
    test_a_background_job_delays_nothing_and_ends_with_the_runtime,
    test_an_exception_of_the_listener_ends_the_command,
    test_commands_of_several_threads_do_not_mix,
    test_files_belong_to_the_user,
    test_invalid_utf8_and_nul_are_replaced_or_kept,
    test_removing_the_workspace_from_inside_leaves_a_working_runtime,
    test_stop_from_another_thread_ends_the_command,
    test_the_timeout_kills_the_group_and_what_left_it,
)

pytestmark = pytest.mark.docker

MIB = 1 << 20
NOBODY = 65534


@pytest.fixture
def way(docker_image: str, no_container_left: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """The way to the engine, which counts as remote."""
    with proxy(delay=0.01) as between:
        monkeypatch.setenv("DOCKER_HOST", between.address)
        yield between


@pytest.fixture
def make(way: Proxy, docker_image: str, tmp_path: Path) -> Iterator[Callable[..., Runtime]]:
    """Makes runtimes over the folder `workspace`; fails when one leaves a volume behind."""
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    before = volumes()
    with contextlib.ExitStack() as made:
        yield lambda **options: made.enter_context(Runtime(True, image=docker_image, workspace=workspace, **options))
    assert volumes() == before


@pytest.fixture
def runtime(make: Callable[..., Runtime]) -> Runtime:
    return make()


def volumes() -> set[str]:
    client = docker.APIClient()
    try:
        found = client.volumes(filters={"label": f"pygent.owner.pid={os.getpid()}"})["Volumes"] or ()
        return {volume["Name"] for volume in found}
    finally:
        client.close()


def tree(folder: Path) -> dict[str, str]:
    """Every path with what it is: its mode, and content or target."""

    def what(path: Path) -> str:
        if path.is_symlink():
            return f"-> {path.readlink()}"
        mode = oct(path.stat().st_mode & 0o7777)[2:]
        return f"{mode}/" if path.is_dir() else f"{mode} {path.read_text()}"

    return {path.relative_to(folder).as_posix(): what(path) for path in sorted(folder.rglob("*"))}


@contextmanager
def listening() -> Iterator[list[Event]]:
    events: list[Event] = []
    with working_in(Scope(lambda needs, command: "", events.append)):
        yield events


def fill(folder: Path) -> None:
    (folder / "d" / "empty").mkdir(parents=True)
    (folder / "d" / "file").write_text("one")
    (folder / "d" / "script").write_text("#!/bin/sh\necho ran\n")
    (folder / "d" / "script").chmod(0o750)
    (folder / "link").symlink_to("d/file")
    (folder / "out").symlink_to("/etc/../../etc/hostname")
    (folder / os.fsdecode(b"caf\xe9 '\n%s\\")).write_text("odd name")


# ---------------------------------------------------------------- both ways


def test_the_workspace_is_there_with_modes_links_and_any_name(runtime: Runtime) -> None:
    fill(runtime.base_dir)
    before = tree(runtime.base_dir)
    assert runtime.execute("stat -c '%a %n' d d/empty d/file d/script; cat link; readlink out; d/script; ls | wc -l; cat caf*").output == (
        "755 d\n755 d/empty\n644 d/file\n750 d/script\none/etc/../../etc/hostname\nran\n5\nodd name"
    )
    assert tree(runtime.base_dir) == before


def test_what_a_command_changes_comes_back(runtime: Runtime) -> None:
    fill(runtime.base_dir)
    runtime.execute(
        "umask 022; echo two > d/file; rmdir d/empty; mkdir -p n/e; chmod 700 d/script; rm link; ln -s d link; mv out away;"
        "printf x > \"$(printf 'caf\\351 new')\"; rm caf*s*; chmod u+s d/file; mkfifo fifo"
    )
    assert tree(runtime.base_dir) == {
        "away": "-> /etc/../../etc/hostname",
        os.fsdecode(b"caf\xe9 new"): "644 x",
        "d": "755/",
        "d/file": "644 two\n",
        "d/script": "700 #!/bin/sh\necho ran\n",
        "link": "-> d",
        "n": "755/",
        "n/e": "755/",
    }


def test_a_folder_that_takes_anothers_place_comes_whole(runtime: Runtime) -> None:
    for name in ("a", "b"):
        (runtime.base_dir / name / "in").mkdir(parents=True)
        (runtime.base_dir / name / "in" / "x").write_text(name)
    runtime.execute("true")
    runtime.execute("rm -r b; mv a b")
    assert tree(runtime.base_dir) == {"b": "755/", "b/in": "755/", "b/in/x": "644 a"}
    runtime.execute("rm -r b; echo file > b")
    assert tree(runtime.base_dir) == {"b": "644 file\n"}


def test_what_changes_here_is_there_for_the_next_command(runtime: Runtime) -> None:
    fill(runtime.base_dir)
    runtime.execute("true")
    (runtime.base_dir / "d" / "file").write_text("two")
    (runtime.base_dir / "d" / "empty").rmdir()
    (runtime.base_dir / "d" / "script").chmod(0o640)
    (runtime.base_dir / "link").unlink()
    (runtime.base_dir / "link").mkdir()
    (runtime.base_dir / "out").rename(runtime.base_dir / "away")
    assert runtime.execute("ls d link away -d; stat -c %a d/script; ls d; cat d/file").output == "away\nd\nlink\n640\nfile\nscript\ntwo"
    assert runtime.execute("ls").output.split()[0] == "away"


def test_quick_changes_of_the_same_size_are_seen(runtime: Runtime) -> None:
    for number in range(10, 22):
        runtime.execute(f"printf {number} > file")
        assert (runtime.base_dir / "file").read_text() == str(number)
        (runtime.base_dir / "file").write_text(str(number + 50))
        assert runtime.execute("cat file").output == str(number + 50)


def test_of_what_both_sides_changed_the_commands_counts_and_a_warning_names_it(runtime: Runtime) -> None:
    for name in ("both", "removed", "mine"):
        (runtime.base_dir / name).write_text("old")

    def edit(text: str) -> None:
        for name in ("both", "removed", "mine"):
            (runtime.base_dir / name).write_text("edited here")

    runtime.start()
    with listening() as events:
        runtime.execute("echo on; sleep 0.3; printf there > both; rm removed", on_output=edit)
    assert events == [
        Warned("Changed both here and by the command, whose version counts: both."),
        Warned("Changed here and removed by the command, so that it stays: removed."),
    ]
    assert (runtime.base_dir / "both").read_text() == "there"
    assert runtime.execute("cat both removed mine").output == "thereedited hereedited here"


def test_a_timeout_brings_back_what_was_written(runtime: Runtime) -> None:
    result = runtime.execute("echo x > before; sleep 60", timeout=0.5)
    assert (result.timed_out, result.duration_s < 3, tree(runtime.base_dir)) == (True, True, {"before": "644 x\n"})


def test_a_cancel_brings_back_what_was_written(runtime: Runtime) -> None:
    cancel = threading.Event()
    result = runtime.execute("echo x > before; echo on; sleep 60", on_output=lambda text: cancel.set(), cancel=cancel)
    assert (result.cancelled, tree(runtime.base_dir)) == (True, {"before": "644 x\n"})


def test_stop_brings_back_what_background_jobs_wrote(runtime: Runtime) -> None:
    runtime.execute("(until [ -e go ]; do sleep 0.02; done; echo late > late) & :")
    (runtime.base_dir / "go").touch()
    runtime.execute("until [ -e late ]; do sleep 0.02; done; (sleep 0.2; echo later > later; touch done) & :")
    client = docker.from_env()
    try:
        container = client.containers.get(runtime.container_id or "")
        while container.exec_run(["test", "-e", "/workspace/done"]).exit_code:
            pass
    finally:
        client.close()
    runtime.stop()
    assert sorted(path.name for path in runtime.base_dir.iterdir()) == ["done", "go", "late", "later"]
    assert runtime.execute("cat later").output == "later\n"


# ---------------------------------------------------------------- much, and too much


def test_a_large_file_goes_both_ways_in_flat_memory(runtime: Runtime) -> None:
    with (runtime.base_dir / "large").open("wb") as file:
        file.truncate(96 * MIB)
    runtime.start()
    tracemalloc.start()
    runtime.execute("cp large copy; printf end >> copy; truncate -s 1 large")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ((runtime.base_dir / "copy").stat().st_size, (runtime.base_dir / "large").stat().st_size) == (96 * MIB + 3, 1)
    assert peak < 24 * MIB


def test_what_grows_beyond_the_limit_stays_there_and_is_named(make: Callable[..., Runtime]) -> None:
    runtime = make(resources=Resources(file_mb=1))
    runtime.start()
    with listening() as events:
        result = runtime.execute("head -c 700000 /dev/zero > a; head -c 800000 /dev/zero > b; echo small > c; echo done")
    sentence = (
        "Not carried back from the container: b (with its 800,000 bytes it is more than the 1,048,576 that are carried back at once)."
    )
    assert (result.output, events) == (f"done\n\n[{sentence}]\n", [Warned(sentence)])
    assert sorted(path.name for path in runtime.base_dir.iterdir()) == ["a", "c"]
    assert runtime.execute("ls; rm a").output.startswith("a\nb\nc\n")
    assert sorted(path.name for path in runtime.base_dir.iterdir()) == ["b", "c"]


def test_thousands_of_files_come_back(runtime: Runtime) -> None:
    name = "x" * 60
    runtime.execute(f"for n in $(seq 3000); do echo $n > {name}$n; done", timeout=60)
    assert {path.name: path.read_text() for path in runtime.base_dir.iterdir()} == {f"{name}{n}": f"{n}\n" for n in range(1, 3001)}


def test_what_an_ended_command_leaves_is_carried_in_one_time_for_all_of_it(
    make: Callable[..., Runtime], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[float] = []
    cancel = threading.Event()

    def end(text: str) -> None:
        ended.append(time.monotonic())
        cancel.set()

    with proxy(rate=MIB) as slow:
        monkeypatch.setenv("DOCKER_HOST", slow.address)
        with make() as runtime:
            result = runtime.execute(f"seq -f {'x' * 60}%g 5000 | xargs touch; echo made; sleep 60", 60, end, cancel)
            assert time.monotonic() - ended[0] < 2
            assert "there was no time for it; it comes with the next command" in result.output
            runtime.execute("true", timeout=60)
            assert sum(1 for _ in runtime.base_dir.iterdir()) == 5000


def test_a_folder_that_nobody_may_look_into_keeps_what_is_in_it(runtime: Runtime) -> None:
    runtime.execute("mkdir d; echo x > d/x; chmod 000 d")
    runtime.execute("touch other")
    runtime.execute("chmod 755 d; cat d/x; echo y > d/y")
    assert {"d/x", "d/y", "other"} <= tree(runtime.base_dir).keys()


def test_what_cannot_be_read_there_is_named_once(runtime: Runtime) -> None:
    result = runtime.execute("touch fine; echo x > closed; chmod 000 closed")
    assert result.output == "\n[Not carried back from the container: closed (it cannot be read there).]\n"
    assert runtime.execute("touch more; ls").output == "closed\nfine\nmore\n"
    runtime.execute("chmod 644 closed")
    assert tree(runtime.base_dir) == {"closed": "644 x\n", "fine": "644 ", "more": "644 "}


@pytest.mark.parametrize("tool", ["tar", "find"])
def test_without_a_tool_in_the_image_all_of_it_is_compared(make: Callable[..., Runtime], tool: str) -> None:
    runtime = make(env={"PATH": "/workspace/bin:/usr/bin:/bin"})
    (runtime.base_dir / "bin").mkdir()
    (runtime.base_dir / "bin" / tool).write_text("#!/bin/sh\nexit 1\n")
    (runtime.base_dir / "bin" / tool).chmod(0o755)
    (runtime.base_dir / "old").write_text("old")
    runtime.execute("true")
    for number in range(3):
        runtime.execute(f"printf {number} > file; rm -f old; mkdir -p d; ln -sf file link")
        found = {name: what for name, what in tree(runtime.base_dir).items() if not name.startswith("bin")}
        assert found == {"d": "755/", "file": f"644 {number}", "link": "-> file"}


# ---------------------------------------------------------------- what breaks


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
    runtime.start()

    def hold(text: str) -> None:
        way.held = True

    started = time.monotonic()
    with pytest.raises(RuntimeLost, match="the Docker engine does not answer any more"):
        runtime.execute("echo x > written; echo on; sleep 60", timeout=1, on_output=hold)
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


def test_another_user_can_write_there(way: Proxy, docker_image: str, tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    # The first command loads what the interpreter needs: the other user may not be able to read it.
    script = (
        "import os, tempfile, pathlib\n"
        "from pygent_engine.runtime import Runtime\n"
        "def work():\n"
        "    with tempfile.TemporaryDirectory() as folder:\n"
        "        (pathlib.Path(folder) / 'file').write_text('mine')\n"
        f"        with Runtime(True, image={docker_image!r}, workspace=folder) as runtime:\n"
        "            print(runtime.execute('cat file; id -u; echo more >> file; mkdir d; echo x > d/x').output)\n"
        "        print(sorted((p.name, p.stat().st_uid) for p in pathlib.Path(folder).rglob('*')))\n"
        f"for user in (0, {NOBODY}):\n"
        "    os.setgroups([]), os.setgid(user), os.setuid(user)\n"
        "    work()\n"
    )
    environment = {"DOCKER_HOST": way.address, "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=False)
    shown = "".join(f"mine{user}\n\n{[('d', user), ('file', user), ('x', user)]}\n" for user in (0, NOBODY))
    assert (ran.stdout, ran.stderr) == (shown, "")


def test_a_command_that_changes_nothing_costs_one_trip_more(
    docker_image: str, no_container_left: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    took = []
    with proxy(delay=0.15) as far:
        monkeypatch.setenv("DOCKER_HOST", far.address)
        with Runtime(True, image=docker_image, workspace=tmp_path) as runtime:
            runtime.execute("true")
            for _ in range(4):
                started = time.monotonic()
                runtime.execute("true")
                took.append(time.monotonic() - started)
    assert min(took) < 0.85  # two trips of 0.3 s
