"""`pygent serve`: what it is asked, what it hosts, and one sentence when it cannot."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine, Ended
from tests.support.serving import DEADLINE_S, serving

KEY = "sk-canary-0123456789"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--port none", "--port: 'none' is no port (1 to 65535)."),
        ("--port 0", "--port: '0' is no port (1 to 65535)."),
        ("--port 65536", "--port: '65536' is no port (1 to 65535)."),
        ("--port -1", "--port: '-1' is no port (1 to 65535)."),
        ("--host 0.0.0.0", "unknown flag --host; pygent serve --help says more."),
        ("--mouse", "unknown flag --mouse (did you mean --model?); pygent serve --help says more."),
        ("missing", "The workspace missing does not exist; name an existing folder, or use --scratch for a throwaway one."),
        (
            "--model gpt",
            "The model 'gpt' cannot be reached without a key or an address: set OPENAI_API_KEY, or OPENAI_BASE_URL for another "
            "OpenAI-compatible server, or use --model demo for the offline demo.",
        ),
    ],
)
def test_wrong_input_is_one_sentence(line: str, sentence: str, command_line: CommandLine) -> None:
    assert command_line.run("serve", *line.split()) == Ended(2, "", f"pygent: {sentence}\n")


def test_help_tells_of_the_tunnel(command_line: CommandLine) -> None:
    ended = command_line.run("serve", "--help")
    assert (ended.code, ended.err) == (0, "")
    assert "127.0.0.1" in ended.out and "ssh -t -L 8484:127.0.0.1:8484 HOST pygent serve --port 8484" in ended.out


def test_without_the_extra_one_sentence_names_it(command_line: CommandLine) -> None:
    hidden = "import sys; sys.modules['aiohttp'] = None; from pygent_engine.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-c", hidden, "serve", "--model", "demo", "--no-docker"],
        cwd=command_line.workspace,
        env=command_line.environment({}),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert re.fullmatch(r"pygent: The browser needs more .* install it with: pip install 'pygent-tui\[web\]'\n", ran.stderr)


def test_it_prints_the_link_alone_and_the_notice_beside_it(command_line: CommandLine) -> None:
    with serving(command_line, "--no-docker") as served:
        assert served.process.stderr is not None
        first, second = (served.process.stderr.readline().decode() for _ in range(2))
        assert first == "pygent: No model is connected: this is the offline demo.\n"
        assert second.startswith("pygent: To connect one: export OPENAI_API_KEY=")
        served.process.terminate()
        assert served.process.communicate(timeout=DEADLINE_S) == (b"", b"")
        served.wait_until_gone()


def test_other_terminals_attach_to_what_is_served_and_no_process_shows_a_secret(command_line: CommandLine) -> None:
    with command_line.start("serve", "--model", "demo", "--no-docker", OPENAI_API_KEY=KEY) as process:
        assert process.stdout is not None
        link = process.stdout.readline().decode().strip()
        listed = command_line.run("attach", "--list")
        assert (listed.code, f" works in {command_line.workspace} with demo (local), begun just now" in listed.out) == (0, True)
        token = link.rpartition("=")[2]
        shown = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in _descendants(process.pid)]
        assert shown and all(secret.encode() not in line for line in shown for secret in (token, KEY))


def _descendants(pid: int) -> list[int]:
    return [pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
