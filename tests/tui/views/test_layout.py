"""Laws of the units that a conversation is drawn from."""

from __future__ import annotations

from pygent_tui.views.blocks import Block
from pygent_tui.views.entries import Call, Notice, Prompt, Reply, Retry
from pygent_tui.views.layout import Card, Countdown, Label, Live, Mark, Paragraph, Thought, units

YOU = Label("user", "You")
PYGENT = Label("agent", "Pygent")


def test_a_label_stands_only_where_the_word_passes_over() -> None:
    call = Call("c", "bash", "ls")
    assert units(Prompt("hi"), None, "system") == (YOU, Card(Prompt("hi"), spaced=False))
    assert units(call, Prompt("hi"), "user") == (PYGENT, Card(call, spaced=False))
    assert units(call, Notice("info", "x"), "agent") == (Card(call, spaced=True),)
    assert units(call, call, "agent") == (Card(call, spaced=False),)


def test_a_cut_reply_ends_in_its_mark() -> None:
    assert units(Reply("a\n\nb\n", "length"), None, "user") == (
        PYGENT,
        Paragraph(Block("a\n\n", joined=True)),
        Paragraph(Block("b\n")),
        Mark("length"),
    )


def test_what_streams_becomes_the_units_of_the_whole_reply() -> None:
    text = "# One\n\ntwo\n```py\nthree\n```\nfour"
    live, seen = Live("user"), []
    for end in range(len(text) + 1):
        seen += live.closed(text[:end])
    assert (*seen, *live.rest(text, "", None, 0.0)) == units(Reply(text), Prompt("x"), "user")


def test_what_the_main_conversation_says_to_a_task_is_told_from_what_the_user_says() -> None:
    said = {by: units(Prompt("x", steer=True, by=by, read=False), None, "user")[0] for by in ("user", "agent")}
    assert said == {
        "user": Label("user", "You, while it works · not read yet"),
        "agent": Label("agent", "Pygent, from the main conversation · not read yet"),
    }


def test_thinking_is_shown_until_the_reply_begins() -> None:
    assert Live("user").rest("", "hm", None, 0.0) == [PYGENT, Thought("hm", 2)]
    assert Live("user").rest("so", "hm", None, 0.0) == [PYGENT, Paragraph(Block("so", joined=True))]


def test_a_countdown_never_shows_less_than_nothing() -> None:
    retry = Retry("429", 10.0, 1)
    assert [Live("user").rest("", "", retry, now) for now in (7.5, 99.0)] == [[Countdown("429", 3, 1)], [Countdown("429", 0, 1)]]
