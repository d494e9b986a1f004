"""The laws of running a command; each holds in a container as on this machine."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from pygent_engine.errors import WorkspaceError
from pygent_engine.runtime import Runtime
from pygent_engine.values import ExecResult

from .owned import carriers, gone, own_seconds
from .waiting import PATIENCE, within_patience

FLOOD_MB = 32.0


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def outcome(result: ExecResult) -> tuple[str, int | None, bool, bool]:
    return result.output, result.exit_code, result.timed_out, result.cancelled


@pytest.fixture
def seconds() -> str:
    """A duration for `sleep` that no other test sleeps for, so that its processes can be told."""
    return own_seconds()


def test_exit_codes_are_reported_exactly(runtime: Runtime) -> None:
    codes = {
        "true": 0,
        "false": 1,
        "exit 1": 1,
        "/etc/passwd": 126,
        "no-such-command": 127,
        "exit 255": 255,
        "kill -SEGV $$": 139,
        "kill -KILL $$": 137,
    }
    assert {command: runtime.execute(command).exit_code for command in codes} == codes


def test_stdout_and_stderr_are_interleaved(runtime: Runtime) -> None:
    assert outcome(runtime.execute("echo a; echo b >&2; echo c")) == ("a\nb\nc\n", 0, False, False)


def test_the_workspace_is_the_working_folder(runtime: Runtime) -> None:
    runtime.execute("echo here > file")
    assert (runtime.base_dir / "file").read_text() == "here\n"


def test_stdin_is_at_its_end(runtime: Runtime) -> None:
    assert outcome(runtime.execute("cat; read line; python3 -c 'print(input())' 2>&1 | tail -n 1")) == (
        "EOFError: EOF when reading a line\n",
        0,
        False,
        False,
    )


def test_what_waits_for_a_person_ends(runtime: Runtime) -> None:
    for command in ("cat", "read line", "python3", "git init -q . && git commit --allow-empty"):
        result = runtime.execute(command, timeout=PATIENCE)
        assert (result.timed_out, result.cancelled) == (False, False), command


def test_heredocs_pipes_and_functions_work(runtime: Runtime) -> None:
    command = "f() { tr a-z A-Z; }\nf <<'END' | cat\nit's $HOME\nEND\n"
    assert runtime.execute(command).output == "IT'S $HOME\n"


def test_a_command_of_two_hundred_kilobytes_runs(runtime: Runtime) -> None:
    text = "é'x" * 50_000
    assert runtime.execute(f"cat <<'END' | wc -c\n{text}\nEND\n").output.strip() == str(len(text.encode()) + 1)
    assert runtime.execute(f"echo $# '{'x' * 200_000}' | head -c 3").output == "0 x"


def test_the_timeout_kills_the_group_and_what_left_it(runtime: Runtime, seconds: str) -> None:
    command = f"echo on; (trap '' TERM; sleep {seconds}) & setsid sleep {seconds} & nohup sleep {seconds} 2>/dev/null | cat"
    result = runtime.execute(command, timeout=2)
    assert outcome(result) == ("on\n", None, True, False)
    assert result.duration_s < PATIENCE
    assert gone(seconds)


def test_the_next_command_after_a_timeout_works(runtime: Runtime) -> None:
    runtime.execute("yes", timeout=0.5)
    assert outcome(runtime.execute("echo next")) == ("next\n", 0, False, False)


def test_a_background_job_delays_nothing_and_ends_with_the_runtime(runtime: Runtime, seconds: str) -> None:
    result = runtime.execute(f"sleep {seconds} & echo ok", timeout=2 * PATIENCE)
    assert outcome(result) == ("ok\n", 0, False, False)
    assert result.duration_s < PATIENCE
    assert within_patience(lambda: carriers(seconds))
    runtime.stop()
    assert gone(seconds)


def test_what_a_background_job_writes_shows_up_in_no_later_command(runtime: Runtime) -> None:
    write_on = "(echo early; until [ -e go ]; do sleep 0.02; done; echo late; echo late >&2; touch done)"
    first = runtime.execute(f"{write_on} & until [ -s wrote ]; do echo x > wrote; done; echo first")
    assert "late" not in first.output
    second = runtime.execute("touch go; until [ -e done ]; do sleep 0.02; done; echo second", timeout=PATIENCE)
    assert outcome(second) == ("second\n", 0, False, False)
    assert outcome(runtime.execute("sleep 0.1; echo third")) == ("third\n", 0, False, False)


def test_a_background_job_may_go_on_writing(runtime: Runtime) -> None:
    runtime.execute("(until [ -e go ]; do sleep 0.02; done; head -c 300000 /dev/zero; touch done) & echo ok")
    assert runtime.execute("touch go; until [ -e done ]; do sleep 0.02; done", timeout=PATIENCE).exit_code == 0


def test_cancel_from_another_thread_ends_the_command(runtime: Runtime, seconds: str) -> None:
    cancel = threading.Event()
    result = runtime.execute(f"echo on; sleep {seconds}", timeout=60, on_output=lambda text: cancel.set(), cancel=cancel)
    assert outcome(result) == ("on\n", None, False, True)
    assert result.duration_s < PATIENCE
    assert gone(seconds)


def test_stop_from_another_thread_ends_the_command(runtime: Runtime, seconds: str) -> None:
    started = threading.Event()
    results: list[ExecResult] = []
    worker = threading.Thread(
        target=lambda: results.append(runtime.execute(f"echo on; sleep {seconds}", timeout=60, on_output=lambda text: started.set()))
    )
    worker.start()
    assert started.wait(PATIENCE)
    runtime.stop()
    worker.join(PATIENCE)
    assert [(result.exit_code, result.cancelled) for result in results] == [(None, True)]
    assert gone(seconds)
    assert runtime.execute("echo again").output == "again\n"


def test_an_exception_of_the_listener_ends_the_command(runtime: Runtime, seconds: str) -> None:
    def refuse(text: str) -> None:
        raise LookupError(text)

    with pytest.raises(LookupError, match="on"):
        runtime.execute(f"echo on; sleep {seconds}", on_output=refuse)
    assert gone(seconds)
    assert outcome(runtime.execute("echo next")) == ("next\n", 0, False, False)


def test_output_arrives_while_the_command_runs(runtime: Runtime) -> None:
    def answer(text: str) -> None:
        pieces.append(text)
        (runtime.base_dir / "heard").touch()

    pieces: list[str] = []
    result = runtime.execute("echo first; until [ -e heard ]; do sleep 0.02; done; echo last", timeout=PATIENCE, on_output=answer)
    assert (result.output, result.exit_code, pieces[0], "".join(pieces)) == ("first\nlast\n", 0, "first\n", "first\nlast\n")


def test_invalid_utf8_and_nul_are_replaced_or_kept(runtime: Runtime) -> None:
    assert runtime.execute(r"printf 'a\377\000b\303'").output == "a�\0b�"


def test_a_character_split_over_reads_is_whole(runtime: Runtime) -> None:
    assert (
        runtime.execute(r"printf 'a\303'; sleep 0.2; printf '\251b\342'; sleep 0.2; printf '\202'; sleep 0.2; printf '\254'").output
        == "aéb€"
    )


def test_noise_is_text(runtime: Runtime) -> None:
    result = runtime.execute("head -c 3000000 /dev/urandom")
    assert (result.exit_code, result.truncated) == (0, True)
    result.output.encode("utf-8")


def test_output_is_bounded_and_says_what_was_cut(runtime: Runtime) -> None:
    result = runtime.execute("seq 1000000")
    assert (len(result.output) < 30_100, result.truncated) == (True, True)
    assert result.output.startswith("1\n2\n") and result.output.endswith("999999\n1000000\n")
    assert f"[... {6_888_896 - 30_000} characters cut ...]" in result.output


def test_progress_is_shown_as_a_terminal_would(runtime: Runtime) -> None:
    assert runtime.execute(r"for n in $(seq 50000); do printf '\r%d%%' $n; done; echo").output == "50000%\n"


@pytest.mark.parametrize(
    ("flood", "seconds"),
    [("yes", 10.0), ("head -c 1000000000 /dev/zero", 60.0)],
    ids=["yes for ten seconds", "a gigabyte without a newline"],
)
def test_a_flood_leaves_memory_flat(runtime: Runtime, flood: str, seconds: float) -> None:
    runtime.execute("head -c 20000000 /dev/zero", timeout=PATIENCE)  # what any large output needs once
    before = _resident_mb()
    peak = [before]
    result = runtime.execute(flood, seconds, on_output=lambda text: peak.append(max(peak.pop(), _resident_mb())))
    assert result.truncated
    assert "characters cut ...]" in result.output
    assert (result.duration_s < seconds + PATIENCE, len(result.output) < 30_100) == (True, True)
    assert peak[0] - before < FLOOD_MB


def test_bash_states_how_the_command_ended(runtime: Runtime) -> None:
    assert runtime.bash("echo fine") == "fine\n"
    assert runtime.bash("printf bad; exit 3") == "bad\n[exit code 3]"
    assert runtime.bash("echo slow; sleep 60", timeout=2) == "slow\n[timeout after 2s]"


def test_what_no_shell_can_take_is_a_result(runtime: Runtime) -> None:
    for command in ("echo \0", "echo \ud800"):
        result = runtime.execute(command)
        assert (result.exit_code, result.output.startswith("The command holds")) == (126, True)


def test_files_belong_to_the_user(runtime: Runtime) -> None:
    runtime.execute("touch made; mkdir -p sub && touch sub/made")
    owners = {(path.stat().st_uid, path.stat().st_gid) for path in runtime.base_dir.rglob("*")}
    assert owners == {(os.getuid(), os.getgid())}


def test_the_environment_is_an_allow_list(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    monkeypatch.setenv("SOME_TOKEN", "canary")
    with runtime.spawn() as spawned:
        names = spawned.bash("env")
    assert "canary" not in names
    assert "TERM=dumb" in names.splitlines()


def test_removing_the_workspace_from_inside_leaves_a_working_runtime(runtime: Runtime) -> None:
    runtime.execute('echo x > x; rm -rf "$PWD" * 2>/dev/null')
    assert runtime.execute("ls -A; echo next").output == "next\n"


def test_a_folder_that_takes_the_place_of_the_workspace_is_the_workspace(runtime: Runtime) -> None:
    runtime.execute("echo old > old")
    runtime.base_dir.rename(runtime.base_dir.with_name("away"))
    with pytest.raises(WorkspaceError, match="is gone"):
        runtime.read_file("old")
    runtime.base_dir.mkdir()
    runtime.write_file("new", "new")
    assert runtime.execute("ls; cat new; echo more > more").output == "new\nnew"
    assert (runtime.read_file("more"), (runtime.base_dir.with_name("away") / "old").read_text()) == ("more\n", "old\n")


def test_commands_of_several_threads_do_not_mix(runtime: Runtime) -> None:
    outputs: dict[int, str] = {}

    def run(number: int) -> None:
        outputs[number] = runtime.execute(f"for i in 1 2 3; do echo {number}; done").output

    workers = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE)
    assert outputs == {number: f"{number}\n" * 3 for number in range(8)}


def test_a_banned_command_is_refused_with_a_reason(runtime: Runtime) -> None:
    with Runtime(runtime.use_docker, image=runtime.image, banned_commands=["touch"], banned_apps=["vim"]) as strict:
        assert outcome(strict.execute("echo x; /bin/touch file")) == ("The command 'touch' is banned here.", 126, False, False)
        assert outcome(strict.execute("echo vim")) == ("The application 'vim' is banned here.", 126, False, False)
        assert list(strict.base_dir.iterdir()) == []
        assert strict.execute("echo touch").output == "touch\n"
