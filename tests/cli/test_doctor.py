"""`pygent doctor` says what is here and what is missing, each with a remedy, and never a secret."""

from __future__ import annotations

from pathlib import Path

from tests.support.command_line import CommandLine
from tests.support.terminal import terminal

KEY = "sk-canary-0123456789"


def topics(report: str) -> dict[str, str]:
    """The mark of each topic."""
    lines = [line for line in report.splitlines()[2:] if not line.startswith(" ")]
    return {line[9:18].strip(): line[:8].strip() for line in lines}


def test_what_is_missing_comes_with_a_remedy_and_is_no_failure(command_line: CommandLine) -> None:
    ended = command_line.run("doctor", PATH="/nonexistent", DOCKER_HOST="unix:///nonexistent/docker.sock", TERM="dumb")
    assert (ended.code, ended.err) == (0, "")
    marks = topics(ended.out)
    assert {topic: marks[topic] for topic in ("Python", "Model", "Docker", "git", "Terminal", "Settings", "State", "Temporary")} == {
        "Python": "ok",
        "Model": "missing",
        "Docker": "missing",
        "git": "missing",
        "Terminal": "missing",
        "Settings": "ok",
        "State": "ok",
        "Temporary": "ok",
    }
    assert ended.out.count("to do: ") == 4
    for remedy in ("export OPENAI_API_KEY", "--no-docker", "install git", "use a terminal"):
        assert remedy in ended.out


def test_key_and_address_are_reported_as_present_and_never_shown(command_line: CommandLine) -> None:
    ended = command_line.run(
        "doctor",
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL="http://user:secret@127.0.0.1:9/v1?token=secret",
        PYGENT_MODEL="m",
        DOCKER_HOST="unix:///nonexistent/docker.sock",
        TERM="xterm-256color",
    )
    assert topics(ended.out)["Model"] == "ok"
    assert "m at http://127.0.0.1:9/v1, key present\n" in ended.out
    assert KEY not in ended.out + ended.err and "secret" not in ended.out + ended.err


def test_unknown_keys_of_the_configuration_are_told(command_line: CommandLine) -> None:
    (command_line.workspace / "c.toml").write_text("modle = 'x'\n")
    ended = command_line.run("doctor", "--config", "c.toml", DOCKER_HOST="unix:///nonexistent/docker.sock")
    assert (ended.code, topics(ended.out)["Settings"]) == (0, "missing")
    assert "did you mean model?" in ended.out


def test_the_settings_file_that_was_read_is_named(command_line: CommandLine) -> None:
    (command_line.workspace / "c.toml").write_text("model = 'x'\n")
    ended = command_line.run("doctor", "--config", "c.toml", DOCKER_HOST="unix:///nonexistent/docker.sock")
    assert "ok       Settings  c.toml (read)\n" in ended.out


def test_a_folder_that_cannot_be_written_is_missing(command_line: CommandLine) -> None:
    state = command_line.home / "file"
    state.touch()
    ended = command_line.run("doctor", XDG_STATE_HOME=str(state), DOCKER_HOST="unix:///nonexistent/docker.sock")
    assert topics(ended.out)["State"] == "missing"


def test_in_a_terminal_lines_break_between_words_and_stay_aligned(tmp_path: Path) -> None:
    with terminal(tmp_path, "doctor", columns=60, rows=60, environ={"DOCKER_HOST": "unix:///nonexistent/docker.sock"}) as shown:
        assert shown.end() == 0
    lines = [line.rstrip() for line in shown.raw.decode().splitlines()[2:]]
    assert [line for line in lines if len(line) > 60 and " " in line[19:]] == []
    assert all(line[18] == " " and line[19] != " " for line in lines)
