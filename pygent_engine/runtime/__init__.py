"""Where an agent's commands run and its files live. The only room that runs them or imports docker, the latter lazily."""

from .runtime import Runtime, as_text
from .workspace_check import check_workspace

__all__ = ["Runtime", "as_text", "check_workspace"]
