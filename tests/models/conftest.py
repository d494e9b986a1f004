"""Fixtures of the models' tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pygent_engine.models.openai import OpenAIModel
from tests.models.asking import CANARY
from tests.support.sse_server import SSEServer


@pytest.fixture
def model(sse_server: SSEServer) -> Iterator[OpenAIModel]:
    """An OpenAIModel whose host is the scripted server."""
    made = OpenAIModel(CANARY, sse_server.url, timeout_s=5.0)
    yield made
    made.close()
