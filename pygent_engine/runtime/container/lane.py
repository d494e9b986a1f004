"""The lane's protocol: how commands go into a container and how their output and exit codes come back. Pure.

PID 1 of the container is KEEPER: it reaps whatever is orphaned, survives what a command may do to it, and keeps one
`sh -s` alive that reads its script from the attached stdin; both end when stdin does, so the container dies with its host.
Further lanes are a `sh -s` each that the engine executes in the container. Into a lane go shell fragments (`run_script`
and the others); out of it comes the commands' output with frames in between, which carry a token that commands do not know.
Where nothing else is said, a fragment forks nothing: at the limit of processes nothing could be.
"""

from __future__ import annotations

import re
import shlex

from ...frozen import frozen
from ..backend import MARKER, shell_arguments

# TERM and others are caught, not ignored: an ignored signal would be inherited by every command. A lane that was killed
# (`kill -9 -1`) is made anew; one that met the end of its input returns 0 and ends the container.
# What is assigned before a command is forked has a name that no program's environment has: it would be handed on changed.
KEEPER = r"""
trap : HUP INT QUIT TERM USR1 USR2 ALRM
IFS= read -r pygent_token
exec 3<&0
pygent_code=1
while [ "$pygent_code" -ne 0 ]; do
    sh -s <&3 3<&- &
    pygent_lane=$!
    while kill -0 "$pygent_lane" 2>/dev/null; do wait "$pygent_lane"; pygent_code=$?; done
    printf '\036%s died %d\n' "$pygent_token" "$pygent_code"
done
"""
LANE = ("sh", "-s")

_SAY = r"printf '\036%(token)s %%s %%d\n'"

# What was there before the command began: what its end must spare.
_NOTE = 'set -- /proc/[0-9]*; pygent_old=" $* "\n'

# Whether a process besides PID 1, the lane and this shell has the lane's output open: it may write at any time. Mostly there is
# no other process at all.
_HELD = r"""held() {
set -- /proc/[0-9]*
[ $# -le 3 ] && return 1
for entry in /proc/[0-9]*; do
case $entry in /proc/1|/proc/$$) continue ;; esac
[ "$entry" -ef /proc/self ] && continue
for fd in "$entry"/fd/*; do [ "$fd" -ef /proc/self/fd/1 ] && return 0; done
done
return 1
}
"""

# The lane waits for who waited for the command before, which is over by now: a lane reaps only what it waits for, and another
# process in between, so that the keeper reaps, costs a seventh of a command. The OOM killer is to choose the command, not the
# lane or PID 1: raising the score needs no right. How often it struck, the kernel counts (cgroup v2, then v1); that is read
# while the command's shell is loaded, long before it can have used up its memory. The lines of the kernel's file, a name and a
# number each, are run: `read` takes every byte by itself, which costs ten times as much.
_RUN = r"""
if [ -z "$pygent_shell" ]; then
    if command -v bash >/dev/null; then pygent_shell=bash; else pygent_shell=sh; fi
    for pygent_events in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control /dev/null; do
        [ -r "$pygent_events" ] && break
    done
fi
wait $pygent_waiter
(
%(need)s
%(say)s begun $$
{ echo 300 2>/dev/null >/proc/self/oom_score_adj; export %(marker)s; exec %(session)s "$pygent_shell" %(words)s; } </dev/null 2>&1 &
%(say)s group $!
low() { :; }; high() { :; }; max() { :; }; oom() { :; }; oom_group_kill() { :; }; oom_kill_disable() { :; }; under_oom() { :; }
oom_kill() { kills=$1; }
kills=0
. "$pygent_events"
before=$kills
wait $!
code=$?
[ "$code" -ne 0 ] && . "$pygent_events" && [ "$kills" -gt "$before" ] && %(say)s memory "$kills"
%(held)s
held && %(say)s held 1
%(say)s ended "$code"
) 2>/dev/null &
pygent_waiter=$!
"""
_NEED_SETSID = "command -v setsid >/dev/null || { %(say)s bare 0; exit; }"

# Kills all that carries the marker, and what is new and carries none: it took the marker off, or is just being started.
# What earlier commands left carries theirs. A process that has no program is dead already. One that shows no marker took it off,
# or is in the middle of an exec, which takes the old environment away and then puts the new one there: it is whose its parent is.
_SWEEP = r"""{
%(group)s
pygent_pass=0 pygent_found=1
while [ "$pygent_found" -eq 1 ] && [ "$pygent_pass" -lt 5 ]; do
    pygent_found=0 pygent_pass=$((pygent_pass + 1))
    for pygent_entry in /proc/[0-9]*; do
        case $pygent_entry in /proc/1|/proc/$$) continue ;; esac
        pygent_whose=nobody
        while IFS= read -r pygent_line || [ -n "$pygent_line" ]; do
            case $pygent_line in
                *%(marker)s*) pygent_whose=mine; break ;;
                *%(runtime)s*) pygent_whose=another ;;
            esac
        done <"$pygent_entry/environ"
        if [ "$pygent_whose" = nobody ]; then
            IFS= read -r pygent_line <"$pygent_entry/stat"
            set -- ${pygent_line##*) }
            while IFS= read -r pygent_line || [ -n "$pygent_line" ]; do
                case $pygent_line in *%(marker)s*) break ;; *%(runtime)s*) pygent_whose=another; break ;; esac
            done <"/proc/$2/environ"
        fi
        case $pygent_whose in
            another) continue ;;
            nobody) case $pygent_old in '' | *" $pygent_entry "*) continue ;; esac ;;
        esac
        [ -e "$pygent_entry/exe" ] && pygent_found=1
        kill -s KILL "${pygent_entry#/proc/}"
    done
done
} 2>/dev/null
%(say)s swept $pygent_found
"""

# Whether who waits for the command is dead, which the lane that is to wait for it need not have noticed.
_LOOK = r"""
pygent_state=Z
{ read -r pygent_pid pygent_name pygent_state pygent_rest <"/proc/$pygent_waiter/stat"; } 2>/dev/null
case $pygent_state in Z | X) %(say)s alone %(look)d ;; esac
"""

_CHECK = "%(held)s\nif held 2>/dev/null; then %(say)s held 1; else %(say)s free 0; fi\n"

# A command that lists the command lines of what runs in the container, each followed by JOBS_PART, besides PID 1 and itself.
# Without `tr` the arguments come in one word: a shell drops the NULs between them.
JOBS_PART = "\x1d"
JOBS = r"""
for entry in /proc/[0-9]*; do
    case $entry in /proc/1|/proc/$$) continue ;; esac
    { line=$(tr '\000' ' ' <"$entry/cmdline") || IFS= read -r line <"$entry/cmdline"; } 2>/dev/null
    printf '%s\035' "$line"
done
"""


@frozen
class Output:
    """Bytes that a command wrote."""

    data: bytes


@frozen
class Frame:
    """What a lane says. Of a command: "begun PID" (of the lane), "group PID", then "memory KILLS" when the memory limit
    struck, "held 1" when something else may still write to this lane, "ended CODE"; or "bare 0" alone: nothing was run, for
    there is no setsid. Of a look: "alone LOOK" when nobody waits for the command, so that nothing more will come of it. Of a
    sweep: "swept 0", or 1 when something is not dead yet. Of a check: "held 1" or "free 0". Of the lane itself, from its
    keeper: "died CODE"."""

    word: str
    number: int


def run_script(text: str, marker: str, token: str, *, session: bool = True, checked: bool = False) -> bytes:
    """Shell text that runs `text`, between its frames, without holding up the lane: in a `session` of its own, else in that of
    the lane. Whether it can have one is asked first, unless that was `checked`. It forks."""
    say = _SAY % {"token": token}
    script = _RUN % {
        "need": _NEED_SETSID % {"say": say} if session and not checked else "",
        "session": "setsid" if session else "",
        "say": say,
        "marker": f"{MARKER}={marker}",
        "words": " ".join(shlex.quote(argument) for argument in shell_arguments(text)),
        "held": _HELD,
    }
    return (_NOTE + script).encode()


def note_script() -> bytes:
    """Shell text that has this lane note what runs, for a command on another lane that it may have to end."""
    return _NOTE.encode()


def kill_script(group: int | None, marker: str, token: str) -> bytes:
    """Shell text that kills a command: its group, and whatever else belongs to it; `marker` is "RUNTIME.NUMBER."."""
    return (
        _SWEEP
        % {
            "group": "" if group is None else f"kill -s KILL -- -{group}",
            "marker": f"{MARKER}={marker}",
            "runtime": f"{MARKER}={marker.partition('.')[0]}.",
            "say": _SAY % {"token": token},
        }
    ).encode()


def look_script(look: int, token: str) -> bytes:
    """Shell text that asks whether the command will ever be said to have ended: it may have killed who waits for it, or a lane
    may have died with it. The answer carries the number of the `look`."""
    return (_LOOK % {"say": _SAY % {"token": token}, "look": look}).encode()


def check_script(token: str) -> bytes:
    """Shell text that asks whether something still holds the lane's output."""
    return (_CHECK % {"held": _HELD, "say": _SAY % {"token": token}}).encode()


class FrameReader:
    """Tells output from frames, at any split of the stream."""

    def __init__(self, token: str) -> None:
        self._start = b"\x1e" + token.encode() + b" "
        self._frame = re.compile(re.escape(self._start) + rb"([a-z]+) (\d{1,10})\n")
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
