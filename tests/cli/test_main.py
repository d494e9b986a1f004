"""The command line: wrong input is one clear sentence with the way out, and no traceback ever reaches the user."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pygent_engine.cli import main
from pygent_engine.errors import PygentError
from pygent_engine.frontends import Launch
from pygent_engine.version import __version__
from tests.support.command_line import CommandLine, Ended

KEY = "sk-canary-0123456789"


def refused(sentence: str) -> Ended:
    return Ended(2, "", f"pygent: {sentence}\n")


# ---------------------------------------------------------------- wrong input


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--foo", "unknown flag --foo; pygent --help says more."),
        ("--dokcer", "unknown flag --dokcer (did you mean --docker?); pygent --help says more."),
        ("--mod x", "unknown flag --mod (did you mean --model?); pygent --help says more."),
        ("run --color=1 x", "unknown flag --color; pygent run --help says more."),
        ("run --network=1 x", "--network/--no-network: it takes no value; pygent run --help says more."),
        ("run --resources x y", "--resources: 'x' is not limits like memory_mb=4096 cpus=4 (in a file: a table of numbers)."),
        ("run", "the following arguments are required: PROMPT; pygent run --help says more."),
        ("run do it", "unexpected argument 'it' (a text of several words needs quotes); pygent run --help says more."),
        ("run x --model", "--model: expected one argument; pygent run --help says more."),
        ("run x --max-steps many", "--max-steps: 'many' is not a whole number of at least 1."),
        ("run x -e NAME", "-e: the value is not NAME=VALUE (in a file: a table of texts)."),
        ("doctor now", "unexpected argument 'now' (a text of several words needs quotes); pygent doctor --help says more."),
        ("--json run", "A subcommand comes first, its flags follow: pygent run ...; a folder of that name is ./run."),
        ("--docker run", "A subcommand comes first, its flags follow: pygent run ...; a folder of that name is ./run."),
        ("--model demo run --json hello", "A subcommand comes first, its flags follow: pygent run ...; a folder of that name is ./run."),
        (
            "missing/folder",
            "The workspace missing/folder does not exist; name an existing folder, or use --scratch for a throwaway one.",
        ),
        (
            "run x --model demo --no-docker --workspace missing",
            "The workspace missing does not exist; name an existing folder, or use --scratch for a throwaway one.",
        ),
        (". --scratch", "--scratch works in a throwaway folder, so no other folder can be named beside it."),
        (
            "run x",
            "No model is connected: set OPENAI_API_KEY, or OPENAI_BASE_URL for another OpenAI-compatible server, "
            "or use --model demo for the offline demo.",
        ),
        (
            "run x --model gpt",
            "The model 'gpt' cannot be reached without a key or an address: set OPENAI_API_KEY, or OPENAI_BASE_URL for another "
            "OpenAI-compatible server, or use --model demo for the offline demo.",
        ),
        (
            "--model gpt",
            "The model 'gpt' cannot be reached without a key or an address: set OPENAI_API_KEY, or OPENAI_BASE_URL for another "
            "OpenAI-compatible server, or use --model demo for the offline demo.",
        ),
        (
            "--config missing.toml",
            "The configuration file missing.toml does not exist or is not a file; name another one with --config.",
        ),
    ],
)
def test_wrong_input_is_one_sentence_and_exit_code_2(line: str, sentence: str, command_line: CommandLine) -> None:
    assert command_line.run(*line.split()) == refused(sentence)


@pytest.mark.parametrize("prompt", ["", "  \n"])
def test_an_empty_prompt_is_refused(prompt: str, command_line: CommandLine) -> None:
    assert command_line.run("run", prompt) == refused("The prompt is empty; say what is to be done: pygent run 'PROMPT'.")


def test_a_wrong_variable_is_one_sentence_and_exit_code_2(command_line: CommandLine) -> None:
    ended = command_line.run("doctor", PYGENT_MAX_TASKS="lots")
    assert ended == refused("PYGENT_MAX_TASKS: 'lots' is not a whole number of at least 1.")


def test_a_broken_configuration_file_is_one_sentence_and_exit_code_2(command_line: CommandLine) -> None:
    (command_line.workspace / "c.toml").write_text("max_tasks = \n")
    ended = command_line.run("doctor", "--config", "c.toml")
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert ended.err.startswith("pygent: The configuration file c.toml is not valid TOML: ")


def test_terminal_escapes_of_a_path_are_not_passed_on(command_line: CommandLine) -> None:
    ended = command_line.run("x\x1b]0;t\x07")
    assert (ended.code, "\x1b" in ended.err, ended.err.count("\n")) == (2, False, 1)


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize("line", ["--version", "-V", "--model x --version"])
def test_version_is_one_line(line: str, command_line: CommandLine) -> None:
    assert command_line.run(*line.split()) == Ended(0, f"pygent {__version__}\n", "")


@pytest.mark.parametrize(
    ("line", "flags"),
    [
        (
            "--help",
            "PATH --scratch --docker --no-docker --image --network --resources --model "
            "--confirm-bash --no-confirm-bash --approvals --ban-cmd --omit-tool --config -e",
        ),
        (
            "run -h",
            "PROMPT --json --workspace --scratch --docker --no-docker --image --network --resources --model "
            "--ban-cmd --omit-tool --config -e --max-steps",
        ),
        ("doctor --foo --help", "--config --docker --no-docker --image --network --no-network --resources"),
    ],
)
def test_help_names_every_flag_in_little_more_than_a_screen(line: str, flags: str, command_line: CommandLine) -> None:
    ended = command_line.run(*line.split())
    assert (ended.code, ended.err) == (0, "")
    assert [flag for flag in flags.split() if flag not in ended.out] == []
    assert ended.out.count("\n") < 40
    assert max(map(len, ended.out.splitlines())) < 80


def test_help_into_a_closed_pipe_ends_quietly(command_line: CommandLine) -> None:
    with command_line.start("--help") as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) in (0, 141)


def test_closed_standard_streams_change_no_exit_code(command_line: CommandLine) -> None:
    for words, code in (("--version", 0), ("--help", 0), ("--foo", 2)):
        shell = f'exec "{sys.executable}" -m pygent_engine {words} >&- 2>&-'
        ended = subprocess.run(["sh", "-c", shell], cwd=command_line.workspace, env=command_line.environment({}), timeout=60)
        assert ended.returncode == code


# ---------------------------------------------------------------- opening the app


@pytest.fixture
def launches() -> list[Launch]:
    return []


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder, a fresh home, and no variable of ours."""
    folder = tmp_path / "work"
    folder.mkdir()
    for name in ("PYGENT_MODEL", "OPENAI_API_KEY", "OPENAI_BASE_URL", "PYGENT_WORKSPACE", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(folder)
    return folder


def opened(launches: list[Launch], *arguments: str) -> tuple[str, str, str]:
    """The labels that the app was opened with; it answers with exit code 7."""

    def app(launch: Launch) -> int:
        launches.append(launch)
        return 7

    assert main(list(arguments), open_app=app) == 7
    return launches[-1].workspace, launches[-1].model, launches[-1].notice


def test_the_app_opens_on_the_current_folder_and_on_the_demo_saying_how_to_connect_a_model(launches: list[Launch], workspace: Path) -> None:
    folder, model, notice = opened(launches)
    assert (folder, model) == (str(workspace), "demo")
    assert "No model is connected" in notice and "OPENAI_API_KEY" in notice and "--model NAME" in notice


def test_a_chosen_demo_needs_no_notice(launches: list[Launch], workspace: Path) -> None:
    assert opened(launches, "--model", "demo") == (str(workspace), "demo", "")


def test_a_connected_model_is_named(launches: list[Launch], workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    assert opened(launches, "--model", "gpt", ".") == (str(workspace), "gpt", "")
    assert opened(launches)[1:] == ("gpt-5-mini", "")


def test_the_named_folder_wins_over_the_configured_one_and_scratch_over_both(
    launches: list[Launch], workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("run", "configured"):
        (workspace / name).mkdir()
    monkeypatch.setenv("PYGENT_WORKSPACE", "configured")
    assert opened(launches)[0] == str(workspace / "configured")
    assert opened(launches, "./run")[0] == str(workspace / "run")
    assert opened(launches, "--scratch")[0] == "a throwaway folder"


def test_unknown_keys_of_the_configuration_are_told_in_the_notice(launches: list[Launch], workspace: Path) -> None:
    (workspace / "c.toml").write_text("modle = 'x'")
    notice = opened(launches, "--model", "demo", "--config", "c.toml")[2]
    assert notice == "c.toml: the key 'modle' is unknown and was ignored; did you mean model?"


def test_an_error_of_the_app_is_one_sentence(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def app(launch: Launch) -> int:
        raise PygentError("The screen is gone.")

    assert main([], open_app=app) == 2
    assert capsys.readouterr() == ("", "pygent: The screen is gone.\n")


def test_an_unexpected_error_is_one_sentence_and_a_private_file_without_the_key(
    workspace: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    def app(launch: Launch) -> int:
        raise RuntimeError(f"sent {KEY}\nin vain")

    assert main([], open_app=app) == 1
    out, err = capsys.readouterr()
    (report,) = (workspace.parent / "home").rglob("crash-*.txt")
    assert (out, err) == ("", f"pygent: Unexpected error (RuntimeError: sent [api key] in vain); the details are in {report}.\n")
    assert "Traceback" in report.read_text() and KEY not in report.read_text()
    assert (stat.S_IMODE(report.stat().st_mode), stat.S_IMODE(report.parent.stat().st_mode)) == (0o600, 0o700)


def test_an_unexpected_error_is_told_when_nothing_can_be_written(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (workspace.parent / "home").touch()

    def app(launch: Launch) -> int:
        raise RuntimeError("odd")

    assert main([], open_app=app) == 1
    assert capsys.readouterr().err.startswith("pygent: Unexpected error (RuntimeError: odd); its details could not be written: ")


def test_an_interrupt_of_the_app_is_exit_code_130(workspace: Path) -> None:
    def app(launch: Launch) -> int:
        raise KeyboardInterrupt

    assert main([], open_app=app) == 130
