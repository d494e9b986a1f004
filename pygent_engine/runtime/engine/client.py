"""docker's client over a connection of ours, and what its engine says in ways that docker leaves to the caller."""

from __future__ import annotations

from datetime import datetime

import docker
from docker.errors import DockerException

from .address import Address
from .transport import EngineAdapter

_FIRST_VERSION = "1.24"  # of the API, until the engine has named its own


def client_of(address: Address, adapter: EngineAdapter, timeout: int) -> docker.APIClient:
    """docker's client, with every request sent by `adapter`."""
    client = docker.APIClient(base_url="unix://", version=_FIRST_VERSION, timeout=timeout)
    client.trust_env = False  # no proxy and no password that the environment has for the web
    client.mount("http+docker://", adapter)
    client.base_url = "http+docker://ssh" if address.kind == "ssh" else "http+docker://localhost"  # tells it what a stream is made of
    return client


def api_version(client: docker.APIClient) -> str:
    """The version of the engine's API: its ping names it; to be asked for it, the engine starts programs for 10 ms."""
    if named := client.get(f"{client.base_url}/_ping", timeout=client.timeout).headers.get("API-Version"):
        return str(named)
    try:
        return str(client.version(api_version=False)["ApiVersion"])
    except (KeyError, TypeError) as error:
        raise DockerException("what answers is no Docker engine") from error


def seconds_of(moment: str) -> str:
    """A moment as the engine writes it, in the seconds that it reads."""
    seconds, _, rest = moment.partition(".")
    whole = datetime.fromisoformat(f"{seconds.rstrip('Z')}+00:00").timestamp()
    return f"{whole:.0f}.{rest.rstrip('Z').ljust(9, '0')[:9]}"
