"""The two colour schemes of the app. The only place where a colour is written down; the rest names variables."""

from __future__ import annotations

from textual.theme import Theme

DARK = "pygent-dark"
LIGHT = "pygent-light"


def themes() -> tuple[Theme, Theme]:
    """The dark and the light theme."""
    return (
        Theme(
            name=DARK,
            primary="#7fb4e6",
            secondary="#a6a1d8",
            accent="#e6b673",
            foreground="#d7dce2",
            background="#11151a",
            surface="#161b21",
            panel="#202730",
            success="#8fc48b",
            warning="#e6b673",
            error="#e5848a",
            dark=True,
            variables={"border-blurred": "#36404b"},
        ),
        Theme(
            name=LIGHT,
            primary="#1f6298",
            secondary="#5c4f99",
            accent="#8f5a00",
            foreground="#23292f",
            background="#fafaf7",
            surface="#f2f2ed",
            panel="#e4e5df",
            success="#2d6f35",
            warning="#8f5a00",
            error="#ad2f3b",
            dark=False,
            variables={"border-blurred": "#c3c6bd"},
        ),
    )
