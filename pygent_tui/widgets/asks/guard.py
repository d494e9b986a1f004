"""Decides which keys may answer: none that was typed before the panel could be read, none in the middle of other typing."""

from __future__ import annotations

QUIET_S = 0.3


class KeyGuard:
    """Admits keys once the panel is drawn and `quiet_s` seconds passed without a key.

    Times are those that the keys carry from their arrival, so that a slow screen cannot let an old key in.
    """

    def __init__(self, quiet_s: float = QUIET_S) -> None:
        self._quiet_s = quiet_s
        self._since: float | None = None
        self._open = False
        self.drawn_at: float | None = None

    def drawn(self, at: float) -> None:
        """The panel can be read from now on."""
        self._since, self._open, self.drawn_at = at, False, at

    def shut(self) -> None:
        """Admit none until it can be read again."""
        self._since = None

    def admits(self, at: float, *, alone: bool = False) -> bool:
        """Whether a key that arrived at `at` may be an answer; `alone`: only when it came after a silence of its own.

        Every key starts the silence anew.
        """
        if self._since is None or at < self._since:
            return False
        quiet = at - self._since >= self._quiet_s
        self._since, self._open = at, self._open or quiet
        return quiet if alone else self._open
