"""What asks first is changed by commands, and told in the status bar."""

from __future__ import annotations

import pytest

from pygent_engine.events import SetApprovals, SetConfirmBash, Tuned
from pygent_engine.values import Tuning
from tests.scenes import Scene
from tests.scripts import start
from tests.support.script import Script
from tests.support.stage import Stage, play


def said(stage: Stage) -> list[str]:
    return stage.told


@pytest.mark.uses("/approvals")
def test_what_asks_is_changed_and_told_by_a_command() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/approvals never-write", "enter")
        assert stage.ops == [SetApprovals("never-write")]
        await stage.press(*"/approvals sometimes", "enter")
        await stage.press(*[*"/approvals"], "enter")
        await stage.until(lambda: len(said(stage)) == 3)
        assert said(stage) == [
            "Asked for now: every command. Tools that write are refused.",
            "There is no way to ask called 'sometimes'; there are: auto, ask, never-write.",
            "Asked for now: commands on this machine, the network, and what may be banned.",
        ]
        assert stage.ops == [SetApprovals("never-write")]
        stage.session.play(Script().post(Tuned(Tuning("demo", approvals="never-write"))).envelopes[1:])
        await stage.until(lambda: "NO WRITES" in stage.text("StatusBar"))

    play(Scene("start", start), scenario)


@pytest.mark.uses("/confirm-bash")
def test_asking_before_local_commands_is_switched_by_a_command() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"/confirm-bash off", "enter")
        await stage.press(*"/confirm-bash maybe", "enter")
        await stage.until(lambda: len(said(stage)) == 2)
        assert said(stage) == ["Commands on this machine run without a question.", "/confirm-bash takes on or off."]
        assert stage.ops == [SetConfirmBash(False)]
        stage.session.play(Script("local").post(Tuned(Tuning("demo", confirm_bash=False))).envelopes)
        await stage.until(lambda: "ASKS OFF" in stage.text("StatusBar"))

    play(Scene("start", start), scenario)


@pytest.mark.uses("/approvals", "/confirm-bash")
def test_what_is_told_to_ask_is_what_does() -> None:
    async def scenario(stage: Stage) -> None:
        stage.session.play(Script("local").post(Tuned(Tuning("demo", confirm_bash=False))).envelopes)
        await stage.until(lambda: not stage.state.tuning.confirm_bash)
        await stage.press(*"/approvals", "enter")
        await stage.press(*"/approvals ask", "enter")
        stage.session.play(Script("local").post(Tuned(Tuning("demo", confirm_bash=False, approvals="ask"))).envelopes)
        await stage.until(lambda: stage.state.tuning.approvals == "ask")
        await stage.press(*"/confirm-bash", "enter")
        await stage.press(*"/approvals auto", "enter")
        await stage.until(lambda: len(said(stage)) == 4)
        unasked = "Asked for now: the network, and what may be banned. Commands on this machine run without a question."
        assert said(stage) == [
            unasked,
            "Asked for now: every command and every write.",
            "Commands on this machine are asked for all the same, until /approvals auto.",
            unasked,
        ]

    play(Scene("start", start), scenario)
