"""Settings: flags > environment > user file > defaults. The only reader of the process environment."""

from __future__ import annotations

import os

# What a local command inherits; everything else, keys above all, stays out (DESIGN: secrets never enter a runtime).
_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")


def inherited_environment() -> dict[str, str]:
    """The part of this process's environment that a local command may see."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}
