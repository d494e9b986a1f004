"""The lifeline of a local runtime: a small process beside the program that outlives it by a moment, and ends what it left."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from ..backend import MARKER

# Waits for the end of its stdin, which this program alone holds open. Then all that carries the marker is ended, twice, for
# a process in the middle of an exec shows none: it is stopped first, so that it cannot fork, then goes whatever it started,
# by parent, and its group, which is in a session of ours as it is. Last comes the folder.
_SCRIPT = r"""
trap '' HUP INT QUIT TERM
read -r line
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
sweep "$1"
sleep 0.1
sweep "$1"
if [ -n "$2" ] && ! rm -rf --one-file-system -- "$2"; then
    find "$2" -xdev -type d -exec chmod u+rwx {} \;
    rm -rf --one-file-system -- "$2"
fi
"""
_WAIT_S = 1.0


class Lifeline:
    """Ends the processes that carry `marker` and removes `folder`, the temporary one of the runtime, when this program is
    gone without having let go: killed, or ended by a signal. Not for two threads at once.

    The pipe that tells is closed in every program that this one starts; a fork that runs on without one holds it open, and
    with it the lifeline, until it ends too.
    """

    def __init__(self, marker: str, folder: Path | None) -> None:
        self._arguments = ["sh", "-c", _SCRIPT, "pygent-lifeline", f"{MARKER}={marker}", "" if folder is None else str(folder)]
        self._process: subprocess.Popen[bytes] | None = None

    def hold(self) -> None:
        """Have the process run, if it does not. Raises OSError when the system starts none."""
        if self._process is not None and self._process.poll() is None:
            return
        self.let_go()
        self._process = subprocess.Popen(
            self._arguments,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath},
            start_new_session=True,  # Ctrl+C in the terminal is not meant for it
        )

    def let_go(self) -> None:
        """End the process, which then does nothing."""
        process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        process.kill()
        process.wait(_WAIT_S)
        process.stdin.close()
