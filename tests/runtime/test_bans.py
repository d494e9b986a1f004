"""The laws of banned commands: found where a command stands, not where a word does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.runtime.bans import find_ban


@pytest.mark.parametrize(
    "command",
    [
        "rm x",
        "echo; rm x",
        "true && rm x",
        "true || rm x",
        "ls | rm",
        "ls\nrm x",
        "echo $(rm x)",
        'echo "a $(rm x)"',
        "echo `rm x`",
        "(rm x)",
        "{ rm x; }",
        "if true; then rm x; fi",
        "diff <(rm x) y",
        "sh -c 'rm x'",
        "bash -lc 'echo; rm x'",
        r"\rm x",
        'r""m x',
        "/bin/rm x",
        "A=1 B=2 rm x",
        "env -i A=1 rm x",
        "ls | xargs -n 1 rm",
        "sudo rm x",
        "timeout 5 rm x",
        "nohup rm x &",
        "eval 'rm x'",
        "echo 'unbalanced; rm x",
    ],
)
def test_a_banned_command_is_found(command: str) -> None:
    assert find_ban(command, ["rm"], []) == "The command 'rm' is banned here."


@pytest.mark.parametrize("command", ["echo rm", "ls rm", "grep 'rm x' file", "cat < rm", "echo x > rm", "farm x", "rm-tool", "git rm x"])
def test_a_word_that_is_no_command_is_let_through(command: str) -> None:
    assert find_ban(command, ["rm"], []) == ""


@pytest.mark.parametrize("command", ["vim x", "echo vim", "EDITOR=vim git commit", 'v"i"m', "/usr/bin/vim"])
def test_a_banned_application_is_found_anywhere(command: str) -> None:
    assert find_ban(command, [], ["vim"]) == "The application 'vim' is banned here."


@pytest.mark.parametrize("command", ["gvim x", "vimdiff a b", "vim-tiny"])
def test_a_longer_word_is_another_application(command: str) -> None:
    assert find_ban(command, [], ["vim"]) == ""


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(command: str) -> None:
    assert find_ban(command, ["rm"], ["vim"]) == find_ban(command, ["rm"], ["vim"])
