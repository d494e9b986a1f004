"""Tells how a file's text is encoded, so that it can be read, and edited without touching its other bytes. Pure.

Each encoding gives back the very bytes that it decoded. What is in none of them is binary.
"""

from __future__ import annotations

import codecs
import re

from ...frozen import frozen

HEAD = 8000
"""So many bytes decide on a byte order mark, and on a NUL, which makes a file binary."""

_CONTROLS = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f]")
_MORE_CONTROLS = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f\x7f-\x9f]")


class NotText(ValueError):
    """The bytes are no text in the encoding that was tried, or in any."""


@frozen
class Encoding:
    """One way to write text as bytes; `unfit` matches what no text holds that is really in this encoding."""

    name: str
    codec: str
    mark: bytes = b""
    unfit: re.Pattern[str] | None = None

    @property
    def plain(self) -> bool:
        return self is UTF_8

    def decode(self, data: bytes) -> str:
        """Raises NotText."""
        decoder = self.decoder()
        return decoder.feed(data, final=True)

    def encode(self, text: str) -> bytes:
        """Raises UnicodeEncodeError for what the encoding cannot hold."""
        return self.mark + text.encode(self.codec)

    def decoder(self) -> Decoder:
        return Decoder(self)


class Decoder:
    """Decodes a file piece by piece, without its mark."""

    def __init__(self, encoding: Encoding) -> None:
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding.codec)()
        self._mark = encoding.mark

    def feed(self, data: bytes, final: bool = False) -> str:
        """Raises NotText."""
        if self._mark and data:
            data, self._mark = data.removeprefix(self._mark), b""
        try:
            text = self._decoder.decode(data, final)
        except UnicodeDecodeError as error:
            raise NotText(str(error)) from error
        unfit = self._encoding.unfit
        if unfit is not None and unfit.search(text):
            raise NotText(f"control characters in {self._encoding.name}")
        return text


UTF_8 = Encoding("UTF-8", "utf-8")
UTF_8_MARKED = Encoding("UTF-8 with a byte order mark", "utf-8", codecs.BOM_UTF8)
UTF_16_LE = Encoding("UTF-16", "utf-16-le", codecs.BOM_UTF16_LE)
UTF_16_BE = Encoding("big-endian UTF-16", "utf-16-be", codecs.BOM_UTF16_BE)
LATIN_1 = Encoding("Latin-1", "latin-1", unfit=_MORE_CONTROLS)
WINDOWS = Encoding("Windows-1252", "cp1252", unfit=_CONTROLS)

_MARKED = (UTF_8_MARKED, UTF_16_LE, UTF_16_BE)
_UNMARKED = (UTF_8, LATIN_1, WINDOWS)


def candidates(head: bytes) -> tuple[Encoding, ...]:
    """The encodings that a file may have which begins with `head`, the likeliest first; none for a binary file."""
    for encoding in _MARKED:
        if head.startswith(encoding.mark):
            return (encoding,)
    return () if b"\0" in head[:HEAD] else _UNMARKED


def decoded(data: bytes) -> tuple[str, Encoding]:
    """The text of a whole file, and its encoding. Raises NotText."""
    for encoding in candidates(data[:HEAD]):
        try:
            return encoding.decode(data), encoding
        except NotText:
            continue
    raise NotText("binary")


def encoding_at(head: bytes, whole: bool) -> Encoding | None:
    """The encoding of a file as far as its first bytes tell, or (`whole`) all of them; None for a binary one."""
    for encoding in candidates(head):
        try:
            encoding.decoder().feed(head, whole)
        except NotText:
            continue
        return encoding
    return None
