"""The lifeline of a program: a small process beside it that outlives it by a moment, and ends what its runtimes left."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import tempfile
import threading
from functools import cache
from pathlib import Path

# Reads what it is to hold, a line each, from a pipe that the program alone holds open; an empty line is the end of its work.
# It runs in the background of a shell that is gone at once: the child of nobody, so that it outlives a program that was
# ended together with its children. When the pipe just ends, all that carries a marker is ended, twice, for a process in the
# middle of an exec shows none: it is stopped first, so that it cannot fork, then goes whatever it started, by parent, and
# its group, which is in a session of ours as it is. Last come the folders; a container may still write there for a moment.
_SCRIPT = r"""
trap '' HUP INT QUIT TERM
exec 3<&0  # in the background standard input is no more what it was
shift
end() {
    kill -s STOP "$1"
    for child in $(cat "/proc/$1/task/"*/children); do end "$child"; done
    group=$(sed -n 's/^NSpgid:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status")
    [ "${group:-0}" -le 1 ] || kill -s KILL -- "-$group"
    kill -s KILL "$1"
}
sweep() {
    for entry in $(grep -lF -e "$1" /proc/[0-9]*/environ); do
        entry=${entry#/proc/}
        end "${entry%/environ}"
    done
}
remove() {
    rm -rf --one-file-system -- "$@" || find "$@" -xdev -depth -delete  # where rm knows no such option
}
{
    exec <&3 3<&-
    markers=
    while IFS= read -r line; do
        case $line in
            /*) set -- "$@" "$line" ;;
            ?*) markers=${markers:+$markers
}$line ;;
            *) exit ;;
        esac
    done
    if [ -n "$markers" ]; then sweep "$markers"; sleep 0.1; sweep "$markers"; fi
    [ "$#" -gt 0 ] || exit
    for attempt in 1 2 3 4 5; do
        remove "$@" && exit
        find "$@" -xdev -type d -exec chmod u+rwx {} \;
        remove "$@" && exit
        sleep 1
    done
} &
"""
_NAME = "pygent-lifeline"


@cache
def _lifeline_of(process: int) -> Lifeline:
    return Lifeline(process)


def lifeline() -> Lifeline:
    """The one that all runtimes of this program share; a fork is a program of its own."""
    return _lifeline_of(os.getpid())


class Lifeline:
    """Ends what it holds when this program is gone without having let go: killed, or ended by a signal.

    That is: the folders made here, and the processes with a variable in their environment. Its process runs while it holds
    anything. A fork that runs on without starting another program keeps the pipe open, and delays the end until its own.
    """

    def __init__(self, owner: int) -> None:
        self._owner = owner
        # Of the two below. Who forgets a runtime lets go of what it held, perhaps in the middle of a method here.
        self._guard = threading.RLock()
        self._held: set[str] = set()
        self._pipe: int | None = None

    def make_folder(self, prefix: str) -> Path:
        """A private temporary folder that goes with the program. Raises OSError."""
        folder = Path(tempfile.mkdtemp(prefix=prefix)).resolve()
        with contextlib.suppress(OSError):  # no process can be started: the folder serves all the same
            self._hold(str(folder))
        return folder

    def remove_folder(self, folder: Path) -> None:
        """Remove a folder made here, also what a command made unwritable in it."""
        shutil.rmtree(folder, ignore_errors=True)
        if folder.is_symlink() or folder.is_file():  # a command put it there; what a link leads to is nobody's to touch
            with contextlib.suppress(OSError):
                folder.unlink()
        elif folder.exists():
            _open_up(folder)
            shutil.rmtree(folder, ignore_errors=True)
        self._let_go(str(folder))

    def hold(self, name: str, start: str) -> None:
        """Hold the processes whose environment has a variable `name` that begins with `start`. Raises OSError when the system
        starts no process for it."""
        self._hold(f"{name}={start}")

    def let_go(self, name: str, start: str) -> None:
        self._let_go(f"{name}={start}")

    def _hold(self, what: str) -> None:
        if "\n" in what:
            return
        with self._guard:
            is_known = what in self._held
            self._held.add(what)
            if self._pipe is None or _has_no_reader(self._pipe):
                self._end()
                self._pipe = self._start()
                self._tell(*list(self._held))
            elif not is_known:
                self._tell(what)

    def _let_go(self, what: str) -> None:
        with self._guard:
            self._held.discard(what)
            if not self._held:
                self._end()

    def _tell(self, *lines: str) -> None:
        assert self._pipe is not None
        os.write(self._pipe, "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))

    def _start(self) -> int:
        read_end, write_end = os.pipe()
        try:
            subprocess.run(
                ["sh", "-c", _SCRIPT, _NAME, str(self._owner)],
                stdin=read_end,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PATH": os.defpath},
                start_new_session=True,  # Ctrl+C in the terminal is not meant for it
                check=False,
            )
        except BaseException:
            os.close(write_end)
            raise
        finally:
            os.close(read_end)
        return write_end

    def _end(self) -> None:
        """Have the process end, which then does nothing."""
        pipe, self._pipe = self._pipe, None
        if pipe is None:
            return
        if not _has_no_reader(pipe):
            with contextlib.suppress(OSError):
                os.write(pipe, b"\n")
        os.close(pipe)


def _has_no_reader(pipe: int) -> bool:
    """To write then would be the death of a program that has SIGPIPE do what it does by default."""
    poll = select.poll()
    poll.register(pipe, 0)
    return bool(poll.poll(0))


def _open_up(folder: Path) -> None:
    """Let everything beneath `folder`, which is no link, be removed, as far as it is ours."""
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    for place, names, _ in os.walk(folder):
        for path in (Path(place, name) for name in names):
            with contextlib.suppress(OSError):
                if not path.is_symlink():
                    path.chmod(0o700)
