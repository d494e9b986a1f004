"""What a call that asks would do, as lines to read."""

from __future__ import annotations

import json

from pygent_engine.values import ApprovalRequest, Question
from pygent_tui.views.asks import Asks
from pygent_tui.views.proposal import proposal, size, waiting


def request(tool: str = "bash", command: str = "", arguments: str = "{}", task: str = "main") -> ApprovalRequest:
    return ApprovalRequest("c1", task, tool, arguments, command, "because")


def shown(asked: ApprovalRequest) -> list[tuple[str, str, str]]:
    """Each line's gutter, text and role."""
    return [(line.gutter, "".join(text for text, _ in line.pieces), line.role) for line in proposal(asked)]


def test_a_command_is_shown_line_by_line_whatever_its_arguments_say() -> None:
    assert shown(request(command="ls\n  rm x ", arguments='{"cmd": "other"}')) == [("  ", "ls", "plain"), ("  ", "  rm x·", "plain")]


def test_a_file_that_would_be_written_is_shown_whole() -> None:
    arguments = json.dumps({"path": "a.py", "content": "x = 1\ny = 2 \n"})
    assert shown(request("write_file", arguments=arguments)) == [
        ("", "a.py would be, whole:", "strong"),
        ("+ ", "x = 1", "added"),
        ("+ ", "y = 2·", "added"),
    ]


def test_an_edit_is_shown_as_what_goes_and_what_comes() -> None:
    arguments = json.dumps({"path": "a.py", "old": "def f():\n    return 1\n", "new": "def f():\n    return 2\n"})
    assert shown(request("edit_file", arguments=arguments)) == [
        ("", "in a.py:", "strong"),
        ("  ", "def f():", "plain"),
        ("- ", "    return 1", "removed"),
        ("+ ", "    return 2", "added"),
    ]


def test_what_would_be_taken_over_from_a_task_is_shown_as_a_diff_and_whole() -> None:
    text = "Apply 1 file of task-1 to the workspace:\n  modified: a\n\n--- a/a\n+++ b/a\n@@ -1,1 +1,1 @@\n-x \n+y\n\n"
    assert shown(request("apply_task", command=text)) == [
        ("  ", "Apply 1 file of task-1 to the workspace:", "plain"),
        ("  ", "  modified: a", "plain"),
        ("  ", "", "plain"),
        ("  ", "--- a/a", "strong"),
        ("  ", "+++ b/a", "strong"),
        ("  ", "@@ -1,1 +1,1 @@", "plain"),
        ("  ", "-x·", "removed"),
        ("  ", "+y", "added"),
        ("  ", "", "plain"),
    ]


def test_pieces_too_long_to_compare_are_shown_one_after_the_other() -> None:
    old, new = "\n".join("a" * 600), "\n".join("b" * 600)
    signs = [sign for sign, _, _ in shown(request("edit_file", arguments=json.dumps({"path": "x", "old": old, "new": new})))]
    assert signs == ["", *["- "] * 600, *["+ "] * 600]


def test_other_tools_are_shown_with_their_arguments() -> None:
    arguments = json.dumps({"where": "live", "how": {"force": True, "text": "a\u001b[2Jb"}})
    assert [text for _, text, _ in shown(request("deploy", arguments=arguments))] == [
        "{",
        '  "where": "live",',
        '  "how": {',
        '    "force": true,',
        '    "text": "a\\u001b[2Jb"',
        "  }",
        "}",
    ]
    assert shown(request("deploy", arguments="no json \x1b[2J")) == [("  ", "no json \u241b[2J", "plain")]


def test_controls_that_arguments_hide_are_made_visible() -> None:
    arguments = json.dumps({"path": "a\u202eb", "content": "x\u001b]52;c;aGk=\u0007\r"})
    assert shown(request("write_file", arguments=arguments)) == [
        ("", "a\\u202eb would be, whole:", "strong"),
        ("+ ", "x\u241b]52;c;aGk=\u2407\u240d", "added"),
    ]


def test_the_size_of_a_command_is_told_when_it_is_long() -> None:
    assert [size(request(command=text)) for text in ("ls", "a\nb", "x" * 201)] == ["", "2 lines, 3 characters", "201 characters"]


def test_those_who_wait_are_named_with_what_they_want() -> None:
    asks = Asks(
        (
            request(command="rm -rf  build\nls"),
            request("write_file", arguments='{"path": "a.py", "content": ""}', task="task-1"),
            request("deploy", arguments="[1]", task="task-2"),
            Question("c2", "task-1", "Which\none?"),
        ),
        (("task-1", "Tidy [/] up"),),
    )
    assert waiting(asks) == (
        "main · $ rm -rf build ls",
        "task-1 · Tidy [/] up · ▸ write_file a.py",
        "task-2 · ▸ deploy [1]",
        "task-1 · Tidy [/] up · ? Which one?",
    )
