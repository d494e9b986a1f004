"""Copying in the app: the source and nothing else, and sentences that claim no more than is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pygent_engine.events import ReplyCompleted
from pygent_engine.values import Message
from pygent_tui.screens.confirm import Confirm
from tests.scenes import Scene
from tests.scripts import answer, running, start
from tests.support.saying import command, hears, said
from tests.support.scene_session import SceneLaunch
from tests.support.script import Script, call
from tests.support.stage import Scenario, Stage, play
from tests.tui.outside.test_clipboard import tool

ANSWER = Scene("answer", answer)
START = Scene("start", start)
NO_PROMISE = "whether it took it cannot be known. /copy --file saves it."


def coded() -> Script:
    script = Script().turn("show me")
    script.reply("First:\n\n```sh\necho one\n```\n\n- then\n\n  ~~~python\n  if x:\n      print('`')\n  ~~~\n\nDone.\n")
    script.next_step(2).reply("", call("c1", cmd="printf 'a\tb'\ncat <<X\n  x\nX"))
    return script.start("c1").output("c1", "\x1b[31ma\x1b[0m\tb\n  x\n").end("c1", "a\tb").end_turn(step=2)


def with_tool(script: str, folder: Path) -> SceneLaunch:
    """The answer, on a machine where xclip does `script`."""
    tool(folder, "xclip", script)
    return replace(ANSWER.launch(), environment={"PATH": f"{folder}:/usr/bin:/bin", "DISPLAY": ":0"})


@pytest.mark.uses("/copy")
@pytest.mark.parametrize(
    ("words", "text", "what"),
    [
        ("", "First:\n\n```sh\necho one\n```\n\n- then\n\n  ~~~python\n  if x:\n      print('`')\n  ~~~\n\nDone.\n", "the last reply"),
        (" command", "printf 'a\tb'\ncat <<X\n  x\nX", "the last command"),
        (" output", "a\tb\n  x\n", "the output"),
    ],
)
def test_what_is_copied_is_the_source(words: str, text: str, what: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, f"/copy{words}")
        await hears(stage, f"Sent {what} ({len(text)} characters) to the terminal's clipboard (OSC 52); {NO_PROMISE}")
        assert stage.app.clipboard == text

    play(Scene("coded", coded), scenario)


def test_what_a_terminal_may_do_with_a_copy_is_said_once() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/copy command")
        await hears(stage, f"Sent the last command (26 characters) to the terminal's clipboard (OSC 52); {NO_PROMISE}")
        await command(stage, "/copy output")
        await hears(stage, "Sent the output (8 characters) to the terminal's clipboard.")

    play(Scene("coded", coded), scenario)


def test_the_last_block_of_code_is_copied_without_its_fence() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/copy code")
        await hears(stage, "Sent the last block of code")
        assert stage.app.clipboard.startswith("def median(values: list[float]) -> float:\n    ordered = sorted(values)\n")
        assert "```" not in stage.app.clipboard

    play(ANSWER, scenario)


def test_the_whole_conversation_is_copied_without_the_key() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/copy all")
        await hears(stage, "Sent the conversation")
        assert "## You\n\nthe [api key] of stats.py fail" in stage.app.clipboard

    play(ANSWER, scenario, launch=replace(ANSWER.launch(), redact=lambda text: text.replace("tests", "[api key]")))


@pytest.mark.parametrize(("word", "missing"), [("last", "reply"), ("code", "block of code"), ("command", "command"), ("output", "output")])
def test_where_there_is_nothing_to_copy_that_is_said(word: str, missing: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, f"/copy {word}")
        assert (said(stage), stage.app.clipboard) == ([f"There is nothing to copy yet: no {missing}."], "")

    play(START, scenario)


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/copy everything")
        assert said(stage) == ["/copy takes one of last, code, command, output, all, or --file [PATH]."]

    play(ANSWER, scenario)


def test_a_program_of_this_machine_is_named_once_it_took_the_text(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/copy command")
        await hears(stage, "Copied the last command (39 characters) with xclip.")
        assert (tmp_path / "taken").read_text() == "python -m pytest -q tests/test_stats.py"

    play(ANSWER, scenario, launch=with_tool(f"cat > {tmp_path}/taken", tmp_path))


def test_a_program_that_fails_is_told_and_the_terminal_is_asked_instead(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/copy")
        await hears(stage, "xclip failed (no display). Sent the last reply (")
        assert said(stage)[-1].endswith(NO_PROMISE)

    play(ANSWER, scenario, launch=with_tool("echo no display >&2; exit 1", tmp_path))


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (74_994, "Sent the last reply (74,994 characters) to the terminal's clipboard (OSC 52); whether"),
        (74_995, "Sent the last reply (74,995 characters) to the terminal's clipboard (OSC 52); many terminals take no text this long."),
        (
            1_000_001,
            "The last reply (1,000,001 characters) is too long for a terminal's clipboard; /copy --file saves it.",
        ),
    ],
)
def test_a_text_too_long_for_a_terminal_is_not_said_to_be_copied(count: int, sentence: str) -> None:
    def long() -> Script:
        return Script().turn("go").post(ReplyCompleted(Message("assistant", "x" * count), None)).end_turn()

    async def scenario(stage: Stage) -> None:
        await command(stage, "/copy")
        await hears(stage, sentence)

    play(Scene("long", long), scenario)


@pytest.mark.parametrize(("variable", "name"), [("TMUX", "tmux"), ("STY", "screen")])
def test_what_stands_between_is_named(variable: str, name: str) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/copy")
        await hears(stage, "Sent the last reply")
        assert f"to the terminal's clipboard through {name} (OSC 52)" in said(stage)[-1]

    play(ANSWER, scenario, launch=replace(ANSWER.launch(), environment={variable: "x"}))


@pytest.mark.uses("app.copy")
def test_ctrl_c_copies_a_selection_the_same_way(tmp_path: Path) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"word", "shift+home", "ctrl+c")
        await hears(stage, "Copied the selection (4 characters) with xclip.")
        assert ((tmp_path / "taken").read_text(), stage.ops) == ("word", [])

    play(ANSWER, scenario, launch=with_tool(f"cat > {tmp_path}/taken", tmp_path))


def test_what_the_mouse_selected_in_a_pane_is_copied() -> None:
    async def scenario(stage: Stage) -> None:
        region = stage.one("#output").content_region
        await stage.pilot.mouse_down(offset=(region.x, region.y))
        await stage.pilot.hover(offset=(region.x + 4, region.y))
        await stage.pilot.mouse_up(offset=(region.x + 4, region.y))
        await stage.press("ctrl+c")
        await hears(stage, "Sent the selection")
        assert stage.app.clipboard in ("test", "tests")

    play(Scene("running", running), scenario)


# ------------------------------------------------------------------ to a file


def in_folder(scenario: Scenario, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    play(ANSWER, scenario)


def test_what_was_copied_last_is_written_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/copy --file")
        assert said(stage) == ["Nothing was copied yet; /copy --file writes what was copied last."]
        await command(stage, "/copy command")
        await command(stage, "/copy --file it.sh")
        await hears(stage, f"Wrote what was copied to {tmp_path}/it.sh (39 bytes).")
        assert (tmp_path / "it.sh").read_text() == "python -m pytest -q tests/test_stats.py"

    in_folder(scenario, tmp_path, monkeypatch)


# ------------------------------------------------------------------ the whole of it


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.uses("/export")
def test_a_conversation_is_written_to_the_current_folder_for_its_user_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, "/export")
        await hears(stage, f"Wrote the conversation to {tmp_path}/pygent-2026-")
        (written,) = (tmp_path / name for name in names(tmp_path))
        assert (written.suffix, written.stat().st_mode & 0o777) == (".md", 0o600)
        assert written.read_text().startswith("# Pygent\n\n## Session: demo works in a Docker container, in /home/user/project\n")

    in_folder(scenario, tmp_path, monkeypatch)


def test_a_file_is_written_over_only_after_a_yes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(stage: Stage) -> None:
        (tmp_path / "talk.txt").write_text("mine")
        for key, left in (("enter", "mine"), ("y", None)):
            await command(stage, "/export talk.txt")
            await stage.until(lambda: isinstance(stage.app.screen, Confirm))
            await stage.press(key)
            await stage.until(written(stage) if left is None else lambda: not isinstance(stage.app.screen, Confirm))
            assert ((tmp_path / "talk.txt").read_text() == "mine") is (left is not None)
        assert names(tmp_path) == ["talk.txt"], "nothing half written stays"

    def written(stage: Stage) -> Callable[[], object]:
        return lambda: any(sentence.startswith(f"Wrote the conversation to {tmp_path}/talk.txt") for sentence in said(stage))

    in_folder(scenario, tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("no/such/folder.md", "no/such/folder.md could not be written: No such file or directory."),
        ("~nobody-here/it.md", "~nobody-here/it.md could not be written: No such file or directory."),
        ("talk.pdf", "A conversation is written as .md, .txt or .jsonl, not as .pdf."),
    ],
)
def test_what_cannot_be_written_is_said(name: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(stage: Stage) -> None:
        await command(stage, f"/export {name}")
        await stage.until(lambda: any(each.endswith(sentence) for each in said(stage)))
        assert names(tmp_path) == []

    in_folder(scenario, tmp_path, monkeypatch)
