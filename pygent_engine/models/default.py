"""Picks the model that the settings name."""

from __future__ import annotations

from ..settings import DEMO_MODEL, Settings
from .protocol import Model


def default_model(settings: Settings) -> Model:
    """The offline demo when the settings say so, else the OpenAI-compatible endpoint that they name.

    Building it opens no connection; a missing key is said when the model is first asked.
    """
    if settings.model == DEMO_MODEL:
        from .demo import DemoModel  # noqa: PLC0415 - only one of the two is ever needed

        return DemoModel()
    from .openai import OpenAIModel  # noqa: PLC0415 - as above

    return OpenAIModel(settings.api_key, settings.base_url)
