"""The lane's protocol: how commands go into a container and how their output and exit codes come back. Pure.

PID 1 of the container is KEEPER: it reaps whatever is orphaned, survives what a command may do to it, and keeps one
`sh -s` alive that reads its script from the attached stdin; both end when stdin does, so the container dies with its host.
Into the lane go shell fragments (`run_script`, `kill_script`); out of it comes the commands' output with frames in
between, which carry a token that commands do not know.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from .backend import MARKER, shell_arguments

# TERM and others are caught, not ignored: an ignored signal would be inherited by every command. A lane that was killed
# (`kill -9 -1`) is made anew; one that met the end of its input returns 0 and ends the container.
KEEPER = r"""
trap : HUP INT QUIT TERM USR1 USR2 ALRM
IFS= read -r token
exec 3<&0
code=1
while [ "$code" -ne 0 ]; do
    sh -s <&3 3<&- &
    lane=$!
    while kill -0 "$lane" 2>/dev/null; do wait "$lane"; code=$?; done
    printf '\036%s died %d\n' "$token" "$code"
done
"""

_KILL = r"""{
%(group)s
pass=0 found=1
while [ "$found" -eq 1 ] && [ "$pass" -lt 5 ]; do
    found=0 pass=$((pass + 1))
    for entry in /proc/[0-9]*; do
        while IFS= read -r line || [ -n "$line" ]; do
            case "$line" in *%(marker)s*) found=1; kill -s KILL "${entry#/proc/}"; break ;; esac
        done < "$entry/environ"
    done
done
} 2>/dev/null
:
"""


@dataclass(frozen=True, slots=True)
class Output:
    """Bytes that a command wrote."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Frame:
    """What the lane says of itself: "begun 0", "group PID", "ended CODE", "died CODE" (the lane itself, killed)."""

    word: str
    number: int


def run_script(text: str, marker: str, token: str) -> bytes:
    """Shell text that runs `text` in a session of its own, between its frames, without holding up the lane.

    Two subshells: the inner one waits for the command; the outer one ends at once, so that it is the keeper who reaps the
    inner one. A lane reaps only what it waits for.
    """
    words = " ".join(shlex.quote(argument) for argument in shell_arguments(text))
    frame = f"printf '\\036{token} %s %d\\n'"
    return (
        "( (if command -v bash >/dev/null; then shell=bash; else shell=sh; fi\n"
        f"{frame} begun 0\n"
        f'{MARKER}={marker} setsid "$shell" {words} </dev/null 2>&1 &\n'
        f"{frame} group $!\n"
        "wait $!\n"
        f"{frame} ended $?\n"
        ") 2>/dev/null & )\n"
    ).encode()


def kill_script(group: int | None, marker: str) -> bytes:
    """Shell text that kills a command's group and all that carries its marker. It forks nothing: at the limit of
    processes nothing could be."""
    line = "" if group is None else f"kill -s KILL -- -{group}"
    return (_KILL % {"group": line, "marker": f"{MARKER}={marker}"}).encode()


class FrameReader:
    """Tells output from frames, at any split of the stream."""

    def __init__(self, token: str) -> None:
        self._start = b"\x1e" + token.encode() + b" "
        self._frame = re.compile(re.escape(self._start) + rb"([a-z]+) (\d+)\n")
        self._held = b""

    def feed(self, data: bytes) -> list[Output | Frame]:
        data, self._held = self._held + data, b""
        items: list[Output | Frame] = []
        at = 0
        for match in self._frame.finditer(data):
            if match.start() > at:
                items.append(Output(data[at : match.start()]))
            items.append(Frame(match[1].decode(), int(match[2])))
            at = match.end()
        held = self._unfinished(data, at)
        if held > at:
            items.append(Output(data[at:held]))
        self._held = data[held:]
        return items

    def _unfinished(self, data: bytes, at: int) -> int:
        """Where a frame begins that the end of `data` cuts off; the length of `data` when there is none."""
        start = data.rfind(b"\x1e", at)
        if start < 0:
            return len(data)
        rest = data[start:]
        whole_start = rest.startswith(self._start) and b"\n" not in rest and len(rest) < len(self._start) + 32
        return start if whole_start or self._start.startswith(rest) else len(data)


class StreamReader:
    """Takes the engine's stream headers (kind, three zeros, size in four bytes) off an attached stream, at any split."""

    def __init__(self) -> None:
        self._header = b""
        self._left = 0

    def feed(self, data: bytes) -> bytes:
        content = []
        while data:
            if self._left:
                content.append(data[: self._left])
                taken = len(content[-1])
                self._left, data = self._left - taken, data[taken:]
                continue
            missing = 8 - len(self._header)
            self._header, data = self._header + data[:missing], data[missing:]
            if len(self._header) == 8:
                self._left, self._header = int.from_bytes(self._header[4:], "big"), b""
        return b"".join(content)
