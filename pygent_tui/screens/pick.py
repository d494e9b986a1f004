"""A list to choose from, or to switch things on and off in. Typing filters it; knows nothing of what is listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from pygent_engine.frozen import frozen

from ..bound import key_of, keys_of
from ..widgets.in_turn import after_typing
from ..widgets.keys import Keys
from ..widgets.sanitise import one_line

_MARKS = {True: "● ", False: "○ ", None: ""}


@frozen
class Item:
    """One line of the list. `key` is handed back; `on` is shown as a mark, None as no mark."""

    key: str
    label: str
    note: str = ""
    on: bool | None = None


class Pick(ModalScreen[str | None]):
    """Dismissed with the key of the item that was chosen, None when the list was left.

    With `switch` Enter calls it with the key and the list stays; what came of it is told with `show`. `look` is called with
    the key under the cursor whenever that is another one. `hint` says what can be done when the list is not enough.
    """

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("enter", "choose", "Choose, or switch", id="pick.choose", show=False, priority=True),
        Binding("escape", "leave", "Close the list", id="pick.close", show=False, priority=True),
        Binding("up", "move(-1)", "Up", id="pick.up", show=False, priority=True),
        Binding("down", "move(1)", "Down", id="pick.down", show=False, priority=True),
        Binding("pageup", "move(-8)", "A page up", id="pick.page-up", show=False, priority=True),
        Binding("pagedown", "move(8)", "A page down", id="pick.page-down", show=False, priority=True),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012 - as above

    DEFAULT_CSS = """
    Pick Input, Pick Input:focus { border: none; height: 1; padding: 0 1; margin-bottom: 1; background: $panel; }
    Pick OptionList { border: none; height: auto; max-height: 16; padding: 0; background: $surface; scrollbar-size-vertical: 1; }
    Pick OptionList { text-wrap: nowrap; text-overflow: ellipsis; }
    Pick.-short .dialog { padding: 0 1; max-height: 100%; }
    Pick.-short Input, Pick.-short Input:focus, Pick.-short Keys { margin: 0; }
    Pick.-short .muted { display: none; }
    Pick.-short OptionList { max-height: 6; }
    Pick OptionList > .option-list--option-highlighted { background: $panel; text-style: bold; color: $foreground; }
    Pick .muted { margin-top: 1; }
    """

    def __init__(
        self,
        title: str,
        items: Sequence[Item],
        *,
        verb: str = "choose",
        hint: str = "",
        at: str = "",
        switch: Callable[[str], object] | None = None,
        look: Callable[[str], object] = lambda key: None,
    ) -> None:
        super().__init__()
        self._title = title
        self._items = tuple(items)
        self._verb = verb
        self._hint = hint
        self._at = at
        self._switch = switch
        self._look = look
        self._shown: tuple[Item, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield Input(placeholder="Type to filter", id="pick-filter", compact=True)
            choices = OptionList(id="pick-list", markup=False)
            choices.can_focus = False
            yield choices
            if self._hint:
                yield Static(Content(self._hint), classes="muted")
            moves = keys_of(self, "pick.up", "pick.down")
            yield Keys((key_of(self, "pick.choose"), self._verb), (moves, "move"), (key_of(self, "pick.close"), "close"))

    def on_mount(self) -> None:
        field = self.query_one(Input)
        field.cursor_blink = False
        field.focus()
        self._list(self._at)

    def show(self, items: Sequence[Item]) -> None:
        """The list as it stands now; the cursor stays on its item."""
        self._items = tuple(items)
        if self.is_mounted:
            self._list(self.current)

    @property
    def current(self) -> str:
        """The key under the cursor, "" when nothing fits the filter."""
        at = self.query_one(OptionList).highlighted
        return self._shown[at].key if at is not None and at < len(self._shown) else ""

    @on(Input.Changed)
    def _filter(self) -> None:
        self._list(self.current)

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        self._look(self._shown[event.option_index].key)

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        after_typing(self, self._choose)

    def _choose(self) -> None:
        self._list(self.current)  # by all that stands in the field; of its last letters the list is told later
        key = self.current
        if not key:
            return
        if self._switch is not None:
            self._switch(key)
        else:
            self.dismiss(key)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_move(self, lines: int) -> None:
        after_typing(self, lambda: self._move(lines))

    def _move(self, lines: int) -> None:
        choices = self.query_one(OptionList)
        if self._shown:
            choices.highlighted = max(0, min(len(self._shown) - 1, (choices.highlighted or 0) + lines))

    def _list(self, at: str) -> None:
        words = self.query_one(Input).value.lower().split()
        self._shown = tuple(item for item in self._items if all(word in f"{item.label} {item.note}".lower() for word in words))
        choices = self.query_one(OptionList)
        choices.set_options([Option(_drawn(item)) for item in self._shown] or [Option(Content("nothing fits"), disabled=True)])
        places = [place for place, item in enumerate(self._shown) if item.key == at]
        choices.highlighted = (places[0] if places else 0) if self._shown else None


def _drawn(item: Item) -> Content:
    mark = (_MARKS[item.on], "$text-success" if item.on else "$text-muted")
    note = f"  {one_line(item.note)}" if item.note else ""
    return Content.assemble(mark, (one_line(item.label), "$foreground"), (note, "$text-muted"))
