"""Every theme, ours and Textual's, can be read: contrasts as WCAG 2 counts them."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from pygent_tui.colours import nearest
from pygent_tui.theme import DARK, EDGE, GROUNDS, LABELS, LIGHT, MUTED, TEXT, Painted, contrast, of_the_terminal, readable, themes

ALL = [*themes(), *BUILTIN_THEMES.values()]
VOICES = ("text-primary", "text-secondary", "text-success", "text-warning", "text-error", "text-accent")


def variables(theme: Theme) -> dict[str, str]:
    return {**theme.to_color_system().generate(), **theme.variables}


def named(theme: Theme) -> str:
    return theme.name


def unchanged(color: Color) -> Color:
    return color


PAINTED = pytest.mark.parametrize("painted", [unchanged, nearest], ids=["all-colours", "256-colours"])


@pytest.mark.parametrize(("one", "other", "said"), [("#000", "#fff", 21.0), ("#777", "#777", 1.0), ("#767676", "#fff", 4.54)])
def test_contrast_is_counted_as_wcag_does(one: str, other: str, said: float) -> None:
    assert contrast(Color.parse(one), Color.parse(other)) == contrast(Color.parse(other), Color.parse(one)) == pytest.approx(said, abs=0.01)


@pytest.mark.parametrize("theme", [theme for theme in ALL if not theme.ansi], ids=named)
@PAINTED
def test_text_can_be_read_on_every_ground_of_the_theme(theme: Theme, painted: Painted) -> None:
    shown = readable(theme, variables(theme), painted)
    least = {"foreground": TEXT, "text-muted": 3.0, "border": EDGE, **dict.fromkeys(VOICES, TEXT)}
    found = {(name, ground): contrast(Color.parse(shown[name]), Color.parse(shown[ground])) for name in least for ground in GROUNDS}
    assert {pair: ratio for pair, ratio in found.items() if ratio < least[pair[0]]} == {}
    assert MUTED >= 3.0


@pytest.mark.parametrize("theme", [theme for theme in ALL if not theme.ansi], ids=named)
@PAINTED
def test_a_badge_and_a_key_can_be_read_on_their_own_ground(theme: Theme, painted: Painted) -> None:
    shown = readable(theme, variables(theme), painted)
    found = {name: contrast(Color.parse(shown[f"text-{name}"]), Color.parse(shown[f"{name}-muted"])) for name in LABELS}
    assert {name: ratio for name, ratio in found.items() if ratio < TEXT} == {}


@pytest.mark.parametrize("theme", [theme for theme in ALL if not theme.ansi], ids=named)
def test_a_pane_without_focus_has_a_border_that_is_seen_but_less_than_the_focused_one(theme: Theme) -> None:
    shown = {name: Color.parse(value) for name, value in readable(theme, variables(theme)).items() if name.startswith(("border", "back"))}
    assert 1.45 <= contrast(shown["border-blurred"], shown["background"]) < contrast(shown["border"], shown["background"])


@pytest.mark.parametrize("theme", [theme for theme in ALL if theme.ansi], ids=named)
def test_in_the_terminals_own_colours_text_stands_on_the_terminals_own_ground(theme: Theme) -> None:
    shown = readable(theme, variables(theme))
    grounds = {shown[name] for name in (*GROUNDS, *(f"{label}-muted" for label in LABELS))}
    assert grounds <= {"ansi_default", "transparent"}
    assert shown["text-muted"] == shown["foreground"] == "ansi_default"
    assert all(shown[name] != shown["text-primary"] for name in VOICES[1:]), "what is headed and what is told apart"


@pytest.mark.parametrize("name", VOICES)
def test_on_a_black_terminal_the_colours_can_be_read_as_they_are_in_most_terminals(name: str) -> None:
    usual = {"cyan": "#00cdcd", "bright_magenta": "#ff00ff", "green": "#00cd00", "yellow": "#cdcd00", "bright_red": "#ff0000"}  # xterm's
    theme = BUILTIN_THEMES["ansi-dark"]
    color = readable(theme, variables(theme))[name].removeprefix("ansi_")
    assert contrast(Color.parse(usual[color]), Color.parse("#000")) >= TEXT


@pytest.mark.parametrize("theme", themes(), ids=named)
def test_our_own_themes_need_no_mending_but_their_muted_text(theme: Theme) -> None:
    before, after = variables(theme), readable(theme, variables(theme))
    changed = {name for name in after if after[name].lower() != before[name].lower()}
    assert changed == {"text-muted"}


@pytest.mark.parametrize("theme", themes(), ids=named)
def test_with_256_colours_ours_keep_their_grounds_and_voices_apart(theme: Theme) -> None:
    shown = readable(theme, variables(theme), nearest)
    assert len({shown[name] for name in GROUNDS}) == len(GROUNDS)
    voices = {"foreground", "text-muted", *VOICES} - {"text-accent"}  # code has the colour of what warns
    assert len({shown[name] for name in voices}) == len(voices)


def test_a_terminal_with_few_colours_has_a_theme_of_its_own() -> None:
    assert all(BUILTIN_THEMES[of_the_terminal(dark)].ansi and BUILTIN_THEMES[of_the_terminal(dark)].dark is dark for dark in (True, False))


def test_ours_are_one_dark_and_one_light() -> None:
    assert [(theme.name, theme.dark) for theme in themes()] == [(DARK, True), (LIGHT, False)]
