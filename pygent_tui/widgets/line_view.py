"""The base of every pane: a virtualised view of lines that draws only what is visible and never jumps while it is read."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from time import monotonic
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.binding import Binding
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from ..bound import key_of
from .sanitise import safe_strip
from .search.search_host import SearchHost

_LOAD = 4
"""After an update that took T, the next one waits at least this many T: a slow terminal gets fewer, not a frozen one."""


class LineView(SearchHost, can_focus=True):
    """Lines by index. It follows the end until the user scrolls up, and again when the end is reached.

    A subclass keeps its state, calls `touch` when it changed, and gives `reflow` (called at most once in
    INTERVAL seconds, and when the size changes) and `line`.
    """

    INTERVAL: ClassVar[float] = 1 / 20
    FOLLOWS: ClassVar[bool] = True
    MARGIN: ClassVar[int] = 0
    """So many characters at the left are signs of the pane's own; they are not copied."""

    INVITATION: ClassVar[tuple[str, ...]] = ()
    """What a pane without content says, a paragraph each."""

    BINDINGS = [  # noqa: RUF012 - Textual's own declaration
        Binding("up,k", "scroll_up", "Up", id="pane.up", show=False),
        Binding("down,j", "scroll_down", "Down", id="pane.down", show=False),
        Binding("pageup", "page_up", "A page up", id="pane.page-up", show=False),
        Binding("pagedown", "page_down", "A page down", id="pane.page-down", show=False),
        Binding("home,g", "scroll_home", "To the top", id="pane.top", show=False),
        Binding("end,G", "scroll_end", "To the end", id="pane.end", show=False),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"line--{name}" for name in ("text", "muted", "strong", "user", "agent", "ok", "warn", "error", "code", "block", "cursor")
    } | {f"line--{name}" for name in ("keyword", "string", "comment", "number", "name", "heading", "link", "match", "found")}

    DEFAULT_CSS = """
    LineView {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size: 0 1;
        scrollbar-color: $border-blurred;
        scrollbar-color-hover: $primary-muted;
        scrollbar-color-active: $primary;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
        background: $background;
        color: $foreground;
        & > .line--text { color: $foreground; }
        & > .line--muted { color: $text-muted; }
        & > .line--strong { color: $foreground; text-style: bold; }
        & > .line--user { color: $text-secondary; text-style: bold; }
        & > .line--agent { color: $text-primary; text-style: bold; }
        & > .line--ok { color: $text-success; }
        & > .line--warn { color: $text-warning; }
        & > .line--error { color: $text-error; }
        & > .line--code { color: $text-accent; background: $surface; }
        & > .line--block { color: $foreground; background: $surface; }
        & > .line--cursor { background: $panel; text-style: bold; }
        &:nocolor > .line--cursor, &:ansi > .line--cursor { text-style: bold reverse; }
        & > .line--heading { color: $text-primary; text-style: bold; }
        & > .line--link { color: $text-primary; text-style: underline; }
        & > .line--keyword { color: $text-secondary; }
        & > .line--string { color: $text-success; }
        & > .line--comment { color: $text-muted; text-style: italic; }
        & > .line--number { color: $text-warning; }
        & > .line--name { color: $text-primary; }
        & > .line--match { color: $text-warning; background: $warning-muted; text-style: underline; }
        & > .line--found { color: $text-warning; text-style: bold reverse; }
    }
    """

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.following = self.FOLLOWS
        self._base: Style | None = None  # kept, for it is put together anew for each line
        self._placing = False
        self._painting = False
        self._due = 0.0
        self._waiting: Timer | None = None
        self._said_below = ""

    # ------------------------------------------------------------ what a subclass gives

    def reflow(self) -> None:
        """Bring lines and extent up to date with the state; ends in `set_extent`."""
        raise NotImplementedError

    def line(self, y: int) -> Strip:
        """The line at `y`, at its full width."""
        raise NotImplementedError

    def scrolled(self) -> None:
        """The user moved to another place."""

    @property
    def invitation(self) -> tuple[str, ...]:
        """What an empty pane says, a paragraph each."""
        return self.INVITATION

    def empty_lines(self) -> list[str]:
        """The invitation, folded to the width of the pane."""
        width = max(1, self.page.width - 2)
        return [line for paragraph in self.invitation for line in wrap(paragraph, width) or [""]]

    def empty_line(self, y: int) -> Strip:
        lines = self.empty_lines()
        return self.row((f" {lines[y]}", "muted")) if y < len(lines) else self.row()

    # ------------------------------------------------------------ updates

    def touch(self) -> None:
        """The state changed: show it now, or as soon as the last update is INTERVAL seconds old."""
        if self._waiting is None and self.is_mounted:
            wait = self._due - monotonic()
            if wait <= 0:
                self.flush()
            else:
                self._waiting = self.set_timer(wait, self.flush)

    def flush(self) -> None:
        """Show the state as it is, without waiting."""
        if self._waiting is not None:
            self._waiting.stop()
            self._waiting = None
        if not self.size:
            return
        began = monotonic()
        self.reflow()
        self._due = began + max(self.INTERVAL, _LOAD * (monotonic() - began))
        self.refresh()

    def on_resize(self) -> None:
        self.flush()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._base = None
        self.restyled()

    def restyled(self) -> None:
        """Colours may have changed."""

    def set_extent(self, lines: int, width: int, top: int) -> None:
        """There are `lines` lines now, of at most `width` cells; `top` is shown first, unless the end is followed."""
        extent = Size(width, lines)
        if extent != self.virtual_size:
            self._extend(extent)
        self._place(max(0, lines - self.page.height) if self.following else top)
        below = self.more_below
        if below != self._said_below:
            self._said_below = below
            self.border_subtitle = Content(below) if below else None

    @property
    def more_below(self) -> str:
        """What the lower border says."""
        left = self.FOLLOWS and not self.following and self.scroll_offset.y < self.max_scroll_y
        return f"{key_of(self, 'pane.end')} ↓ newest" if left else ""

    def _extend(self, extent: Size) -> None:
        """Textual lays out the whole screen for a new virtual size; a bar that is there and stays only needs to know it."""
        stays = self.show_vertical_scrollbar and extent.height > self.container_size.height
        if not stays or extent.width != self.virtual_size.width:
            self.virtual_size = extent
            return
        self.set_reactive(ScrollView.virtual_size, extent)
        self.vertical_scrollbar.window_virtual_size = extent.height

    def _place(self, top: int) -> None:
        self._placing = True
        self.scroll_target_y = self.scroll_y = top
        self._placing = False

    def watch_show_vertical_scrollbar(self, shown: bool) -> None:
        if shown:  # a bar that appears stands at the top, whatever line is shown
            self.vertical_scrollbar.position = self.scroll_y

    # ------------------------------------------------------------ scrolling

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if not self._placing and round(old_value) != round(new_value):
            self.following = self.FOLLOWS and new_value >= self.max_scroll_y
            self.scrolled()

    def jump(self, top: int) -> None:
        """Show the line `top` first, at once: an animation would chase an end that moves."""
        self.scroll_to(y=top, animate=False)

    def action_scroll_up(self) -> None:
        self.jump(self.scroll_offset.y - 1)

    def action_scroll_down(self) -> None:
        self.jump(self.scroll_offset.y + 1)

    def action_page_up(self) -> None:
        self.jump(self.scroll_offset.y - self.page.height + 1)

    def action_page_down(self) -> None:
        self.jump(self.scroll_offset.y + self.page.height - 1)

    def action_scroll_home(self) -> None:
        self.jump(0)

    def action_scroll_end(self) -> None:
        self.following = self.FOLLOWS
        self.jump(self.max_scroll_y)
        self.flush()

    # ------------------------------------------------------------ drawing

    def look(self, name: str) -> Style:
        """The style of one role of text, in the colours of the theme."""
        return self.get_component_rich_style(f"line--{name}")

    def under_cursor(self, strip: Strip) -> Strip:
        """`strip` as the line of the cursor: on one ground to its end, also where colours are reversed."""
        ground = self.look("cursor")
        ink = ground.color if ground.reverse else None
        under = Style(color=ink, bgcolor=ground.bgcolor, bold=ground.bold, reverse=ground.reverse)
        line = strip.adjust_cell_length(self.page.width, ground)
        return Strip([Segment(text, under if style is None else style + under) for text, style, _ in line])

    def render_line(self, y: int) -> Strip:
        x, top = self.scroll_offset
        width = self.page.width
        base = self._base = self._base or self.rich_style
        line = top + y
        if line >= self.virtual_size.height:
            return Strip.blank(self.size.width, base)
        strip = safe_strip(self.line(line)).apply_style(base)
        strip = self._selected(strip, line).crop_extend(x, x + width, base)
        return strip if self._painting else strip.apply_offsets(x, line)

    def render_lines(self, crop: Region) -> list[Strip]:
        """What is painted needs no offsets, which only a selection asks for, line by line: they would give each piece a style of
        its own, and Textual's memory of styles would never know one again."""
        self._painting = True
        try:
            return super().render_lines(crop)
        finally:
            self._painting = False

    def _selected(self, strip: Strip, line: int) -> Strip:
        span = self.text_selection.get_span(line) if self.text_selection is not None else None
        if span is None:
            return strip
        text = Text(end="")
        for part, style, _ in strip:
            text.append(part, style)
        text.stylize(self.screen.get_component_rich_style("screen--selection"), span[0], None if span[1] == -1 else span[1])
        return Strip(text.render(self.app.console))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        last = self.virtual_size.height - 1
        first = selection.start.y if selection.start else 0
        end = min(last, selection.end.y if selection.end else last)
        copied = [("\n" * (y > first and not self.joined(y))) + self._copied(selection, y) for y in range(first, end + 1)]
        return "".join(copied), "\n"

    def _copied(self, selection: Selection, y: int) -> str:
        start, stop = selection.get_span(y) or (0, 0)
        text = safe_strip(self.line(y)).text
        copied = text[max(start, self.MARGIN) : None if stop == -1 else stop]
        return copied if self.joined(y + 1) else copied.rstrip()

    def joined(self, y: int) -> bool:
        """Whether the line at `y` only continues the one before, for want of room."""
        return False

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def row(self, *parts: tuple[str, str]) -> Strip:
        """A line of (text, role) parts."""
        return strip_of((text, self.look(role)) for text, role in parts)


def strip_of(parts: Iterable[tuple[str, Style]]) -> Strip:
    return Strip([Segment(text, style) for text, style in parts if text])
