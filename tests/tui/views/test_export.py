"""A conversation as text to keep: who said what, how calls ended, and no text that can break out of its place."""

from __future__ import annotations

import json

from pygent_engine.events import ReasoningDelta, TextDelta, Warned
from pygent_tui.views import app_state
from pygent_tui.views.app_state import AppState
from pygent_tui.views.export import json_lines, markdown, plain
from tests.support.script import Script, call


def state() -> AppState:
    script = Script(model="qwen3").turn("mend it\n\n## not a heading of ours")
    script.reply("I look.", call("c1", cmd="cat x\ncat y")).start("c1").end("c1", "````\nticks\n````", 2, duration_s=1.25)
    script.post(Warned("slow")).next_step(2).post(ReasoningDelta("hm")).post(TextDelta("so"))
    return app_state.fold(AppState(), script.envelopes)


def test_markdown_says_who_and_how_and_fences_what_came_from_tools() -> None:
    assert (
        markdown(state())
        == """\
# Pygent

## Session: qwen3 works in a Docker container, in /home/user/project

## You

mend it

## not a heading of ours

## Pygent (qwen3)

I look.

## Tool: bash · exit 2 · 1.2 s

`````text
$ cat x
cat y
````
ticks
````
`````

## Session: warning

slow

## Pygent (qwen3): thinking

hm

## Pygent (qwen3): cut: still streaming

so
"""
    )


def test_plain_text_has_every_part() -> None:
    text = plain(state())
    parts = ("You\n---\nmend it", "Tool: bash · exit 2 · 1.2 s\n---\n$ cat x\ncat y\n````", "Session: warning\n---\nslow")
    assert all(part in text for part in parts)


def test_each_line_of_json_is_one_entry_with_all_that_is_known() -> None:
    rows = [json.loads(line) for line in json_lines(state()).splitlines()]
    assert [row["kind"] for row in rows] == ["opened", "prompt", "reply", "call", "notice", "thinking", "reply"]
    assert (rows[3]["exit_code"], rows[3]["result"], json.loads(rows[3]["arguments"])) == (2, "````\nticks\n````", {"cmd": "cat x\ncat y"})
