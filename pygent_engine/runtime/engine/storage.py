"""Volumes on an engine, and archives in and out of them. Beside `engine`, whose client it is handed.

An archive goes through a shelf: a container over the volume that never starts. It has no read-only root that would refuse what
goes in, so that the volume's own folder can be given to a user; and it stays when the containers that work there are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from ...errors import RuntimeUnavailable
from .owner import new_name
from .refusals import refusals

_CHUNK = 1 << 18


class Storage:
    """The volumes of the engine behind `client`. What it refuses raises RuntimeUnavailable."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def make(self, name: str, image: str, folder: str, labels: Mapping[str, str]) -> str:
        """Make the volume `name`, and a shelf where it is at `folder`; the id of the shelf."""
        with refusals("The workspace could not be made on the engine"):
            self._client.create_volume(name, labels=dict(labels))
            host = self._client.create_host_config(binds={name: {"bind": folder, "mode": "rw,nocopy"}}, network_mode="none")
            made = self._client.create_container(
                image, name=new_name(), entrypoint=["sh"], labels=dict(labels), host_config=host, network_disabled=True
            )
        return str(made["Id"])

    def has(self, name: str) -> bool:
        with refusals("The workspace on the engine cannot be seen"):
            found = self._client.volumes(filters={"name": name})
        return any(volume["Name"] == name for volume in found["Volumes"] or ())

    def remove(self, name: str, shelf: str) -> None:
        """Remove the volume `name` and its shelf; no other container may be over it any more."""
        what = "The workspace on the engine could not be removed"
        if shelf:
            with suppress(RuntimeUnavailable), refusals(what):
                self._client.remove_container(shelf, v=True, force=True)  # with what the image has made for it
        with refusals(what):
            self._client.remove_volume(name, force=True)

    def put(self, shelf: str, pieces: Iterable[bytes]) -> None:
        """Unpack an archive, whose paths count from the root."""
        with refusals("The workspace could not be carried to the engine"):
            self._client.put_archive(shelf, "/", pieces)

    def get(self, shelf: str, path: str, silence: float | None = None) -> Iterator[bytes]:
        """The archive of `path`; the engine may keep silent for `silence` seconds (None: as long as ever) before it is given up."""
        usual = self._client.timeout
        self._client.timeout = usual if silence is None else silence
        try:
            with refusals("The workspace could not be carried from the engine"):
                pieces, _ = self._client.get_archive(shelf, path, chunk_size=_CHUNK)
                yield from pieces
        finally:
            self._client.timeout = usual
