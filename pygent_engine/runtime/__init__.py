"""Where an agent's commands run and its files live. The only room that runs them or imports docker, the latter lazily.

The names are loaded when first used: the command line checks a workspace before its first paint, and no more than that.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .runtime import Runtime
    from .texts import as_text
    from .workspace_check import check_workspace

__all__ = ["Runtime", "as_text", "check_workspace"]

_HOME_OF = {"Runtime": ".runtime", "as_text": ".texts", "check_workspace": ".workspace_check"}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name], __name__), name)
