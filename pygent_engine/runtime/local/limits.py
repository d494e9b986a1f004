"""The limits of a command on this machine, as the first words of its shell: they hold before it starts anything. Pure.

Not set from outside: between the shell's start and such a call its first child would have run without them. How many
processes and how much CPU a command has is no limit of a process, so it is none here.
"""

from __future__ import annotations

from ...values import Resources

_BLOCK = 512  # bytes, the unit of `ulimit -f` in every shell but bash, and in bash where it keeps to POSIX
_BASH_BLOCK = 1024


def limits(resources: Resources | None, in_bash_blocks: bool) -> str:
    """Shell words that write no core files and none beyond `file_mb`; with `resources` given, each process has `memory_mb`.

    Not by default: a sanitiser's shadow, a heap that is set aside at once or some hundred threads go beyond any amount that
    would suit a user's own machine. On the line of the command: its lines keep their numbers.
    """
    amounts = resources or Resources()
    words = ["ulimit -c 0", f"ulimit -f {(amounts.file_mb << 20) // (_BASH_BLOCK if in_bash_blocks else _BLOCK)}"]
    if resources is not None:
        words.append(f"ulimit -d {amounts.memory_mb << 10}")
    return f"{{ {';'.join(words)};:;}} 2>/dev/null;"
