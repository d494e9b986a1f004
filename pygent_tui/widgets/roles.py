"""The roles of text as styles of theme variables, for widgets that draw `Content`. Panes draw the same roles as `line--…`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from textual.content import Content

from .sanitise import safe_text

STYLES: Mapping[str, str] = MappingProxyType(
    {
        "text": "$foreground",
        "strong": "bold $foreground",
        "muted": "$text-muted",
        "user": "$text-secondary",
        "agent": "$text-primary",
        "ok": "$text-success",
        "warn": "bold $text-warning",
        "error": "$text-error",
    }
)


def drawn(parts: Iterable[tuple[str, str]]) -> Content:
    """Texts, each with its role."""
    return Content.assemble(*[(safe_text(text), STYLES.get(role, "$foreground")) for text, role in parts if text])
