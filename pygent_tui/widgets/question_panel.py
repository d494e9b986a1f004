"""Shows a question of the model, with its options or a line for free text."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from pygent_engine.untrusted import clean, clean_line
from pygent_engine.values import Question

from .ask_panel import AskPanel, whose
from .keys import Keys
from .request import Request

NO_ANSWER = "(the user gave no answer)"


class QuestionPanel(AskPanel):
    """Posts `Answered` once. Options are chosen with Up, Down and Enter, or by their number."""

    DEFAULT_CSS = """
    QuestionPanel { border: round $secondary; border-title-color: $text-secondary; }
    QuestionPanel .options { margin-top: 1; height: auto; }
    """

    class Answered(Request):
        """The user's answer to `call_id`."""

        def __init__(self, call_id: str, text: str) -> None:
            super().__init__()
            self.call_id = call_id
            self.text = text

    def __init__(self, question: Question, task_title: str, quiet_s: float, typed_at: float) -> None:
        super().__init__(quiet_s, typed_at)
        self.call_id = question.call_id
        self._question = question
        self._options = question.options
        self._at = 0
        self.border_title = Content(f"The agent asks{whose(question.task_id, task_title)}")

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="body", can_focus=False):
            yield Static(Content(clean(self._question.prompt)))
            if self._options:
                yield Static(self._list(), classes="options")
        with Vertical(classes="answers"):
            yield Input(placeholder="Your answer", classes="reason", select_on_focus=False)
            yield self._choices()

    def on_mount(self) -> None:
        self.query_one(Input).display = False

    def show_others(self, others: int) -> None:
        """Tell how many others wait behind this one."""
        self.border_subtitle = Content(f"{others} more waiting" if others else "")

    def on_key(self, event: events.Key) -> None:
        if event.key in ("tab", "shift+tab", "f6"):
            return
        answer = self.query_one(Input)
        if answer.has_focus:
            if event.key == "escape":
                event.stop()
                self._leave(answer)
            return
        if self.admits(event):
            self._choose(event, answer)
        event.stop()
        event.prevent_default()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self.answer_with(self.Answered(self.call_id, event.value.strip()))

    def _choose(self, event: events.Key, answer: Input) -> None:
        if event.key == "escape":
            self.answer_with(self.Answered(self.call_id, NO_ANSWER))
        elif self._options and event.key in ("up", "down"):
            self._at = (self._at + (1 if event.key == "down" else -1)) % len(self._options)
            self.query_one(".options", Static).update(self._list())
        elif self._options and event.key == "enter":
            self._pick(self._at)
        elif self._options and event.character is not None and event.character.isdecimal():
            self._pick(int(event.character) - 1)
        elif event.is_printable or event.key == "enter":
            self._write(answer, event.character or "")

    def _write(self, answer: Input, character: str) -> None:
        """Free text: what was typed is its beginning."""
        answer.display = True
        answer.focus()
        if character.isprintable():
            answer.insert_text_at_cursor(character)

    def _leave(self, answer: Input) -> None:
        if self._options:
            answer.value = ""
            answer.display = False
            self.focus()
        else:
            self.answer_with(self.Answered(self.call_id, NO_ANSWER))

    def _pick(self, index: int) -> None:
        if 0 <= index < len(self._options):
            self.answer_with(self.Answered(self.call_id, self._options[index]))

    def _list(self) -> Content:
        rows: list[tuple[str, str]] = []
        for index, option in enumerate(self._options):
            chosen = index == self._at
            rows.append((f"{'›' if chosen else ' '} {index + 1}  {clean_line(option)}", "bold $text-primary" if chosen else ""))
            rows.append(("\n" if index < len(self._options) - 1 else "", ""))
        return Content.assemble(*(row for row in rows if row[0]))

    def _choices(self) -> Keys:
        if self._options:
            return Keys(("↑↓", "move"), ("Enter", "choose"), ("a-z", "answer in your words"), ("Esc", "no answer"))
        return Keys(("Enter", "send"), ("Esc", "no answer"))
