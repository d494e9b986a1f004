"""Hostile text in a real terminal, by every way that it gets on the screen: none of it is an order, and markup is literal."""

from __future__ import annotations

from pathlib import Path

from tests.support.sse_server import Script, SSEServer, call_reply, error_reply, text_reply
from tests.support.terminal import Terminal, terminal

MARKUP = "[/x] [bold [@click=app.quit]x[/]"
ORDERS = "\x1b]52;c;aGk=\x07\x1b]0;owned\x07\x1b]8;;http://evil\x1b\\\x1bP1q\x1b\\\x1bc\x1b[2J\x9b2J\x9d0;owned\x9c\u202e\u2066\u2028"
EVIL = f"{MARKUP} {ORDERS}end"
_NEVER = (b"\x1b]52", b"0;owned\x07", b"\x1b]8", b"\x1bP", b"\x1bc", b"\x1b[2J")
_NEVER_CHARACTERS = ("\x90", "\x9b", "\x9c", "\x9d", "\u202e", "\u2066", "\u2028")


def assert_unharmed(shown: Terminal) -> None:
    """No order of the hostile text has reached the terminal."""
    for order in (*_NEVER, *(character.encode() for character in _NEVER_CHARACTERS)):
        assert order not in shown.raw, order


FLAGS = ("--no-docker", "--no-confirm-bash", "--model", "m")


def environ(server: SSEServer) -> dict[str, str]:
    return {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": "none", "PYGENT_NOTIFY": "osc9"}


def folder(tmp_path: Path) -> Path:
    made = tmp_path / f"work{ORDERS.replace('/', '')}"
    made.mkdir()
    return made


def pasted(text: str) -> bytes:
    return b"\x1b[200~" + text.encode() + b"\x1b[201~"


def slowly(text: str) -> str:
    """A command that prints `text` byte by byte, each in a write of its own."""
    octal = " ".join(f"{byte:03o}" for byte in text.encode())
    return f'for byte in {octal}; do printf "\\\\$byte"; done; echo'


def test_what_a_model_says_prints_asks_delegates_and_fails_with_gives_no_order(sse_server: SSEServer, tmp_path: Path) -> None:
    sse_server.play(
        call_reply(("bash", {"cmd": slowly(EVIL)}), (f"no_such_{EVIL}", {"a": EVIL}), text=EVIL),
        call_reply(("write_file", {"path": "evil.md", "content": EVIL}), ("read_file", {"path": EVIL}), text=f"```{EVIL}\n{EVIL}\n```"),
        call_reply(("ask_user", {"prompt": EVIL, "options": [EVIL, "b"]})),
        call_reply(("delegate_task", {"prompt": EVIL, "title": EVIL})),
        text_reply(f"# {EVIL}\n\n| a | b |\n|---|---|\n| {EVIL} | [l](http://x{EVIL}) |\n\nthat is all"),
        text_reply("that is all"),
        error_reply(400, EVIL),
    )
    with terminal(tmp_path, *FLAGS, str(folder(tmp_path)), environ=environ(sse_server)) as shown:
        shown.until("· ready")
        shown.app.send(pasted(EVIL) + b"\r")
        shown.until(lambda text: MARKUP in text and "waiting for you" in text)
        shown.watch(1.0)  # the silence that the panel asks for
        shown.app.send(b"\x1b")
        shown.until("again: no answer")
        shown.watch(1.0)  # as above
        shown.app.send(b"\x1b")
        shown.until(lambda text: "that is all" in text and "task-1 finished: " in text and "· ready" in text)
        shown.app.send(b"again\r")
        shown.until(lambda text: "The turn failed: " in text and "· ready" in text)
        for keys in (b"\x1b[17~", b"/" + pasted(EVIL) + b"\r", b"\x1b", b"\x1b[17~", b"f", b"\x1b", b"\x1b[17~"):
            shown.app.send(keys)
            shown.watch(0.3)
        shown.app.send(b"\x1bOP")
        shown.until("Here: ")
        shown.app.send(b"\x1b")
        shown.until("LOCAL")
        shown.app.send(b"\x11")
        assert shown.end() == 0
        shown.assert_restored()
        assert_unharmed(shown)


def test_what_is_queued_remembered_named_and_refused_gives_no_order(sse_server: SSEServer, tmp_path: Path) -> None:
    work = folder(tmp_path)
    (work / f"evil{ORDERS.replace('/', '')}").write_text("x")
    sse_server.play(Script([], 200, {"Content-Type": "text/event-stream"}, "hang"))
    with terminal(tmp_path, *FLAGS, str(work), environ=environ(sse_server)) as shown:
        shown.until("· ready")
        shown.app.send(b"first\r")
        shown.until("thinking")
        shown.app.send(pasted(EVIL) + b"\r")
        shown.until("choose, to edit or remove")
        shown.app.send(b"@evil")
        shown.until("evil]52;c;aGk=")
        shown.app.send(b"\x1b\x15/model " + pasted(EVIL) + b"\r")
        shown.watch(0.5)
        shown.app.send(b"/theme " + pasted(EVIL) + b"\r")
        shown.watch(0.5)
        shown.app.send(b"\x12end")
        shown.until("Search earlier prompts")
        shown.watch(0.5)
        shown.until("LOCAL")
        assert_unharmed(shown)
