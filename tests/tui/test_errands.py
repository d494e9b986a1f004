"""A new conversation, files copied in, commands of the user: what is asked of the session as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent_engine.events import CopyIn, Interrupt, RunShell, StartedOver, StartOver, Steer
from pygent_tui.screens.confirm import Confirm
from tests.scenes import Scene
from tests.scripts import answer, long, running
from tests.support.saying import command, said
from tests.support.script import Script
from tests.support.stage import Stage, play

ANSWER = Scene("answer", answer)
BUSY = Scene("busy", running)


@pytest.mark.uses("/new")
def test_a_new_conversation_begins_at_once_when_nothing_runs_and_the_old_one_stays() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/new")
        assert (stage.ops, stage.app.screen) == ([StartOver()], stage.bench)
        seen = len(stage.state.transcript.entries)
        stage.session.play(Script().post(StartedOver()).envelopes[1:])
        await stage.until(lambda: len(stage.state.transcript.entries) == seen + 1)

    play(ANSWER, scenario)


def test_while_a_turn_runs_it_asks_and_staying_is_the_default() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/new")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("enter")
        await stage.until(lambda: stage.app.screen is stage.bench)
        assert stage.ops == []

    play(BUSY, scenario)


@pytest.mark.uses("/clear")
def test_after_a_yes_the_turn_is_interrupted_and_the_new_one_begins_once_it_has_ended() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/clear")
        await stage.until(lambda: isinstance(stage.app.screen, Confirm))
        await stage.press("y")
        await stage.until(lambda: stage.ops == [Interrupt()])
        stage.session.play(running().end("c1", "", None).end_turn("interrupted").envelopes[-3:])
        await stage.until(lambda: stage.ops == [Interrupt(), StartOver()])

    play(BUSY, scenario)


@pytest.mark.uses("/cp")
@pytest.mark.parametrize(
    ("words", "path", "dest"),
    [
        ("notes.txt", "{here}/notes.txt", ""),
        ("'my notes.txt' docs/", "{here}/my notes.txt", "docs/"),
        ("/etc/hosts hosts", "/etc/hosts", "hosts"),
        ("~/x", "{home}/x", ""),
        ("it\\'s", "{here}/it's", ""),
        ("~nobody-here/x", "{here}/~nobody-here/x", ""),
    ],
)
def test_a_file_is_copied_in_under_its_whole_name(
    words: str, path: str, dest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def scenario(stage: Stage) -> None:
        await command(stage, f"/cp {words}")
        assert stage.ops == [CopyIn(path.format(here=tmp_path, home=Path.home()), dest)]

    play(ANSWER, scenario)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("'notes", "A quote is not closed: /cp PATH [DEST]; quote what has blanks in it."),
        ("a b c", "One file or folder, and where it goes: /cp PATH [DEST]; quote what has blanks in it."),
        ("''", "One file or folder, and where it goes: /cp PATH [DEST]; quote what has blanks in it."),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_way(words: str, sentence: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, f"/cp {words}")
        assert (said(stage), stage.ops) == ([sentence], [])

    play(ANSWER, scenario)


@pytest.mark.parametrize(
    ("text", "op"),
    [
        pytest.param("/cmd git  status | cat", RunShell("git  status | cat"), marks=pytest.mark.uses("/cmd")),
        pytest.param("/steer use sqlite", Steer("use sqlite"), marks=pytest.mark.uses("/steer")),
        pytest.param("/stop", Interrupt(), marks=pytest.mark.uses("/stop")),
    ],
)
def test_a_command_asks_the_session(text: str, op: object) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, text)
        assert stage.ops == [op]

    play(BUSY, scenario)


@pytest.mark.parametrize(
    ("text", "pane"),
    [
        pytest.param("/output", "output", marks=pytest.mark.uses("/output")),
    ],
)
def test_a_command_goes_to_a_pane(text: str, pane: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, text)
        assert stage.bench.focused is stage.one(f"#{pane}")

    play(BUSY, scenario)


@pytest.mark.parametrize("words", ["/new", "/cp a.txt", "/cmd ls"])
def test_what_it_will_say_is_seen_by_who_reads_further_up(words: str) -> None:
    async def scenario(stage: Stage) -> None:
        pane = stage.conductor.panes.conversation
        await stage.press("f6", "g")
        assert not pane.following
        await stage.press("escape")
        await command(stage, words)
        assert pane.following

    play(Scene("long", long), scenario)
