"""Turns what an engine, or the way to it, refuses into one sentence for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from docker.errors import DockerException, ImageNotFound
from requests import RequestException

from ...errors import ImageMissing, RuntimeUnavailable
from ...untrusted import clean_line


@contextmanager
def refusals(what: str, image: str = "") -> Iterator[None]:
    """Turns what the engine or the way to it refuses into one sentence."""
    try:
        yield
    except ImageNotFound as error:
        raise ImageMissing(
            f"Docker image {image} is not here; run: docker pull {image} (or choose the local runtime with use_docker=False / --no-docker)",
            image,
        ) from error
    except (DockerException, OSError) as error:
        raise RuntimeUnavailable(f"{what}: {short(error)}.") from error


def short(error: BaseException) -> str:
    """What is behind `error`: the engine's own words, else the system's."""
    reason = getattr(error, "explanation", None)
    if not reason:
        cause = _cause(error)
        wordless = "timed out" if isinstance(cause, TimeoutError) else type(cause).__name__
        reason = getattr(cause, "strerror", None) or str(cause) or wordless
    return clean_line(str(reason)).rstrip(".")


def _cause(error: BaseException) -> BaseException:
    """The error of the system that was wrapped on its way here; `error` itself when there is none."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and not isinstance(link, RequestException):
            return link
        link = link.__cause__ or link.__context__ or next((held for held in link.args if isinstance(held, BaseException)), None)
    return error
