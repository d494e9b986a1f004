"""Scripted moments of writing: lists above the composer, a queue, a shell command."""

from __future__ import annotations

from pathlib import Path

PROJECT = str(Path(__file__).with_name("support") / "project")
COMMANDS = tuple("/t")
ARGUMENT = tuple("/theme ")
USAGE = tuple("/steer use ")
TASK_FILES = (*"/task-new review the cache", "enter", "tab", *"cache")
FILES = tuple("compare @cach")
SHELL = tuple("!cargo test --quiet")
TALL = tuple(key for number in range(1, 13) for key in (*f"line {number}", "ctrl+j"))
QUEUE = (*"then lint it", "enter", *"and write the changelog", "enter", *"leave the API as it is", "ctrl+s", "ctrl+up", "ctrl+up")
EARLIER = (
    *"fix the build",
    "enter",
    *"add a test for the cache",
    "enter",
    *"why is the cache slow?",
    "enter",
    *"a draft",
    "ctrl+r",
    *"cac",
)
