"""Sessions that show what the commands list."""

from __future__ import annotations

from pygent_engine.events import Tuned
from pygent_engine.values import ToolOffer, Tuning

from .support.script import Script

_OFFERS = (
    ToolOffer("bash", "Run a shell command in the workspace.", True),
    ToolOffer("write_file", "Write a text file.", True),
    ToolOffer("read_file", "Read a text file, with line numbers.", True),
    ToolOffer("edit_file", "Replace a text in a file.", True),
    ToolOffer("download_file", "Give a file's whole content.", False),
    ToolOffer("ask_user", "Ask the user a question, with options to choose from or with free text.", True),
    ToolOffer("delegate_task", "Give a piece of work to another agent, with its own container.", True),
)
REPORT = (
    "Pygent 0.1.0",
    "",
    "ok       Python    3.11.7 (/usr/bin/python3)",
    "ok       App       the full-screen app is installed",
    "missing  Model     gpt-5-mini at OpenAI's own address, no key",
    "                   to do: export OPENAI_API_KEY=…, or OPENAI_BASE_URL=… for another server; until then the app opens on the demo.",
    "ok       git       /usr/bin/git",
    "ok       Docker    engine 27.3.1 at unix:///var/run/docker.sock",
    "ok       Commands  run in containers, one for each agent:",
    "holds    Files     commands see the workspace, and nothing else of this machine",
    "open     Network   is open for all commands, as configured",
)


def tuned() -> Script:
    """A session whose model, personas, tools and bans are told."""
    tuning = Tuning(
        "qwen3-coder",
        banned_commands=("rm", "curl", "dd"),
        banned_apps=("git push",),
        tools=_OFFERS,
        personas=("Pygent", "reviewer", "tester"),
    )
    return Script(model="qwen3-coder").post(Tuned(tuning))
