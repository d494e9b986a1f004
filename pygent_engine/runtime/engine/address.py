"""Says where the Docker engine is, as the docker command finds it: DOCKER_HOST, else DOCKER_CONTEXT, else the current context.

Reads the docker command's own files and nothing else; opens no connection.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from ...errors import RuntimeUnavailable
from ...frozen import frozen
from ...untrusted import clean_line

DEFAULT_SOCKET = "/var/run/docker.sock"
_PORTS = {"tcp": 2375, "tls": 2376}
_DEFAULT_CONTEXT = "default"


@frozen
class Tls:
    """What a TLS connection is checked with: an authority, and a certificate with its key; None: not there."""

    authority: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    verify: bool = True


@frozen
class Address:
    """An engine: `kind` is "unix" (`path` is its socket), "tcp" or "ssh" (`host`, `port`, `user`). Of ssh, a port 0
    and no user leave the choice to the user's ssh configuration."""

    kind: str
    path: str = ""
    host: str = ""
    port: int = 0
    user: str | None = None
    tls: Tls | None = None

    @property
    def remote(self) -> bool:
        """Whether the engine may stand on another machine: it cannot be taken to see this one's folders."""
        return self.kind != "unix"

    def __str__(self) -> str:
        """The address for a person, without who logs in."""
        if self.kind == "unix":
            return self.path
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}" + (f":{self.port}" if self.port else "")


def engine_address(environment: Mapping[str, str]) -> Address:
    """Where `environment` (see `settings.docker_environment`) says that the engine is.

    Raises RuntimeUnavailable for an address that cannot be one and a context that is not there.
    """
    folder = Path(environment.get("DOCKER_CONFIG") or Path(environment.get("HOME") or Path.home(), ".docker"))
    if host := environment.get("DOCKER_HOST"):
        return _parsed(host, "DOCKER_HOST", _environment_tls(environment, folder))
    context = environment.get("DOCKER_CONTEXT") or _current_context(folder)
    if context != _DEFAULT_CONTEXT:
        return _context_address(folder, context)
    tls = _environment_tls(environment, folder)
    return Address("unix", DEFAULT_SOCKET) if tls is None else Address("tcp", host="localhost", port=_PORTS["tls"], tls=tls)


# ---------------------------------------------------------------- the address


def _parsed(text: str, source: str, tls: Tls | None) -> Address:
    try:
        url = urlsplit(text.strip() if "://" in text else f"tcp://{text.strip()}")
        address = _address(url, tls)
    except ValueError:
        address = None
    if address is None:
        raise RuntimeUnavailable(f"{source} names no Docker engine (write it as unix:///PATH, tcp://HOST:PORT or ssh://USER@HOST).")
    return address


def _address(url: SplitResult, tls: Tls | None) -> Address | None:
    """The address that `url` is, None when it is none."""
    if url.query or url.fragment or url.password:
        return None
    if url.scheme == "unix":
        return Address("unix", url.netloc + url.path or DEFAULT_SOCKET)
    if url.scheme not in ("tcp", "http", "https", "ssh") or not url.hostname or url.path not in ("", "/"):
        return None
    if url.scheme == "ssh":
        return Address("ssh", host=url.hostname, port=url.port or 0, user=url.username)
    tls = tls or (Tls() if url.scheme == "https" else None)
    return Address("tcp", host=url.hostname, port=url.port or _PORTS["tls" if tls else "tcp"], tls=tls)


def _environment_tls(environment: Mapping[str, str], folder: Path) -> Tls | None:
    verify = bool(environment.get("DOCKER_TLS_VERIFY"))
    if not verify and not environment.get("DOCKER_TLS"):
        return None
    return _tls(Path(environment.get("DOCKER_CERT_PATH") or folder), verify)


def _tls(folder: Path, verify: bool) -> Tls:
    authority, certificate, key = (
        path if path.is_file() else None for path in (folder / "ca.pem", folder / "cert.pem", folder / "key.pem")
    )
    return Tls(authority, certificate, key, verify)


# ---------------------------------------------------------------- contexts


def _current_context(folder: Path) -> str:
    try:
        table = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return _DEFAULT_CONTEXT  # the docker command goes on without it, too
    name = table.get("currentContext") if isinstance(table, dict) else None
    return name if isinstance(name, str) and name else _DEFAULT_CONTEXT


def _context_address(folder: Path, name: str) -> Address:
    key = hashlib.sha256(name.encode()).hexdigest()
    source = f"The Docker context {clean_line(name, 80)!r}"
    endpoint = _endpoint(folder / "contexts" / "meta" / key / "meta.json", source)
    host = endpoint.get("Host")
    material = folder / "contexts" / "tls" / key / "docker"
    verify = not endpoint.get("SkipTLSVerify")
    tls = _tls(material, verify) if material.is_dir() or not verify else None
    return _parsed(host if isinstance(host, str) and host else f"unix://{DEFAULT_SOCKET}", source, tls)


def _endpoint(file: Path, source: str) -> Mapping[str, Any]:
    try:
        endpoint = json.loads(file.read_bytes())["Endpoints"]["docker"]
    except FileNotFoundError as error:
        raise RuntimeUnavailable(f"{source} does not exist (docker context ls names those that do).") from error
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise RuntimeUnavailable(f"{source} cannot be read ({file}).") from error
    if not isinstance(endpoint, dict):
        raise RuntimeUnavailable(f"{source} cannot be read ({file}).")
    return endpoint
