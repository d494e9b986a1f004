"""A form: fields to write in or to choose in, one line that says what it would do. Knows nothing of what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Static, TextArea

from pygent_engine.frozen import frozen

from ..bound import key_of
from ..views.written import Field, Values, Verdict
from ..widgets.asks.answer_field import AnswerField
from ..widgets.board.cycle import Cycle
from ..widgets.board.path_field import PathField, Search
from ..widgets.in_turn import after_typing
from ..widgets.keys import Key, Keys
from ..widgets.popup import Popup
from ..widgets.roles import STYLES, drawn
from ..widgets.sanitise import one_line


@frozen
class Filled:
    """A form that was left: what stands in it, and whether it was sent."""

    values: Values
    sent: bool


class Lines(AnswerField):
    """Several lines of text: Enter breaks the line."""

    def __init__(self, placeholder: str, name: str) -> None:
        super().__init__(placeholder)
        self.id = name
        self.remove_class("reason")

    def on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self.insert("\n")


class Form(ModalScreen[Filled]):
    """`rows` are its fields, several may stand beside each other; `verdict` says what they would do; `verb` names that. `search`
    finds paths for those that take some."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("ctrl+s,ctrl+enter", "send", "Send the form", id="form.send", show=False, priority=True),
        Binding("escape", "leave", "Leave the form; what was written is kept", id="form.leave", show=False, priority=True),
        # With priority, so that what is typed in one batch with it comes into the next field.
        Binding("tab", "go(1)", "Next field", id="form.next", show=False, priority=True),
        Binding("shift+tab", "go(-1)", "Field before", id="form.previous", show=False, priority=True),
        Binding("enter", "on", "Next field; in the last one, send the form", id="form.on", show=False),
        Binding("down", "move(1)", "Next field, or next path", id="form.down", show=False),
        Binding("up", "move(-1)", "Field before, or path before", id="form.up", show=False),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 - as above

    DEFAULT_CSS = """
    Form .fields { height: auto; max-height: 100%; }
    Form .row { height: auto; }
    Form .label { width: 9; color: $text-muted; }
    Form Input, Form Input:focus { border: none; height: 1; width: 1fr; padding: 0 1; background: $panel; }
    Form .label.-second { padding-left: 1; }
    Form Input:focus { background: $primary-muted; }
    Form Lines, Form Lines:focus { width: 1fr; min-height: 3; max-height: 8; background: $panel; }
    Form Lines:focus { background: $primary-muted; }
    Form Cycle { width: 1fr; }
    Form .row.-spaced { margin-bottom: 1; }
    Form .verdict { margin-top: 1; min-height: 1; }
    Form #form-send { margin-top: 1; height: 1; min-width: 10; background: $panel; color: $text-primary; }
    Form #form-send:focus { background: $primary; color: $background; text-style: bold; }
    Form Button:nocolor:focus { text-style: bold reverse; }
    Form.-short .verdict, Form.-short #form-send, Form.-short .row.-spaced { margin: 0; }
    Form.-short Lines, Form.-short Lines:focus { min-height: 2; max-height: 3; }
    """

    def __init__(
        self, title: str, rows: Sequence[Sequence[Field]], verdict: Callable[[Values], Verdict], verb: str, search: Search | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._rows = rows
        self._verdict = verdict
        self._verb = verb
        self._search = search
        self._known: tuple[str, ...] = ()
        self._keys = Keys()
        self._popups: list[Popup] = []
        self._say = Static(classes="verdict")

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as dialog:
            dialog.border_title = Content(one_line(self._title))
            with VerticalScroll(classes="fields") as fields:
                fields.can_focus = False
                for row in self._rows:
                    with Horizontal(classes="row -spaced" if row[0].lines > 1 else "row"):
                        yield from self._composed(row)
                yield self._say
                yield Button(self._verb.capitalize(), id="form-send", compact=True)
            yield self._keys
            yield from self._popups  # in the dialog, for beside it they would be centred with it, and move it

    def _composed(self, row: Sequence[Field]) -> Iterator[Widget]:
        for at, field in enumerate(row):
            yield Static(Content(field.label), classes="label -second" if at else "label")
            yield self._field(field)

    def _field(self, field: Field) -> Widget:
        name = f"form-{field.name}"
        if field.choices:
            return Cycle(field.choices, field.value, id=name)
        if field.lines > 1:
            area = Lines(field.hint, name)
            area.text = field.value
            area.move_cursor(area.document.end)  # what was kept is gone on with
            return area
        if field.paths and self._search is not None:
            paths = PathField(field.value, field.hint, self._search, id=name)
            self._popups.append(paths.popup)
            return paths
        line = Input(field.value, field.hint, id=name, select_on_focus=field.replaced)
        line.cursor_blink = False
        return line

    def on_mount(self) -> None:
        first = self.query_one(f"#form-{self._rows[0][0].name}")
        first.focus()
        self._judge()

    # ------------------------------------------------------------ attributes down

    @property
    def values(self) -> Values:
        """What stands in the fields."""
        return {field.name: self._value(field) for row in self._rows for field in row}

    @property
    def known(self) -> tuple[str, ...]:
        """The paths that can be completed, sorted."""
        return self._known

    @property
    def writing_path(self) -> bool:
        """Whether a path is being written that fits some of those."""
        return self._paths is not None

    def know(self, paths: Sequence[str]) -> None:
        """These paths can be completed."""
        self._known = tuple(sorted(paths))
        if self.is_mounted:
            self._judge()
            for field in self.query(PathField):
                field.look()

    def _value(self, field: Field) -> str:
        widget = self.query_one(f"#form-{field.name}")
        if isinstance(widget, Cycle):
            return widget.value
        return widget.text if isinstance(widget, Lines) else widget.value if isinstance(widget, Input) else ""

    # ------------------------------------------------------------ keys

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Cycle.Changed)
    @on(PathField.Listed)
    def _judge(self) -> None:
        verdict = self._verdict(self.values)
        self._say.update(drawn([(verdict.text, verdict.role)]))

    def on_descendant_focus(self) -> None:
        """Say what Enter does there."""
        send, enter, on, back = (key_of(self, f"form.{name}") for name in ("send", "on", "next", "leave"))
        if isinstance(self.focused, Lines):
            here: tuple[Key, ...] = ((send, self._verb), (enter, "new line", ""), (on, "next field", "next"))
        elif self._in_last:
            here = ((enter, self._verb),)
        else:
            here = ((send, self._verb), (enter, "next field", "next"))
        self._keys.show(*here, (back, "back", "back"))

    @property
    def _in_last(self) -> bool:
        """Whether no field follows the one with the focus."""
        return self.focused is not None and self.focused.id in (f"form-{self._rows[-1][-1].name}", "form-send")

    @property
    def _paths(self) -> PathField | None:
        """The field with the focus, as long as it lists paths."""
        return self.focused if isinstance(self.focused, PathField) and self.focused.popup.is_open else None

    @on(Input.Submitted)
    def action_on(self) -> None:
        """Take the path that is marked; else go to the next field, and from the last send the form."""
        if self._paths is not None and self._paths.take():
            return
        if self._in_last:
            self.action_send()
        else:
            self.focus_next()

    @on(Popup.Pressed)
    def _pressed_path(self, event: Popup.Pressed) -> None:
        event.stop()
        if self._paths is not None:
            self._paths.take()

    @on(Button.Pressed)
    def _pressed(self) -> None:
        self.action_send()

    def action_send(self) -> None:
        """Send it; what does not fit is said first."""
        after_typing(self, self._send)

    def _send(self) -> None:
        values = self.values
        verdict = self._verdict(values)
        if verdict.fits:
            self.dismiss(Filled(values, sent=True))
        else:
            self._say.update(Content.assemble((one_line(verdict.text), f"bold {STYLES['error']}")))
            self._say.scroll_visible(animate=False)

    def action_leave(self) -> None:
        if self._paths is not None:
            self._paths.popup.leave()
            return
        after_typing(self, lambda: self.dismiss(Filled(self.values, sent=False)))

    def action_go(self, step: int) -> None:
        if step < 0:
            self.focus_previous()
        elif self._paths is None or not self._paths.take():
            self.focus_next()

    def action_move(self, step: int) -> None:
        if self._paths is not None:
            self._paths.popup.move(step)
        else:
            self.action_go(step)
