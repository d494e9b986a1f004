from __future__ import annotations

from itertools import product

import pytest

from pygent_engine.values import FileDiff
from pygent_tui.views.entries import Ask, Call, Ended, Entry, Notice, Permission, Prompt, Reply, Thinking
from pygent_tui.views.layout import Speaker, units
from pygent_tui.widgets.conversation.estimates import estimate, lines, weight

_DIFF = FileDiff("a.py", "modified", "@@ -1 +1 @@\n-x = 1\n+x = 2", 1, 1)
ENTRIES: tuple[Entry, ...] = (
    Prompt("one line"),
    Prompt("two\nlines"),
    Reply("one line"),
    Reply("a paragraph\n\nand another"),
    Reply("broken off", "length"),
    Thinking("well"),
    Call("c1", "bash", "ls", "ok", 0, result="a\nb"),
    Call("c2", "bash", "seq 100", "ok", 0, result="\n".join(map(str, range(100)))),
    Call("c3", "edit_file", "a.py", "ok", diffs=(_DIFF,)),
    Call("c4", "bash", "ls", "ok", 0, by="user"),
    Permission("c5", "bash", "rm -r dist", "deletes"),
    Ask("c6", "Which port?", ("80", "8080")),
    Notice("warning", "careful"),
    Ended("interrupted", ""),
)
SPEAKERS: tuple[Speaker, ...] = ("user", "agent", "system")


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_weighs_as_much_as_the_units_that_it_will_be_laid_out_in(entry: Entry) -> None:
    for previous, speaking in product((None, *ENTRIES), SPEAKERS):
        laid_out = sum(estimate(unit, 80) for unit in units(entry, previous, speaking))
        assert lines(weight(entry, previous, speaking), 80) == laid_out, (previous, speaking)
