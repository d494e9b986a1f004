"""The laws of a workspace on an engine that cannot see the host's folder, 20 ms away: both sides show the same."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import docker
import pytest

from pygent_engine.events import Warned
from pygent_engine.runtime import Runtime

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
from .remote import NOBODY, fill, listening, tree

pytestmark = pytest.mark.docker


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
    result = runtime.execute("echo x > before; sleep 60", timeout=2)
    assert (result.timed_out, result.duration_s < 30, tree(runtime.base_dir)) == (True, True, {"before": "644 x\n"})


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


# ---------------------------------------------------------------- what breaks


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
    took = [1000.0]
    with proxy(delay=0.3) as far:
        monkeypatch.setenv("DOCKER_HOST", far.address)
        with Runtime(True, image=docker_image, workspace=tmp_path) as runtime:
            runtime.execute("true")
            while min(took) > 1.75 and len(took) < 20:  # a busy machine delays some of them, or all for a while
                started = time.monotonic()
                runtime.execute("true")
                took.append(time.monotonic() - started)
    assert min(took) < 1.75  # two trips of 0.6 s, not three
