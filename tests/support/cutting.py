"""A program that kills a writer of versions at each of its steps in turn, and looks what the next one makes of it.

It has no thread but one, so that it can fork; run as `python -m tests.support.cutting LAW FOLDER`. Prints what was said.
"""

from __future__ import annotations

import os
import shutil
import signal
import stat
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from pygent_engine.runtime.files.exact import Exact
from pygent_engine.trees import Journal, Step, Store, mend, read_version, write_all
from tests.support.handing import content, fill

BEFORE: dict[str, bytes | str | tuple[str, bytes]] = {
    "changed": b"before\n",
    "gone": b"gone\n",
    "deep/er/gone": b"gone\n",
    "file": b"a file\n",
    "folder/one": b"1\n",
    "folder/two": b"2\n",
    "run": ("x", b"run\n"),
    "link": "changed",
    "large": b"large\n" * 20_000,
    "stays/here": b"here\n",
    "private": b"private\n",
}
AFTER: dict[str, bytes | str | tuple[str, bytes]] = {
    "changed": b"after\n",
    "file/in/it": b"no file any more\n",
    "folder": b"no folder any more\n",
    "run": b"run\n",
    "link": "nowhere",
    "large": b"larger\n" * 20_000,
    "new/in/new": b"new\n",
    "empty": "changed",
    "stays/here": b"here\n",
    "stays/new": ("x", b"new\n"),
}
PATHS = sorted((BEFORE.keys() | AFTER.keys()) - {"stays/here"})
Seen = dict[str, object]
When = Callable[[str, tuple[object, ...]], bool]
_CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.chmod", "os.truncate", "fcntl.flock"})


class Bench:
    """A workspace as it is before, one as it is to be, and a place for journals."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun, self.wanted, self.work, self.journals = (folder / name for name in ("begun", "wanted", "work", "journals"))
        for place, filling in ((self.begun, BEFORE), (self.wanted, AFTER)):
            fill(place, filling)
        (self.begun / "empty").mkdir()
        (self.begun / "private").chmod(0o600)
        self.before, self.after = seen(self.begun), seen(self.wanted)

    def lay(self, work: Path, journals: Path | None = None) -> None:
        """Begin with that again."""
        for place, of in ((self.work, work), (self.journals, journals)):
            shutil.rmtree(place, ignore_errors=True)
            if of is not None:
                shutil.copytree(of, place, symlinks=True)

    def write(self) -> None:
        work, wanted = Exact(self.work), Exact(self.wanted)
        steps = [Step(path, read_version(work, path), read_version(wanted, path)) for path in PATHS]
        store = Store(lambda: self.folder / "store", shutil.rmtree)
        write_all(work, steps, store, lambda folder: True, Journal.of(self.journals, self.work), task_id="task-1")

    def mend(self) -> list[str]:
        said = mend(self.journals, self.work)
        assert not self.journals.exists() or not any(self.journals.iterdir()), said
        return said


def seen(folder: Path) -> Seen:
    """All that is there, with the modes of files."""
    modes = {str(path): stat.S_IMODE(path.lstat().st_mode) for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
    return {**content(folder), **{f"mode of {Path(path).relative_to(folder)}": mode for path, mode in modes.items()}}


def killed(work: Callable[[], object], when: When) -> bool:
    """Do that in another process, which is killed before the first step that is the one; False when it came to its end."""
    pid = os.fork()
    if pid == 0:
        sys.addaudithook(lambda event, arguments: os.kill(os.getpid(), signal.SIGKILL) if when(event, arguments) else None)
        work()
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    assert status in (0, signal.SIGKILL), status
    return status != 0


def at_step(number: int) -> When:
    """Whatever changes something outside of the program is a step; between two of them there is nothing to tell."""
    steps = count(1)
    return lambda event, arguments: _changes(event, arguments) and next(steps) == number


def _changes(event: str, arguments: tuple[object, ...]) -> bool:
    if event == "open":
        return isinstance(arguments[2], int) and bool(arguments[2] & os.O_CREAT)
    return event in _CHANGES


def at_the_end(event: str, arguments: tuple[object, ...]) -> bool:
    """When everything is written, and the note of it would go."""
    return event == "os.remove" and str(arguments[0]).endswith("/note") and Path(str(arguments[0])).exists()


def writing(bench: Bench) -> set[str]:
    """A writer that is killed at any step leaves what the next one makes all of it or nothing."""
    said: set[str] = set()
    number = was_killed = 1
    while was_killed:
        bench.lay(bench.begun)
        was_killed = killed(bench.write, at_step(number))
        said |= set(bench.mend())
        now = seen(bench.work)
        assert now in (bench.before, bench.after) if was_killed else now == bench.after, (number, now)
        number += 1
    return said


def mending(bench: Bench) -> set[str]:
    """So does one who takes that back, and is killed in turn."""
    bench.lay(bench.begun)
    assert killed(bench.write, at_the_end)
    left, noted = bench.folder / "left", bench.folder / "noted"
    bench.work.rename(left)
    bench.journals.rename(noted)
    said: set[str] = set()
    number = was_killed = 1
    while was_killed:
        bench.lay(left, noted)
        assert seen(bench.work) == bench.after
        was_killed = killed(bench.mend, at_step(number))
        said |= set(bench.mend())
        assert seen(bench.work) == bench.before, number
        number += 1
    return said


if __name__ == "__main__":
    law, place = sys.argv[1:]
    sys.stdout.write("".join(f"{line}\n" for line in sorted({"writing": writing, "mending": mending}[law](Bench(Path(place))))))
