"""Which of the paths that a task changed somebody means: by their names as they are or as they are shown, or by those of folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..untrusted import clean_path


class Words:
    """The names that somebody gave. To ask for a path takes as long for a thousand of them as for one."""

    def __init__(self, words: Iterable[str]) -> None:
        self._said = {word: word.removeprefix("./").rstrip("/") for word in words}
        self._plain = frozenset(self._said.values())
        self.all = "." in self._plain
        """Everything is meant that is not ignored."""

    def name(self, path: str) -> bool:
        """Whether this path is meant, or a folder that it is in."""
        return not self._plain.isdisjoint(_names_of(path))

    def lead_into(self, folder: str) -> bool:
        """Whether something in `folder`, which ends in a slash, may be meant."""
        return any(word.startswith((folder, clean_path(folder))) for word in self._plain)

    def unknown(self, chosen: Mapping[str, str]) -> list[str]:
        """The words for which none of the `chosen` paths was; each with the name under which it is reported."""
        met = {name for path in chosen for name in _names_of(path)}.union(*map(_names_of, chosen.values()))
        return [word for word, plain in self._said.items() if plain not in met and not (plain == "." and chosen)]


def _names_of(path: str) -> Iterator[str]:
    """All by which a path may be meant."""
    for name in dict.fromkeys((path.rstrip("/"), clean_path(path).rstrip("/"))):
        while name:
            yield name
            name = name.rpartition("/")[0]
