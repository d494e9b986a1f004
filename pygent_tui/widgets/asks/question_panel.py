"""Shows a question of the model: its options as a list to pick from, and a field for an answer in own words."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from pygent_engine.untrusted import clean, clean_line
from pygent_engine.values import Question

from ...bound import keys_of
from ...views.exact import Line
from ..keys import Key
from ..request import Request
from .answer_field import AnswerField
from .ask_panel import AskPanel, story, whose

NO_ANSWER = "(the user gave no answer)"
_AT_ONCE = 9  # as many options have a number of one figure, which picks them


class QuestionPanel(AskPanel):
    """Posts `Answered` once. Options are chosen with Up, Down and Enter, or by their number."""

    DEFAULT_CSS = "QuestionPanel { border: round $secondary; border-title-color: $text-secondary; }"

    class Answered(Request):
        """The user's answer to `call_id`."""

        def __init__(self, call_id: str, text: str) -> None:
            super().__init__()
            self.call_id = call_id
            self.text = text

    def __init__(
        self, question: Question, task_title: str, quiet_s: float, typed_at: float, draft: str = "", recent: tuple[str, ...] = ()
    ) -> None:
        super().__init__(question.call_id, f"The agent asks{whose(question.task_id, task_title)}", quiet_s, typed_at)
        self._prompt = tuple(Line(((line, False),)) for line in clean(question.prompt).split("\n"))
        self._options = question.options
        self._story = story(recent)
        self._option = 0
        self._typed_number = ""
        self._leaving = False
        self._field = AnswerField("Your answer; Ctrl+J breaks the line")
        self._field.text = draft

    @property
    def matter(self) -> int:
        return len(self._lines()) - len(self._story)

    @property
    def key_labels(self) -> dict[str, str]:
        return {"asks.up": ""} if self._options else super().key_labels  # its own keys say that they move

    @property
    def draft(self) -> str:
        """The answer in own words as far as it was written."""
        return self._field.text

    def compose(self) -> ComposeResult:
        self._field.display = not self._options or bool(self.draft)
        self.body.show(self._lines())
        yield self.waiting
        yield self.body
        with Vertical(classes="answers"):
            yield self._field
            yield self.keys

    def on_mount(self) -> None:
        self._field.move_cursor(self._field.document.end)

    def answers(self) -> tuple[Key, ...]:
        if self._leaving:
            return (("Esc", "again: no answer", "again: none"), ("any other key", "back", "back"))
        if not self._options:
            return (("Enter", "send", "send"), ("Ctrl+J", "new line", ""), ("Esc Esc", "no answer", "none"))
        if self._field.has_focus:
            return (("Enter", "send", "send"), ("Ctrl+J", "new line", ""), ("Esc", "back to the list", "list"))
        return (
            (keys_of(self, "asks.up", "asks.down"), "move", "move"),
            ("a-z", "own words", "text"),
            ("Enter", "choose", "choose"),
            ("Esc Esc", "no answer", "none"),
        )

    def action_move(self, step: int) -> None:
        if self._options:
            self._go((self._option + step) % (len(self._options) + 1))
        else:
            super().action_move(step)

    def action_page(self, step: int) -> None:
        if self._options:
            self._go(max(0, min(len(self._options), self._option + step * max(1, self.body.size.height - 1))))
        else:
            super().action_page(step)

    async def on_key(self, event: events.Key) -> None:
        if self._field.has_focus:
            self._in_field(event)
            return
        if await self.run_bound(event) or not (event.is_printable or event.key in ("escape", "enter")):
            self._stay()
            return
        if self.admits(event):
            self._choose(event)
        event.stop()
        event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """A paste begins an answer, and sends none."""
        event.stop()
        event.prevent_default()  # or it would go into the prompt
        self._write("")
        self._field.take(event.text)

    def on_answer_field_submitted(self, event: AnswerField.Submitted) -> None:
        event.stop()
        if event.text:
            self.answer_with(self.Answered(self.call_id, event.text))

    def _in_field(self, event: events.Key) -> None:
        if event.key != "escape":
            self._stay()
            return
        event.stop()
        if self._options:
            self._field.display = False
            self.focus()
        else:
            self._leave()

    def _choose(self, event: events.Key) -> None:
        if event.key == "escape":
            self._leave()
            return
        self._stay()
        if self._options and event.key == "enter":
            self._pick(self._option)
        elif self._options and event.character is not None and event.character in "0123456789":
            self._number(event.character)
        else:
            self._write(event.character or "")

    def _leave(self) -> None:
        """No answer, once it is said twice."""
        if self._leaving:
            self.answer_with(self.Answered(self.call_id, NO_ANSWER))
        self._leaving = True
        self.refresh_keys()

    def _stay(self) -> None:
        if self._leaving:
            self._leaving = False
            self.refresh_keys()

    def _write(self, character: str) -> None:
        """Free text: what was typed is its beginning."""
        self._field.display = True
        self._field.focus()
        if character.isprintable():
            self._field.insert(character)
        self.refresh_keys()

    def _number(self, figure: str) -> None:
        """Go to an option by its number; a number of one figure is the answer where no other begins with it."""
        if len(self._options) <= _AT_ONCE:
            if figure != "0":
                self._pick(int(figure) - 1)
            return
        wanted = int(self._typed_number + figure)
        if not 0 < wanted <= len(self._options):
            wanted = int(figure)
        if 0 < wanted <= len(self._options):
            self._go(wanted - 1)
            self._typed_number = str(wanted)

    def _pick(self, index: int) -> None:
        if index < len(self._options):
            self.answer_with(self.Answered(self.call_id, self._options[index]))
        elif index == len(self._options):
            self._write("")

    def _go(self, index: int) -> None:
        self._option, self._typed_number = index, ""
        self.body.show(self._lines())
        self.body.reveal(len(self._prompt) + 1 + index if index else 0)

    def _lines(self) -> tuple[Line, ...]:
        return (*self._prompt, *(self._list() if self._options else ()), *self._story)

    def _list(self) -> Iterator[Line]:
        yield Line(())
        wide = len(str(len(self._options)))
        for index, text in enumerate((*self._options, "other: write an answer")):
            sign = "›" if index == self._option else " "
            number = str(index + 1) if index < len(self._options) else "…"
            role = "chosen" if index == self._option else "plain" if index < len(self._options) else "muted"
            yield Line(((clean_line(text, 2000), False),), f"{sign} {number:>{wide}}  ", " " * (wide + 4), role)
