"""Textual's driver for a tab, with an end: a server that is gone is a terminal that hung up."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Any

from textual.drivers.web_driver import WebDriver


class TabDriver(WebDriver):
    """Textual's own reads no more when the server is gone, and tells nobody; the app would wait for ever for a key."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._told_to_end = False
        write = self._write

        def write_while_read(data: bytes) -> int:
            with suppress(BrokenPipeError):  # the end of the input tells the same, once
                return write(data)
            return len(data)

        self._write = write_while_read  # type: ignore[assignment]

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        self._told_to_end = self._told_to_end or packet_type in ("quit", "exit")
        super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        if not (self._told_to_end or self.exit_event.is_set()):
            os.kill(os.getpid(), signal.SIGHUP)  # leaves with a deadline, as on any terminal
