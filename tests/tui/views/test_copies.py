"""Laws of what is searched and copied of an entry."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pygent_engine.values import FileDiff
from pygent_tui.views.blocks import split
from pygent_tui.views.copies import arguments, code_in, codes, command, copied, inner, source
from pygent_tui.views.entries import Ask, Call, Notice, Permission, Prompt, Reply, Thinking
from pygent_tui.views.output import Buffer

BASH = Call("c", "bash", "make all", arguments='{"cmd": "make \\\\\\n  all\\u001b[2J", "timeout": 5}', result="done")


def test_a_command_is_copied_exactly_with_its_controls_visible() -> None:
    assert command(BASH) == "make \\\n  all␛[2J"
    assert command(Buffer("c", "main", "bash", "make all", 0.0, arguments=BASH.arguments)) == command(BASH)
    assert command(Buffer("c", "main", "bash", "make all", 0.0, arguments="[" * 100_000)) == "make all"
    assert copied(BASH) == (command(BASH), "the command")
    assert inner(BASH) == ("done", "the output")


def test_arguments_that_are_no_object_are_shown_as_they_came() -> None:
    assert arguments(Call("c", "t", "", arguments="[1")) == [("", "[1")]
    assert arguments(Call("c", "t", "", arguments='["a"]')) == [("", '["a"]')]
    assert arguments(Call("c", "t", "", arguments='{"n": 1, "s": "ü"}')) == [("n", "1"), ("s", "ü")]


def test_a_reply_is_copied_as_markdown_and_its_first_code_without_the_fence() -> None:
    reply = Reply("Look:\n\n```py\nx = 1\n\ny = 2\n```\n\n~~~\nlast\n~~~\n")
    assert (copied(reply), inner(reply)) == ((reply.text, "the reply"), ("x = 1\n\ny = 2", "the code block"))
    assert inner(reply, last=True) == ("last", "the code block")
    assert inner(Reply("no `code` here")) is None


def test_code_that_was_cut_into_blocks_is_one_piece_also_when_its_fence_is_never_closed() -> None:
    code = "\n".join(f"line {number}" for number in range(500))
    for text in (f"a\n\n```py\n{code}\n```\n\nb\n\n```\nc\n```", f"a\n\n```py\n{code}"):
        blocks = split(text)
        first = codes(blocks)[0]
        assert len(first) > 5 and code_in(blocks[first.start : first.stop]) == code


LINES = st.sampled_from(["x = 1", "", "", "  ", "- a", "> q", "    y", "~~~", "| a |", "`", "long " * 900, "z" * 4_000])


@given(st.lists(LINES, max_size=130), st.sampled_from(["```", "````"]))
def test_code_is_copied_as_it_was_written_however_long_or_empty_its_lines_are(lines: list[str], fence: str) -> None:
    written = "".join(f"{line}\n" for line in lines)
    assert inner(Reply(f"Look:\n\n{fence}py\n{written}{fence}\n\nThat is it.")) == (written.removesuffix("\n"), "the code block")


def test_what_is_searched_is_every_word_that_is_drawn_and_each_once() -> None:
    diff = FileDiff("a.py", "modified", "@@ -1,2 +1,2 @@\n kept\n-old\n+new\n", 1, 1)
    told = json.dumps({"cmd": "make a\nsecond"})
    assert source(Call("c", "edit_file", "Edit a.py", arguments='{"old": "old"}', result="Done.", diffs=(diff,))).split("\n") == [
        *("edit_file", "a.py", "kept", "old", "new", "Done.", "")
    ]
    assert source(Call("c", "bash", "make a second", arguments=told, result="out", files=("b", "c"))) == "make a\nsecond\nout\nb, c"
    assert source(Call("c", "task_status", "how is 1", arguments='{"task_id": "1"}')) == "task_status\nhow is 1\ntask_id: 1\n\n"
    assert source(Permission("c", "bash", "make", "")) == "make\n"
    for entry in (Prompt("word"), Thinking("word"), Notice("info", "word"), Ask("c", "q", ("word",))):
        assert "word" in source(entry)
