"""The laws of spools: the whole of what was cut, private, bounded, gone with the runtime, and never in a command's way."""

from __future__ import annotations

import gc
import os
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from pygent_engine.runtime import Runtime
from pygent_engine.runtime.lifeline import lifeline
from pygent_engine.runtime.output.spool import FILE_LIMIT, FILES, Spool, Spools

NUMBERS = "".join(f"{number}\n" for number in range(1, 100_001))
ALL_NUMBERS = "seq 100000"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, the test's own."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def spools(tmp_path: Path) -> Spools:
    return Spools(tmp_path / "workspace", lifeline())


def written(spools: Spools, text: str) -> Spool:
    spool = spools.new()
    spool.write(text)
    return spool


def test_the_full_output_of_a_cut_result_is_in_a_private_file(runtime: Runtime) -> None:
    result = runtime.execute(ALL_NUMBERS)
    spool = Path(result.full_output)
    assert (result.truncated, spool.read_text()) == (True, NUMBERS)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (spool, spool.parent)] == [0o600, 0o700]
    assert not spool.is_relative_to(runtime.base_dir)


def test_what_is_planted_in_place_of_a_file_is_never_written_to(spools: Spools, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    folder = Path(written(spools, "one").path).parent
    (folder / "output-2.txt").symlink_to(precious)
    replaced = written(spools, "two")
    third = written(spools, "three")
    Path(third.path).unlink()
    Path(third.path).symlink_to(precious)
    third.write("more")
    assert (replaced.path, third.path, precious.read_text()) == ("", "", "kept")
    spools.remove()
    assert precious.exists()


def test_an_open_umask_opens_no_file(spools: Spools) -> None:
    before = os.umask(0)
    try:
        path = Path(written(spools, "x").path)
        assert [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent)] == [0o600, 0o700]
    finally:
        os.umask(before)
        spools.remove()


def test_what_a_result_holds_is_on_no_disk(runtime: Runtime, temporary: Path) -> None:
    assert runtime.execute("seq 100").full_output == ""
    assert list(temporary.iterdir()) == []


def test_progress_is_spooled_as_it_ended(local_runtime: Runtime) -> None:
    result = local_runtime.execute(r"seq 20000; for n in $(seq 5000); do printf '\r%d%%' $n; done; echo; seq 20000")
    numbers = "".join(f"{number}\n" for number in range(1, 20_001))
    assert Path(result.full_output).read_text() == f"{numbers}5000%\n{numbers}"


def test_a_command_that_was_ended_keeps_what_it_had_put_out(runtime: Runtime) -> None:
    cancel, tail = threading.Event(), [""]

    def hear(text: str) -> None:
        tail[0] = (tail[0] + text)[-7:]
        if tail[0] == NUMBERS[-7:]:
            cancel.set()

    result = runtime.execute(f"{ALL_NUMBERS}; sleep 60", timeout=60, on_output=hear, cancel=cancel)
    assert (result.cancelled, Path(result.full_output).read_text()) == (True, NUMBERS)


def test_the_files_go_with_the_runtime_and_outlive_a_stop(runtime: Runtime, temporary: Path) -> None:
    spool = Path(runtime.execute(ALL_NUMBERS).full_output)
    runtime.stop()
    assert spool.exists()
    runtime.cleanup()
    assert list(temporary.iterdir()) == []


def test_the_files_go_with_a_forgotten_runtime(temporary: Path) -> None:
    assert Runtime(False).execute(ALL_NUMBERS).full_output
    gc.collect()
    assert list(temporary.iterdir()) == []


def output_of(program: str, temporary: Path) -> str:
    """What a Python of its own prints, whose temporary folder is `temporary`."""
    env = {**os.environ, "TMPDIR": str(temporary)}
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, env=env).stdout


def test_the_files_go_with_the_interpreter(temporary: Path) -> None:
    program = f"from pygent_engine import Runtime; runtime = Runtime(False); print(runtime.execute({ALL_NUMBERS!r}).full_output)"
    assert output_of(program, temporary).startswith(str(temporary))
    assert list(temporary.iterdir()) == []


def test_a_file_that_cannot_be_made_leaves_the_command_alone(local_runtime: Runtime, temporary: Path) -> None:
    temporary.rmdir()
    result = local_runtime.execute(ALL_NUMBERS)
    assert (result.exit_code, result.truncated, result.full_output) == (0, True, "")


def test_a_full_disk_leaves_the_command_alone(temporary: Path) -> None:
    program = f"""
import resource
from pygent_engine import Runtime
with Runtime(False) as runtime:
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
    result = runtime.execute({ALL_NUMBERS!r})
    print(result.exit_code, result.truncated, result.output[-7:], repr(result.full_output))
    import pathlib, tempfile
    print(list(pathlib.Path(tempfile.gettempdir()).rglob("output*.txt")))
"""
    assert output_of(program, temporary) == "0 True 100000\n ''\n[]\n"


def test_there_is_no_spool_where_commands_could_reach_it(temporary: Path) -> None:
    with Runtime(False, workspace=temporary) as runtime:
        assert runtime.execute(ALL_NUMBERS).full_output == ""
        assert list(temporary.iterdir()) == []


def test_a_file_ends_at_its_limit_and_says_so(spools: Spools) -> None:
    spool = spools.new()
    piece = "é" * (1 << 20)
    for _ in range((FILE_LIMIT >> 21) + 2):
        spool.write(piece)
    data = Path(spool.path).read_bytes()
    note = b"\n[... the command put out more; this file ends after 64 MiB ...]\n"
    assert (len(data), data[-len(note) :]) == (FILE_LIMIT + len(note), note)
    spools.remove()


def test_only_the_newest_files_are_kept(spools: Spools) -> None:
    made = [written(spools, str(number)) for number in range(FILES + 3)]
    assert [spool.path == "" for spool in made] == [True] * 3 + [False] * FILES
    assert [Path(spool.path).read_text() for spool in made[3:]] == [str(number) for number in range(3, FILES + 3)]
    assert len(list(Path(made[-1].path).parent.iterdir())) == FILES
    spools.remove()


def test_all_files_together_are_bounded(spools: Spools) -> None:
    big = "x" * (FILE_LIMIT - 1)
    made = [written(spools, big) for _ in range(5)]
    assert [spool.path == "" for spool in made] == [True, False, False, False, False]
    spools.remove()


def test_a_file_that_was_removed_is_given_up(spools: Spools) -> None:
    spool = written(spools, "one")
    Path(spool.path).unlink()
    spool.write("two")
    assert spool.path == ""
    spools.remove()


def test_nothing_is_written_after_the_end(spools: Spools, temporary: Path) -> None:
    spool = written(spools, "one")
    spools.remove()
    spool.write("two")
    assert written(spools, "three").path == ""
    assert list(temporary.iterdir()) == []
