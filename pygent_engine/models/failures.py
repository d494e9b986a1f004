"""What a host refused and why, as one ModelError: a sentence with the remedy. Knows HTTP by its numbers, no client.

Text of the host is cleaned and cut; the API key is taken out of everything that is said.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from ..errors import ModelError
from ..frozen import frozen
from ..settings import without_key
from ..untrusted import clean_line
from ..values import JsonDict

_USER_INFO = re.compile(r"//[^/?#]*@")
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_CONTEXT = re.compile(
    r"context.?(?:length|window|size)|maximum context|too many tokens|prompt is too long|exceeds? the (?:model|context)", re.I
)
_TRANSIENT = frozenset({408, 409, 425, 429})

_REMEDIES: Mapping[int, str] = {
    401: "did not accept the API key; check OPENAI_API_KEY",
    402: "wants payment; add credit to the account or use another key",
    403: "does not allow this to the API key; check what the key may use, or choose another model",
    404: "knows no such path or model; check OPENAI_BASE_URL (it often ends in /v1) and the name of the model",
    413: "finds the request too large; start a new session, or choose a model with a larger context",
    429: "has had too many requests; ask again after a wait",
}


@frozen
class Host:
    """The host that was asked, for messages: its address without credentials, and the key that must not be shown."""

    url: str
    key: str = field(repr=False)

    @property
    def address(self) -> str:
        """The URL without user, password, query and fragment."""
        bare = re.split(r"[?#]", _USER_INFO.sub("//", self.url), maxsplit=1)[0]
        return clean_line(self.redacted(bare.rstrip("/")))

    def redacted(self, text: str) -> str:
        """`text` without the key."""
        return without_key(text, self.key)

    def quoted(self, text: str) -> str:
        """Text of the host as it may be shown, with what leads to it; empty when there is none."""
        line = clean_line(self.redacted(text))
        return f" It says: {line}" if line else ""


def refusal(host: Host, status: int, headers: Mapping[str, str], body: str, now: float) -> ModelError:
    """The error for a response whose status is not 200. `now` is in Unix seconds, for a Retry-After that is a date."""
    said = said_in(body)
    delay = retry_after(headers.get("retry-after"), now)
    spent = "insufficient_quota" in body
    transient = (status in _TRANSIENT or (status >= 500 and status != 501)) and not spent
    wait = f" It asks to wait {delay:g} s." if transient and delay is not None else ""
    text = f"{host.address} {_remedy(host, status, said, headers, spent)} (HTTP {status}).{wait}{host.quoted(said)}"
    return ModelError(text, transient=transient, retry_after_s=delay if transient else None)


def _remedy(host: Host, status: int, said: str, headers: Mapping[str, str], spent: bool) -> str:
    if spent:
        return "says that the quota of the API key is used up; add credit to the account or use another key"
    if status in (400, 413, 422) and _CONTEXT.search(said):
        return "finds the conversation longer than the model's context; start a new session, or choose a model with a larger context"
    if 300 <= status < 400:
        place = clean_line(host.redacted(headers.get("location", "another place")))
        return f"redirects to {place}; set OPENAI_BASE_URL to where it is served"
    if status >= 500:
        return "has a failure of its own; ask again after a wait"
    return _REMEDIES.get(status, "did not accept the request; check the name of the model and what it supports")


def error_in_stream(host: Host, error: JsonDict) -> ModelError:
    """The error for an error object that came in place of a reply or within one."""
    status = _status(error)
    if status is not None:
        return refusal(host, status, {}, json.dumps(error), 0.0)
    return ModelError(f"{host.address} ended the reply with an error.{host.quoted(said_in(json.dumps(error)))}")


def _status(error: JsonDict) -> int | None:
    inner = error.get("error")
    for holder in (inner if isinstance(inner, dict) else {}, error):
        for name in ("code", "status", "status_code"):
            value = holder.get(name)
            if isinstance(value, int) and 400 <= value < 600:
                return value
    return None


def not_compatible(host: Host, sample: str = "") -> ModelError:
    """The error for a 200 that holds something else than a chat completion."""
    return ModelError(
        f"What {host.address} sent is not an OpenAI-compatible reply; "
        f"check OPENAI_BASE_URL (it often ends in /v1).{host.quoted(_start_of(sample))}"
    )


def unreachable(host: Host, reason: str) -> ModelError:
    """The error for a connection that could not be made."""
    told = clean_line(host.redacted(reason))
    return ModelError(
        f"{host.address} cannot be reached: {told}. Check OPENAI_BASE_URL and that the server is up.",
        transient="CERTIFICATE_VERIFY_FAILED" not in reason,
    )


def broken(host: Host, reason: str) -> ModelError:
    """The error for a connection that was lost before the reply was complete."""
    return ModelError(f"{host.address} broke off the reply: {clean_line(host.redacted(reason))}.", transient=True)


def silent(host: Host, seconds: float) -> ModelError:
    """The error for a host that sent nothing for too long."""
    return ModelError(f"{host.address} sent nothing for {seconds:g} s.", transient=True)


def said_in(body: str) -> str:
    """The message in an error body: of the usual JSON shapes, else the start of its text; of HTML nothing."""
    try:
        return _message_of(json.loads(body))
    except (ValueError, RecursionError):
        return _start_of(body)


def _start_of(body: str) -> str:
    text = body[:1000].strip()
    return "" if text.startswith("<") else text


def _message_of(value: Any) -> str:
    match value:
        case str():
            return value
        case {"error": inner} if inner:
            return _message_of(inner)
        case {"message": inner} | {"detail": inner} | {"msg": inner} if inner:
            return _message_of(inner)
        case [first, *_]:
            return _message_of(first)
        case _:
            return ""


def retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110: seconds or a date); None when it says nothing usable."""
    if value is None:
        return None
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - 10 ms of import for a header that is rare

    value = value.strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    try:
        delay = parsedate_to_datetime(value).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, math.ceil(delay))
