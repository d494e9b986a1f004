"""Takes a marked command out of the README, exactly as a reader would paste it.

A command stands alone in a fenced block right under its mark: `<!-- command: NAME -->`.
Run as `python .ci/readme_commands.py NAME`; prints the command.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_MARKED = re.compile(r"<!-- command: (?P<name>\w+) -->\n```\w*\n(?P<command>[^\n]+)\n```", re.MULTILINE)


def commands(readme: str) -> dict[str, str]:
    """The marked commands by name."""
    return {found["name"]: found["command"] for found in _MARKED.finditer(readme)}


def main(name: str) -> int:
    readme = Path(__file__).resolve().parent.parent / "README.md"
    command = commands(readme.read_text("utf-8")).get(name)
    if command is None:
        print(f"README.md marks no command {name!r}", file=sys.stderr)
        return 1
    print(command)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
