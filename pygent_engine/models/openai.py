"""OpenAIModel: any host that speaks the chat completions API. The only module that imports openai, and only when first used.

The client sends the request; what comes back is read by our own parser, because the client's iterator ends without
an error when a stream is cut. Reads no environment: the key and the address are given.
"""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from ..errors import ModelError
from ..values import Delta, Flag, JsonDict, Message
from .chunks import HostError
from .completion import CompletionReader, joined
from .exchange import Exchange, Give, Line
from .failures import Host, broken, error_in_stream, not_compatible, refusal, silent, unreachable
from .reply import ReplyBuilder, mend

if TYPE_CHECKING:
    import socket
    import ssl

    import httpx2
    import openai

DEFAULT_BASE_URL = "https://api.openai.com/v1"
_IDLE_CLIENTS = 4
_DRAIN_S = 0.25


class OpenAIModel:
    """A model behind an OpenAI-compatible API.

    `base_url` None is OpenAI's own; a host that needs no key is asked without one. `timeout_s` is how long the host
    may send nothing. Thread-safe; connections are kept open between requests, until `close`.
    """

    def __init__(
        self, api_key: str | None = None, base_url: str | None = None, *, timeout_s: float = 180.0, connect_timeout_s: float = 10.0
    ) -> None:
        self._configured = bool(api_key or base_url)
        self._host = Host((base_url or DEFAULT_BASE_URL).strip(), (api_key or "").strip())
        self._timeout_s = timeout_s
        self._connect_timeout_s = connect_timeout_s
        self._guard = threading.Lock()  # of _idle, _tls and _says_no_usage
        self._tls: ssl.SSLContext | None = None
        self._idle: list[_Client] = []
        self._says_no_usage = False
        self._close_idle = weakref.finalize(self, _close_all, self._idle)

    def __repr__(self) -> str:
        return f"OpenAIModel({self._host.address!r})"

    def warm_up(self) -> None:
        """Import the client, which takes half a second; for a thread, so that the first request need not wait."""
        self._give_back(self._take())

    def close(self) -> None:
        """Close the connections that wait for another request; the model stays usable."""
        with self._guard:
            _close_all(self._idle)

    def chat(self, messages: list[JsonDict], model: str, tools: list[JsonDict]) -> Message:
        """One reply, whole. Raises ModelError."""
        builder = ReplyBuilder()
        for delta in self.stream(messages, model, tools, threading.Event()):
            builder.add(delta)
        return builder.message()

    def stream(self, messages: list[JsonDict], model: str, tools: list[JsonDict], cancel: Flag) -> Iterator[Delta]:
        """One reply in pieces; ends early, without a terminal signal, when `cancel` is set. Raises ModelError.

        `ModelError.transient` says that the host may answer another time, also when pieces came before it.
        """
        self._check()
        body = _request_body(messages, model, tools)
        if not self._says_no_usage:
            try:
                yield from self._deltas({**body, "stream_options": {"include_usage": True}}, cancel)
                return
            except _UsageRefused:
                with self._guard:
                    self._says_no_usage = True
        yield from self._deltas(body, cancel)

    def _check(self) -> None:
        if not self._configured:
            raise ModelError("No model is configured: set OPENAI_API_KEY, or OPENAI_BASE_URL for another host, or use the model 'demo'.")
        if not _is_address(self._host.url):
            raise ModelError(f"OPENAI_BASE_URL must begin with http:// or https:// and name a host; it is {self._host.address!r}.")
        if not (self._host.key.isascii() and self._host.key.isprintable()):
            raise ModelError("OPENAI_API_KEY holds characters that no key has; copy it again.")

    def _deltas(self, body: JsonDict, cancel: Flag) -> Iterator[Delta]:
        """The deltas of one exchange. What goes wrong after the terminal signal no longer matters."""
        line = Line()
        reader = CompletionReader()
        with Exchange(lambda give: self._talk(body, line, give), line, cancel) as exchange:
            try:
                yield from self._read(exchange, reader, cancel)
            except ModelError:
                if not reader.ended:
                    raise
            exchange.drain(_DRAIN_S if reader.done else 0.0)

    def _read(self, exchange: Exchange, reader: CompletionReader, cancel: Flag) -> Iterator[Delta]:
        try:
            for piece in exchange:
                yield from joined(reader.feed(piece))
                if reader.done:
                    return
            if not cancel.is_set():
                yield from reader.end()
        except HostError as error:
            raise error_in_stream(self._host, error.args[0]) from None
        except ValueError:
            raise not_compatible(self._host, reader.sample) from None

    def _talk(self, body: JsonDict, line: Line, give: Give) -> None:
        """Send the request and give what comes back; runs on the thread of the exchange."""
        client = self._take()
        try:
            failure = client.talk(body, line, give)
        except BaseException:
            client.close()
            raise
        if failure is None and line.let_go():
            self._give_back(client)
        else:
            client.close()
        if failure is not None:
            raise failure

    def _take(self) -> _Client:
        with self._guard:
            while self._idle:
                client = self._idle.pop()
                if client.owner == os.getpid():  # a connection that a fork inherited still is its parent's
                    return client
                client.close()
            if self._tls is None:
                self._tls = _trust()
        return _Client(self._host, self._tls, self._timeout_s, self._connect_timeout_s)

    def _give_back(self, client: _Client) -> None:
        with self._guard:
            if len(self._idle) < _IDLE_CLIENTS and self._close_idle.alive:
                self._idle.append(client)
                return
        client.close()


def _close_all(clients: list[_Client]) -> None:
    while clients:
        clients.pop().close()


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # a port or an IPv6 address that is none
        return False


def _request_body(messages: list[JsonDict], model: str, tools: list[JsonDict]) -> JsonDict:
    body: JsonDict = {"messages": _encodable(messages), "model": model, "stream": True}
    if tools:
        body["tools"] = tools
    return body


def _encodable(value: Any) -> Any:
    """`value` with text that UTF-8 can carry: file names and arguments may hold lone surrogates."""
    match value:
        case str():
            return mend(value)
        case list():
            return [_encodable(item) for item in value]
        case dict():
            return {key: _encodable(item) for key, item in value.items()}
        case _:
            return value


def _trust() -> ssl.SSLContext:
    """The certificates that are trusted; reading them takes 20 ms, so all clients of a model share them."""
    import httpx2  # noqa: PLC0415 - loaded with the client

    return httpx2.create_ssl_context()


class _UsageRefused(Exception):
    """The host does not know stream_options."""


class _Client:
    """One client with at most one connection, whose socket it knows. Used by one exchange at a time."""

    def __init__(self, host: Host, tls: ssl.SSLContext, timeout_s: float, connect_timeout_s: float) -> None:
        import httpx2  # noqa: PLC0415 - half a second of import that only a real request needs
        import openai  # noqa: PLC0415 - as above

        self.owner = os.getpid()
        self._host = host
        self._timeout_s = timeout_s
        self._line = Line()
        self._socket: socket.socket | None = None
        http = openai.DefaultHttpxClient(
            verify=tls,
            follow_redirects=False,  # a key goes to the host that the user named, and to no other
            limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1),
            event_hooks={"request": [self._watch]},
        )
        # Whatever is not given here the client would take from the environment.
        self._client = openai.OpenAI(
            api_key=host.key or "none",
            admin_api_key="",
            organization="",
            project="",
            webhook_secret="",
            base_url=host.url,
            timeout=httpx2.Timeout(timeout_s, connect=connect_timeout_s),
            max_retries=0,
            http_client=http,
        )
        self._headers: Any = {
            "Authorization": f"Bearer {host.key}" if host.key else openai.Omit(),
            "OpenAI-Organization": openai.Omit(),
            "OpenAI-Project": openai.Omit(),
        }

    def close(self) -> None:
        self._client.close()

    def talk(self, body: JsonDict, line: Line, give: Give) -> Exception | None:
        """One exchange. The failure is returned, not raised, so that it carries no request with its headers along."""
        import httpx2  # noqa: PLC0415 - loaded with the client
        import openai  # noqa: PLC0415 - as above

        self._line = line
        if self._socket is not None:
            line.connected(self._socket)
        create = self._client.chat.completions.with_streaming_response.create
        try:
            # As an extra body the conversation is sent as it stands; the client's own walk over it costs 0.15 ms a message.
            with create(messages=[], model="", stream=True, extra_headers=self._headers, extra_body=body) as response:
                all(give(piece) for piece in response.iter_bytes())
        except openai.APIStatusError as error:
            return self._refusal(error, "stream_options" in body)
        except openai.APIConnectionError as error:
            return self._unanswered(error.__cause__ or error)
        except httpx2.TimeoutException:
            return silent(self._host, self._timeout_s)
        except (httpx2.HTTPError, httpx2.StreamError, OSError) as error:
            return broken(self._host, str(error) or type(error).__name__)
        return None

    def _refusal(self, error: openai.APIStatusError, asked_for_usage: bool) -> Exception:
        text = error.response.text
        if asked_for_usage and error.status_code in (400, 422) and "stream_options" in text:
            return _UsageRefused()
        return refusal(self._host, error.status_code, error.response.headers, text, time.time())

    def _unanswered(self, error: BaseException) -> ModelError:
        import httpx2  # noqa: PLC0415 - loaded with the client

        match error:
            case httpx2.ConnectTimeout():
                return unreachable(self._host, "no connection was made in time")
            case httpx2.TimeoutException():
                return silent(self._host, self._timeout_s)
            case _:
                return unreachable(self._host, str(error) or type(error).__name__)

    def _watch(self, request: httpx2.Request) -> None:
        request.extensions = {**request.extensions, "trace": self._trace}

    def _trace(self, event: str, info: JsonDict) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = cast("socket.socket", info["return_value"].get_extra_info("socket"))
            self._line.connected(self._socket)
