"""Draws markdown and code in the colours of the theme. The only module that imports a markdown parser or a highlighter.

It is imported when the first reply is drawn, not at start. (pygments ships no types.)
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from io import StringIO

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, HorizontalRule, ListItem, Markdown, TableElement
from rich.rule import Rule
from rich.segment import Segment
from rich.style import Style
from rich.syntax import Syntax, SyntaxTheme
from rich.text import Text
from rich.theme import Theme

Look = Callable[[str], Style]

_MAX_LEXERS = 64
_NARROWEST = 6  # cells of a column, with the gap beside it
_ROLES = {
    Comment: "comment",
    Keyword: "keyword",
    Operator.Word: "keyword",
    String: "string",
    Number: "number",
    Name.Function: "name",
    Name.Class: "name",
    Name.Decorator: "name",
    Name.Tag: "name",
    Name.Builtin: "name",
}


class MarkdownPen:
    """Renders markdown to lines of segments, with the styles that `look` gives at the time it is made."""

    def __init__(self, look: Look) -> None:
        self._console = Console(
            file=StringIO(), color_system="truecolor", force_terminal=True, legacy_windows=False, theme=_theme(look), _environ={}
        )
        self._colors = _Colors(look, look("block"))
        self._inks = _Colors(look, Style())
        self._lexers: dict[str, Lexer | None] = {}
        # Tags are shown, not hidden: what the model wrote is what the user reads.
        self._blank = _Document(self._colors, self._lexer)
        self._parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").enable("table")

    def render(self, text: str, width: int) -> list[list[Segment]]:
        """`text` as lines of at most `width` cells."""
        document = self._blank.of(self._parser.parse(text))
        lines = self._console.render_lines(document, self._console.options.update(width=width, height=None), pad=False)
        filled = [index for index, line in enumerate(lines) if any(segment.text.strip() for segment in line)]
        return lines[filled[0] : filled[-1] + 1] if filled else []

    def code(self, text: str, path: str) -> list[Text]:
        """`text` as lines in the colours of the language that the file `path` is written in."""
        lexer = self._lexer(path, _lexer_of_file)
        if lexer is None:
            return [Text(line) for line in text.split("\n")]
        colored = Syntax("", lexer, theme=self._inks).highlight(text)
        return list(colored.split("\n", allow_blank=True))

    def _lexer(self, name: str, find: Callable[[str], Lexer] = get_lexer_by_name) -> Lexer | None:
        """Looking up an unknown name is slow, so answers are kept."""
        if name not in self._lexers:
            if len(self._lexers) >= _MAX_LEXERS:
                self._lexers.clear()
            try:
                self._lexers[name] = find(name) if name else None
            except ClassNotFound:
                self._lexers[name] = None
        return self._lexers[name]


def _lexer_of_file(path: str) -> Lexer:
    return get_lexer_for_filename(path, stripnl=False, ensurenl=False)  # a line is a line, an empty one too


class _Colors(SyntaxTheme):
    """Token colours from the roles of the theme."""

    def __init__(self, look: Look, ground: Style) -> None:
        self._ground = ground
        self._styles = {token: Style(color=look(role).color, italic=look(role).italic) for token, role in _ROLES.items()}

    def get_style_for_token(self, token_type: _TokenType) -> Style:
        token: _TokenType | None = token_type
        while token is not None:
            if token in self._styles:
                return self._ground + self._styles[token]
            token = token.parent
        return self._ground

    def get_background_style(self) -> Style:
        return Style(bgcolor=self._ground.bgcolor)


class _Document(Markdown):
    """Made once and copied for each text: rich makes a parser of its own with every one."""

    def __init__(self, colors: SyntaxTheme, lexer: Callable[[str], Lexer | None]) -> None:
        super().__init__("", hyperlinks=False)
        self.colors = colors
        self.lexer = lexer

    def of(self, tokens: list[Token]) -> _Document:
        """The document of `tokens`."""
        for token in tokens:
            token.children = [_told(child) for child in token.children or ()]
        document = copy(self)
        document.parsed = tokens
        return document


def _told(token: Token) -> Token:
    """A line ends where the model ended it. An image is not shown; its words and its address are, where it stands."""
    if token.type == "softbreak":
        return Token("hardbreak", "br", 0)
    if token.type != "image":
        return token
    return Token("text", "", 0, content=" ".join(filter(None, ("[image:", token.content, f"({token.attrs['src']})]"))))


class _Heading(Heading):
    """A heading on the left, in its own level's marks, without a box."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self.text


class _Code(CodeBlock):
    """A code block on a ground of its own."""

    @classmethod
    def create(cls, markdown: Markdown, token: Token) -> _Code:
        assert isinstance(markdown, _Document)
        made = cls((token.info or "").split(" ")[0], "")
        made.colors, made.lexer = markdown.colors, markdown.lexer(made.lexer_name)
        return made

    colors: SyntaxTheme
    lexer: Lexer | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = self.text.plain.rstrip("\n")
        yield Syntax(code, self.lexer or "text", theme=self.colors, word_wrap=True, padding=(0, 1))


class _Rule(HorizontalRule):
    """A line between two parts."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Rule(style=console.get_style("markdown.hr"))


class _Item(ListItem):
    """An item of a list; its number stands as it is written, with a dot."""

    def render_number(self, console: Console, options: ConsoleOptions, number: int, last_number: int) -> RenderResult:
        wide = len(str(last_number - 1)) + 3  # rich gives the one after the last
        style, room = console.get_style("markdown.item.number"), options.update(width=options.max_width - wide)
        for at, line in enumerate(console.render_lines(self.elements, room, style=self.style)):
            yield Segment(" " * wide if at else f"{number}. ".rjust(wide), style)
            yield from line
            yield Segment("\n")


class _Table(TableElement):
    """A table; one with more columns than there is room for is told row by row, each cell below the last."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        head = [cell.content for cell in self.header.row.cells] if self.header is not None and self.header.row is not None else []
        if len(head) * _NARROWEST <= options.max_width:
            yield from super().__rich_console__(console, options)
            return
        for number, row in enumerate(self.body.rows if self.body is not None else (), 1):
            yield Text(f"{number}.", console.get_style("markdown.item.number"))
            for name, cell in zip(head, row.cells, strict=False):
                if cell.content.plain.strip():
                    yield Text.assemble("   ", name, (": ", console.get_style("markdown.item.number")), cell.content)


_Document.elements = {
    **Markdown.elements,
    "heading_open": _Heading,
    "fence": _Code,
    "code_block": _Code,
    "table_open": _Table,
    "hr": _Rule,
    "list_item_open": _Item,
}


def _theme(look: Look) -> Theme:
    """Rich's names for the parts of markdown, in the roles of the theme."""
    heading, muted, strong = look("heading"), look("muted"), look("strong")
    styles = {
        "markdown.paragraph": look("text"),
        "markdown.text": look("text"),
        "markdown.em": Style(italic=True),
        "markdown.strong": Style(bold=True),
        "markdown.s": Style(strike=True),
        "markdown.code": look("code"),
        "markdown.code_block": look("block"),
        "markdown.block_quote": muted,
        "markdown.list": look("text"),
        "markdown.item": look("text"),
        "markdown.item.bullet": muted,
        "markdown.item.number": muted,
        "markdown.hr": muted,
        "markdown.link": look("link"),
        "markdown.link_url": muted,
        "markdown.table.border": muted,
        "markdown.table.header": strong,
        **{f"markdown.h{level}": heading if level < 3 else strong for level in range(1, 8)},
    }
    return Theme(styles)
