"""The built-in tools, over a real local runtime: what the model reads of each, and what is changed."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from pygent_engine import Runtime, WorkspaceError
from pygent_engine.cancel import Cancel
from pygent_engine.tools.arguments import ArgumentError, parse_arguments
from pygent_engine.tools.builtin import BUILTIN, LONGEST_TIMEOUT_S, NOBODY
from pygent_engine.tools.registry import CallContext, Tool, ToolOutput

PATIENCE = 10.0
TOOLS: dict[str, Tool] = {tool.name: tool for tool in BUILTIN}


@dataclass
class Bench:
    """Calls the built-in tools as a loop does: arguments checked, everything that they use at hand."""

    runtime: Runtime
    root: Path
    cancel: Cancel = field(default_factory=Cancel)
    output: list[str] = field(default_factory=list)
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    answer: str | None = None
    stopped: threading.Event = field(default_factory=threading.Event)

    def call(self, tool: str, /, **arguments: object) -> ToolOutput | str:
        context = CallContext(self.runtime, self.cancel, self.output.append, self._ask, self.stopped.set)
        output = TOOLS[tool].run(context, parse_arguments(json.dumps(arguments), TOOLS[tool].parameters))
        return replace(output, diffs=()) if isinstance(output, ToolOutput) else output  # diffs have tests of their own

    def _ask(self, prompt: str, options: tuple[str, ...]) -> str | None:
        self.asked.append((prompt, options))
        return self.answer

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    root = tmp_path.resolve() / "workspace"
    root.mkdir()
    with Runtime(use_docker=False, workspace=root) as runtime:
        yield Bench(runtime, root)


# ---------------------------------------------------------------- bash


def test_bash_answers_with_output_and_exit_code_and_streams_meanwhile(bench: Bench) -> None:
    assert bench.call("bash", cmd="echo out; echo err >&2; exit 3") == ToolOutput("out\nerr\n[exit code 3]", "ok", 3)
    assert "".join(bench.output) == "out\nerr\n"


def test_bash_runs_the_command_verbatim(bench: Bench) -> None:
    assert bench.call("bash", cmd="printf '%s' $'\\x1b[31m\u202e'") == ToolOutput("\x1b[31m\u202e", "ok", 0)


def test_bash_says_when_the_time_was_up(bench: Bench) -> None:
    assert bench.call("bash", cmd="echo begun; sleep 60", timeout=2) == ToolOutput("begun\n[timeout after 2s]", "timeout", None)


@pytest.mark.parametrize("timeout", [10**400, 1e308, LONGEST_TIMEOUT_S + 1, 0, -1])
def test_bash_takes_any_timeout_and_leaves_time_to_run(bench: Bench, timeout: float) -> None:
    assert bench.call("bash", cmd="echo done", timeout=timeout) == ToolOutput("done\n", "ok", 0)


@pytest.mark.parametrize("timeout", [float("nan"), "soon", None, True])
def test_bash_takes_no_timeout_that_is_no_number(bench: Bench, timeout: object) -> None:
    with pytest.raises(ArgumentError):
        bench.call("bash", cmd="touch ran", timeout=timeout)
    assert list(bench.root.iterdir()) == []


def test_bash_ends_when_the_turn_does(bench: Bench) -> None:
    begun = threading.Event()

    def seen(text: str) -> None:
        begun.set()

    def cancel() -> None:
        assert begun.wait(PATIENCE)
        bench.cancel.because("interrupted")

    canceller = threading.Thread(target=cancel)
    canceller.start()
    start = time.monotonic()
    context = CallContext(bench.runtime, bench.cancel, seen, lambda prompt, options: None, lambda: None)
    assert TOOLS["bash"].run(context, {"cmd": "echo begun; sleep 60"}) == ToolOutput("begun\n[cancelled]", "cancelled", None)
    canceller.join(PATIENCE)
    assert time.monotonic() - start < PATIENCE


def test_bash_refuses_what_no_shell_can_take(bench: Bench) -> None:
    assert bench.call("bash", cmd="echo \0") == ToolOutput(
        "The command holds a NUL character, which no shell can take.\n[exit code 126]", "ok", 126
    )
    assert bench.call("bash", cmd="echo \ud800") == ToolOutput(
        "The command holds characters that UTF-8 cannot hold.\n[exit code 126]", "ok", 126
    )


# ---------------------------------------------------------------- files


@pytest.mark.parametrize("path", ["../out", "/etc/passwd", "~/x", "link/x", "nul\0", ".", "", "sur\ud800"])
@pytest.mark.parametrize("tool", ["write_file", "read_file", "edit_file", "download_file"])
def test_no_tool_leaves_the_workspace(bench: Bench, tool: str, path: str) -> None:
    (bench.root / "link").symlink_to(bench.root.parent)
    (bench.root.parent / "x").write_text("outside")
    arguments = {"write_file": {"content": "y"}, "edit_file": {"old": "outside", "new": "y"}}.get(tool, {})
    with pytest.raises(WorkspaceError):
        bench.call(tool, path=path, **arguments)
    assert sorted(entry.name for entry in bench.root.parent.iterdir()) == ["workspace", "x"]
    assert (bench.root.parent / "x").read_text() == "outside"
    assert [entry.name for entry in bench.root.iterdir()] == ["link"]


def test_write_file_creates_a_file_and_its_folders(bench: Bench) -> None:
    assert bench.call("write_file", path="a/b/c.txt", content="é\r\n") == ToolOutput("Wrote 4 bytes to a/b/c.txt.", changed=("a/b/c.txt",))
    assert (bench.root / "a/b/c.txt").read_bytes() == b"\xc3\xa9\r\n"


def test_write_file_replaces_what_was_there(bench: Bench) -> None:
    bench.put("x", "a long old content")
    assert bench.call("write_file", path="x", content="") == ToolOutput("Wrote 0 bytes to x.", changed=("x",))
    assert (bench.root / "x").read_bytes() == b""


def test_write_file_refuses_text_that_utf8_cannot_hold_and_leaves_the_old(bench: Bench) -> None:
    bench.put("x", "old")
    with pytest.raises(WorkspaceError):
        bench.call("write_file", path="x", content="\ud800")
    assert (bench.root / "x").read_text() == "old"


@pytest.mark.parametrize("path", ["a/b", "./a//b", "{root}/a/b"])
def test_a_changed_file_is_named_as_seen_from_the_workspace(bench: Bench, path: str) -> None:
    path = path.format(root=bench.root)
    assert bench.call("write_file", path=path, content="x") == ToolOutput("Wrote 1 bytes to a/b.", changed=("a/b",))
    assert bench.call("edit_file", path=path, old="x", new="y") == ToolOutput(f"Edited {path}.", changed=("a/b",))


def test_read_file_numbers_the_lines_of_the_range(bench: Bench) -> None:
    bench.put("x", "one\ntwo\nthree\nfour")
    assert bench.call("read_file", path="x") == "     1\tone\n     2\ttwo\n     3\tthree\n     4\tfour"
    assert bench.call("read_file", path="x", offset=2, limit=2) == "     2\ttwo\n     3\tthree\n[more lines follow; read on with offset=4]"
    assert bench.call("read_file", path="x", offset=9) == "[the file has 4 lines]"


@pytest.mark.parametrize("limit", [1, 0, -5])
@pytest.mark.parametrize("offset", [1, 0, -5])
def test_read_file_always_gets_on_by_a_line(bench: Bench, offset: int, limit: int) -> None:
    bench.put("x", "one\ntwo\n")
    assert bench.call("read_file", path="x", offset=offset, limit=limit) == "     1\tone\n[more lines follow; read on with offset=2]"


def test_read_file_takes_ranges_of_any_size(bench: Bench) -> None:
    bench.put("x", "one\n")
    assert bench.call("read_file", path="x", offset=10**30, limit=10**30) == "[the file has 1 lines]"
    bench.put("empty", "")
    assert bench.call("read_file", path="empty") == "[the file is empty]"


def test_download_file_gives_the_whole_content_as_text_or_base64(bench: Bench) -> None:
    bench.put("text", "a\r\nb\n")
    bench.put("binary", b"\x00\xff\xfe")
    assert bench.call("download_file", path="text") == "a\r\nb\n"
    assert bench.call("download_file", path="binary", binary=True) == base64.b64encode(b"\x00\xff\xfe").decode()
    with pytest.raises(WorkspaceError, match=r"binary is binary \(3 bytes\), not text\."):
        bench.call("download_file", path="binary")


def test_reading_tools_say_an_encoding_that_is_not_plain_utf8(bench: Bench) -> None:
    (bench.root / "x").write_bytes(b"caf\xe9\n")
    assert bench.call("read_file", path="x") == "[the file is Latin-1]\n     1\tcafé"
    assert bench.call("download_file", path="x") == "[the file is Latin-1]\ncafé\n"


# ---------------------------------------------------------------- edit_file


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        ("a\r\nb\r\nc", "b", "B", "a\r\nB\r\nc"),
        ("one two", "one two", "", ""),
        ("tail", "tail", "tail\n", "tail\n"),
        ("é\tü", "\t", "  ", "é  ü"),
        ("x = 1\n", "1", "1 + 1", "x = 1 + 1\n"),
        ("x = 1\n", "1", "1\r", "x = 1\r\n"),
    ],
)
def test_edit_file_replaces_the_one_place_and_leaves_every_other_byte(bench: Bench, before: str, old: str, new: str, after: str) -> None:
    path = bench.put("x", before)
    path.chmod(0o755)
    assert bench.call("edit_file", path="x", old=old, new=new) == ToolOutput("Edited x.", changed=("x",))
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (after.encode(), 0o755)


@pytest.mark.parametrize(
    ("before", "old", "how"),
    [
        ("abc", "B", "is not there"),
        ("", "a", "is not there"),
        ("abc", "", "is not there"),
        ("a\r\nb\n", "a\nb", "is not there"),
        ("a b a", "a", "stands there more than once; give more of the lines around it"),
        ("\n\n\n", "\n\n", "stands there more than once; give more of the lines around it"),
    ],
)
def test_edit_file_changes_nothing_unless_the_old_text_stands_there_exactly_once(bench: Bench, before: str, old: str, how: str) -> None:
    path = bench.put("x", before)
    with pytest.raises(WorkspaceError) as raised:
        bench.call("edit_file", path="x", old=old, new="new")
    assert (str(raised.value), path.read_bytes()) == (f"Nothing was changed in x: the old text {how}.", before.encode())


def test_edit_file_refuses_what_is_no_text_and_leaves_it(bench: Bench) -> None:
    path = bench.put("x", b"t\0\xff")
    with pytest.raises(WorkspaceError) as raised:
        bench.call("edit_file", path="x", old="t", new="T")
    assert (str(raised.value), path.read_bytes()) == ("x is binary (3 bytes), not text.", b"t\0\xff")


def test_edit_file_is_quick_whatever_repeats(bench: Bench) -> None:
    bench.put("x", "a" * 1_000_000)
    start = time.process_time()
    with pytest.raises(WorkspaceError, match="more than once"):
        bench.call("edit_file", path="x", old="a" * 500_000, new="")
    assert time.process_time() - start < PATIENCE / 2


# ---------------------------------------------------------------- the user, and the end


def test_ask_user_hands_the_question_over_and_the_answer_back(bench: Bench) -> None:
    bench.answer = ""
    assert bench.call("ask_user", prompt="Which?", options=["a", "b"]) == ""
    bench.answer = "b"
    assert bench.call("ask_user", prompt="Which?") == "b"
    assert bench.asked == [("Which?", ("a", "b")), ("Which?", ())]


def test_ask_user_goes_on_without_an_answer_when_nobody_is_there(bench: Bench) -> None:
    assert bench.call("ask_user", prompt="Which?") == NOBODY


def test_ask_user_takes_options_of_any_type(bench: Bench) -> None:
    bench.call("ask_user", prompt="Which?", options=[1, None, {"a": 2}])
    assert bench.asked == [("Which?", ("1", "None", "{'a': 2}"))]


def test_stop_ends_the_run_after_the_step(bench: Bench) -> None:
    assert bench.call("stop") == "The run ends after this step."
    assert bench.stopped.is_set()


# ---------------------------------------------------------------- what the model and the person are told


def test_the_tools_take_the_parameters_that_they_are_known_by() -> None:
    taken = {tool.name: (sorted(tool.parameters["properties"]), tool.parameters["required"]) for tool in BUILTIN}
    assert taken == {
        "bash": (["cmd", "network", "timeout"], ["cmd"]),
        "write_file": (["content", "path"], ["path", "content"]),
        "read_file": (["limit", "offset", "path"], ["path"]),
        "edit_file": (["new", "old", "path"], ["path", "old", "new"]),
        "download_file": (["binary", "path"], ["path"]),
        "ask_user": (["options", "prompt"], ["prompt"]),
        "stop": ([], []),
    }
    assert all(tool.description for tool in BUILTIN)


@pytest.mark.parametrize(
    ("tool", "arguments", "line"),
    [
        ("bash", {"cmd": "ls\n-la \x1b[2J"}, "ls -la ␛[2J"),
        ("write_file", {"path": "a\u202eb", "content": "1\n2\n"}, "a\\u202eb (2 lines)"),
        ("write_file", {"path": "a", "content": ""}, "a (0 lines)"),
        ("write_file", {"path": "a", "content": "one\n"}, "a (1 line)"),
        ("read_file", {"path": "a"}, "a"),
        ("edit_file", {"path": "a", "old": "x", "new": "y"}, "a"),
        ("download_file", {"path": "a"}, "a"),
        ("ask_user", {"prompt": "Which\none?"}, "Which one?"),
        ("stop", {}, ""),
    ],
)
def test_a_person_reads_one_clean_line_of_each_call(tool: str, arguments: dict[str, object], line: str) -> None:
    assert TOOLS[tool].describe(arguments) == line
