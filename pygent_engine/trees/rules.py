"""Which paths .gitignore files name. Reads the patterns bounded and without waiting; no git, so that no repository takes part."""

from __future__ import annotations

from pathlib import Path

from ..listing import Ignored


class Rules:
    """What the .gitignore files of several folders name; a path counts as seen from each of them."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._chains: dict[tuple[Path, str], Ignored] = {}

    def name(self, path: str) -> bool:
        """Whether `path` is named; a folder's ends in a slash. Folders that it is in are taken not to be."""
        inside = path[: path.rstrip("/").rfind("/") + 1]
        return any(self._chain(folder, inside).holds(path) for folder in self._folders)

    def _chain(self, folder: Path, inside: str) -> Ignored:
        chain = self._chains.get((folder, inside))
        if chain is None:
            above = Ignored() if not inside else self._chain(folder, inside[: inside.rstrip("/").rfind("/") + 1])
            chain = self._chains[folder, inside] = above.within(folder, inside)
        return chain
