"""Questions of the model, answered in the real app: from the list, by number, or in own words of many lines."""

from __future__ import annotations

from textual import events

from pygent_engine.events import AnswerQuestion
from pygent_tui.widgets.asks.question_panel import NO_ANSWER
from tests.scenes import Scene, scene
from tests.scripts import question
from tests.support.pressing import QUIET_S, drawn, panel, press_at, press_at_once
from tests.support.script import Script, call
from tests.support.stage import Stage, play


def test_options_are_chosen_with_arrows_and_enter() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("down", "enter")
        assert stage.ops == [AnswerQuestion("c1", "PostgreSQL, in a container")]

    play(Scene("question", question), scenario)


def test_keys_that_come_in_one_batch_count_in_their_order() -> None:
    async def scenario(stage: Stage) -> None:
        await press_at_once(stage, "down", "down", "up", "enter")
        await stage.until(lambda: stage.ops)
        assert stage.ops == [AnswerQuestion("c1", "PostgreSQL, in a container")]

    play(Scene("question", question), scenario)


def test_options_are_chosen_by_number() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("9", "1")
        assert stage.ops == [AnswerQuestion("c1", "SQLite, in one file")]

    play(Scene("question", question), scenario)


def test_an_answer_in_own_words_begins_with_its_first_letter() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"none", "enter")
        assert stage.ops == [AnswerQuestion("c1", "none")]

    play(Scene("question", question), scenario)


def test_escape_leaves_the_own_words_first_and_then_the_question() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"none", "escape", "escape")
        assert stage.ops == []
        await stage.until(lambda: "again: no answer" in stage.text("QuestionPanel"))
        await stage.press("escape")
        assert stage.ops == [AnswerQuestion("c1", NO_ANSWER)]

    play(Scene("question", question), scenario)


def test_a_free_question_takes_text_and_an_empty_one_is_not_sent() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("enter", "enter", *"tidy", "enter")
        assert stage.ops == [AnswerQuestion("c1", "tidy")]

    play(Scene("free-question", scene("free-question").script), scenario)


def test_enter_mashed_while_a_question_appears_chooses_nothing() -> None:
    async def scenario(stage: Stage) -> None:
        at = await drawn(stage)
        await press_at(stage, panel(stage), *(("enter", at + 0.1 * count) for count in range(1, 9)))
        assert stage.ops == []

    play(Scene("question", question), scenario, quiet_s=QUIET_S)


def asking(*options: str, prompt: str = "Which?") -> Scene:
    script = Script().turn("choose").reply("", call("c1", "ask_user", prompt=prompt)).start("c1")
    return Scene("asking", lambda: script.question("c1", prompt, *options))


TWELVE = tuple(f"option {number}" for number in range(1, 13))
FREE = asking()


def test_of_more_than_nine_options_a_number_of_two_figures_goes_to_one_and_enter_takes_it() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("1", "2")
        assert stage.ops == []
        await stage.press("enter")
        assert stage.ops == [AnswerQuestion("c1", "option 12")]

    play(asking(*TWELVE), scenario)


def test_a_long_list_scrolls_with_the_choice_and_goes_around() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "option 1" in stage.text("QuestionPanel"))
        assert "option 12" not in stage.text("QuestionPanel")
        await stage.press("up", "up")
        await stage.until(lambda: "› 12  option 12" in stage.text("QuestionPanel"))
        await stage.press("down", "down")
        await stage.until(lambda: "Which?" in stage.text("QuestionPanel") and "›  1  option 1" in stage.text("QuestionPanel"))
        await stage.press("pagedown", "pagedown", "enter", *"mine", "enter")
        assert stage.ops == [AnswerQuestion("c1", "mine")]

    play(asking(*TWELVE), scenario, size=(80, 14))


def test_long_options_wrap_and_markup_stays_what_it_is() -> None:
    option = "[@click=app.quit]a long option[/] that says [bold]much[/bold] more than fits on one line of a small screen"

    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: "[@click=app.quit]" in stage.text("QuestionPanel"))
        shown = " ".join(line.strip("│ ") for line in stage.text("QuestionPanel").splitlines())
        assert option in " ".join(shown.split())

    play(asking(option, "no"), scenario, size=(60, 24))


def test_the_last_entry_of_the_list_is_an_answer_in_own_words() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("up", "enter", *"both", "enter")
        assert stage.ops == [AnswerQuestion("c1", "both")]

    play(asking("this", "that"), scenario)


def test_an_answer_may_have_many_lines() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("a", "ctrl+j", "b", "enter")
        assert stage.ops == [AnswerQuestion("c1", "a\nb")]

    play(FREE, scenario)


def test_a_paste_of_many_lines_begins_an_answer_and_sends_none() -> None:
    async def scenario(stage: Stage) -> None:
        panel(stage).post_message(events.Paste("one\r\ntwo\x1b\n"))
        await stage.press("x", "enter")
        assert stage.ops == [AnswerQuestion("c1", "one\ntwo\u241b\nx")]

    play(FREE, scenario)


def test_escape_is_no_answer_only_when_it_is_pressed_twice() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press("escape", "down", "escape")
        assert stage.ops == []
        await stage.press("escape")
        assert stage.ops == [AnswerQuestion("c1", NO_ANSWER)]

    play(asking("this", "that"), scenario)


def test_escape_leaves_a_free_answer_only_when_it_is_pressed_twice_and_any_other_key_goes_on() -> None:
    async def scenario(stage: Stage) -> None:
        await stage.press(*"ab", "escape", "c", "enter")
        assert stage.ops == [AnswerQuestion("c1", "abc")]

    play(FREE, scenario)
